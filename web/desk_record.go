package web

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// recordPage is a notice with everything that its officer works with.
type recordPage struct {
	officePage
	Back     string
	Done     string // what was saved a moment ago
	Next     *nextRecord
	Message  string // why the last act was not saved
	Problems []problem

	Version int
	Act     string // where the forms go
	Masked  bool
	Reveal  string // where the question why goes; "" for who may not ask
	Purpose field

	Address, Commune   string
	FullName, Born     string
	Phone              string
	Call               template.URL // "" while masked
	Number             string
	Asked              string
	first              anlo.FollowUpKind // the act that is asked for, when it is not one at the door
	Due                string
	Overdue            bool
	State              anlo.NoticeState
	Closed             bool // nothing is asked: the buttons at the door step back
	StateWord          string
	Level, Until       string
	Roles              []string
	Changed, Cancelled string

	Door      []work // verified, not found, wrong address
	Note      field  // shared by those at the door
	On        bool   // go on to the next record
	Main      []work // what is asked for, before the rest
	Works     []work
	Shortcuts []keyHelp

	Match     matchPart
	Rows      []row // the trip and the person
	Health    []row
	Alarming  bool
	Party     []mate
	Household []mate
	Before    []pastRow
	Scans     []scanRow
	Elsewhere []elsewhereRow
	History   []historyRow
}

// nextRecord is what is due after this one.
type nextRecord struct{ Href, Name, Address, Due string }

// matchPart explains what the register says about who this is.
type matchPart struct {
	Grade   anlo.Grade
	Word    string
	Text    string
	Reasons []string
	Compare []comparison
}

// comparison is what was declared beside what the register holds.
type comparison struct {
	Label, Declared, Register string
	Differs                   bool
}

type mate struct{ Name, Born, Href string }

type pastRow struct {
	When, From, To, Href string
	Cancelled            bool
}

type scanRow struct{ When, Where, Outcome, Word, Reasons string }

type elsewhereRow struct{ Commune, Roles, State string }

type historyRow struct {
	When, What, Who, Note string
	Details               []string
	Kind                  anlo.FollowUpKind
}

// noticeID is the notice in the path.
func noticeID(r *http.Request) (anlo.NoticeID, error) {
	id, err := anlo.ParseNoticeID(r.PathValue("id"))
	if err != nil {
		return id, anlo.ErrNotFound
	}
	return id, nil
}

func (s *server) record(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	id, err := noticeID(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	found, err := s.Record(r.Context(), by, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.recordPage(r, by, found)
	if p.Done != "" {
		if p.Next, err = s.next(r, by, id); err != nil {
			s.fail(w, r, err)
			return
		}
	}
	s.show(w, r, http.StatusOK, "record", p)
}

// reveal shows the record with nothing masked, once, for the purpose that is
// named. It has no address of its own: looking again asks again.
func (s *server) reveal(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	id, err := noticeID(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	purpose := anlo.Purpose(r.PostForm.Get("purpose"))
	if !slices.Contains(anlo.RevealPurposes, purpose) {
		found, err := s.Record(r.Context(), by, id)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		p := s.recordPage(r, by, found)
		p.Purpose.Error, p.Wrong = p.T("purpose.required"), true
		s.show(w, r, http.StatusUnprocessableEntity, "record", p)
		return
	}
	found, err := s.Reveal(r.Context(), by, id, purpose)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	s.show(w, r, http.StatusOK, "record", s.recordPage(r, by, found))
}

// recordPage prepares a record as it is shown first: the forms propose what is
// usual.
func (s *server) recordPage(r *http.Request, by anlo.Actor, n app.Record) recordPage {
	l := s.deskList(r, by)
	here := "/desk/n/" + n.NoticeID.String()
	p := recordPage{officePage: s.officePage(r, by, "record.title"), Back: l.at("/desk"), Done: done(words(r), r),
		Version: n.Version, Act: l.at(here + "/follow-up"), Masked: !n.Revealed, On: r.URL.Query().Get("on") != ""}
	p.Script, p.Path = "desk", l.at(here)
	p.Title = n.Traveller.FullName
	if by.May(anlo.ActReveal) {
		p.Reveal = l.at(here + "/reveal")
	}
	p.Purpose = s.field(p.Words, input{name: "purpose", options: texts(anlo.RevealPurposes), words: "desk-purpose"}, answers{}, "", s.Now())
	p.head(s, n)
	p.works(s, n)
	p.Shortcuts = shortcuts(p.Words, recordKeys, p.Door, p.Main, p.Works)
	p.Match = s.matchPart(p.Words, n)
	if !n.DeclaredAt.IsZero() { // else a correction left this traveller out
		p.Rows, p.Health = s.declaredRows(p.Words, n), healthRows(p.Words, n.Traveller.Health)
		p.Alarming = len(n.Traveller.Health.NeedsLook()) > 0
	}
	mates := func(list []app.Companion) (out []mate) {
		for _, c := range list {
			m := mate{Name: c.FullName, Born: strconv.Itoa(c.BirthYear)}
			if c.Notice != nil {
				m.Href = l.at("/desk/n/" + c.Notice.String())
			}
			out = append(out, m)
		}
		return out
	}
	p.Party, p.Household = mates(n.Companions), mates(n.Household)
	for _, d := range n.Declarations {
		row := pastRow{When: p.Time(d.DepartsAt), From: s.Units.FullName(d.Origin), To: s.Units.FullName(d.Destination), Cancelled: d.Cancelled}
		if d.Notice != nil {
			row.Href = l.at("/desk/n/" + d.Notice.String())
		}
		p.Before = append(p.Before, row)
	}
	for _, scan := range n.Scans {
		row := scanRow{When: p.Time(scan.At), Where: scan.Checkpoint, Outcome: string(scan.Outcome), Word: p.T("outcome." + string(scan.Outcome))}
		var why []string
		for _, reason := range scan.Reasons {
			why = append(why, p.T("reason."+string(reason)))
		}
		row.Reasons = strings.Join(why, "; ")
		p.Scans = append(p.Scans, row)
	}
	for _, e := range n.Elsewhere {
		p.Elsewhere = append(p.Elsewhere, elsewhereRow{s.Units.FullName(e.Commune), strings.Join(roleWords(p.Words, e.Roles), ", "), p.T("state." + string(e.State))})
	}
	for _, e := range n.History {
		p.History = append(p.History, s.historyRow(p.Words, e))
	}
	return p
}

// works are the acts that the officer may do now: those at the door as big
// buttons, each other with a form of its own.
func (p *recordPage) works(s *server, n app.Record) {
	for _, kind := range anlo.FollowUpKinds {
		if !slices.Contains(n.May, kind) {
			continue
		}
		k := s.work(p.Words, kind, nil, nil, s.Now())
		k.Act, k.Version = p.Act, p.Version
		switch {
		case slices.Contains(atTheDoor, kind):
			p.Door, p.Note = append(p.Door, k), k.Fields[0]
		case kind == p.first:
			k.Open = true
			p.Main = append(p.Main, k)
		default:
			p.Works = append(p.Works, k)
		}
	}
}

// typed puts back what the officer had typed for a work that was not saved.
func (p *recordPage) typed(s *server, kind anlo.FollowUpKind, a answers, wrong map[string]string) {
	if slices.Contains(atTheDoor, kind) && len(p.Door) > 0 {
		p.Note = s.work(p.Words, kind, a, wrong, s.Now()).Fields[0]
	}
	for _, list := range [][]work{p.Main, p.Works} {
		for i, k := range list {
			if k.Kind == kind {
				list[i] = s.work(p.Words, kind, a, wrong, s.Now())
				list[i].Open, list[i].Act, list[i].Version = true, p.Act, p.Version
			}
		}
	}
	p.Problems = problems(p.Words, kind, wrong)
	p.Wrong = len(wrong) > 0 || p.Message != ""
}

// problems lists what is wrong in the order of the form.
func problems(w *locale.Words, kind anlo.FollowUpKind, wrong map[string]string) (list []problem) {
	for _, in := range workInputs(kind) {
		if code := wrong[in.name]; code != "" {
			f := field{Words: w, input: in}
			anchor := in.name
			if len(in.options) > 0 {
				anchor += "-" + in.options[0]
			}
			list = append(list, problem{"#" + anchor, f.Label() + ": " + w.T(code)})
		}
	}
	return list
}
