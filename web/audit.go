package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// auditRoutes are the auditor's page: unusual reading on top, and below it who
// did what, found by officer, subject, action, purpose and day.
var auditRoutes = []officeRoute{
	{"GET /audit", anlo.ActAudit, (*server).audit},
	{"POST /audit/subject", anlo.ActAudit, (*server).auditSubject},
	{"POST /audit/flags/{id}", anlo.ActAudit, (*server).noteFlag},
}

const (
	subjectLife = 24 * time.Hour // how long the address of a search can be opened again
	maxSubject  = 40             // bytes: longer than any number
)

type auditPage struct {
	officePage
	Flags, Noted []flagLine

	Officer, From, Until string
	Actions, Purposes    []choice
	Errors               map[string]string // by field, in words
	About                string            // pseudonym of whose data is asked about
	Sealed               string            // the subject, as it travels in the address
	Find, AnySubject     string            // where the subject is asked for; the list without it
	Expired              bool

	Rows         []auditLine
	Older, First string // addresses
	Far          bool   // the search goes further back, and has found nothing more yet
}

// flagLine is one flag in words.
type flagLine struct {
	ID, Text, Officer, When, Entries, Noted string
	Seen                                    int64
}

// auditLine is one entry in words.
type auditLine struct {
	At, Officer, Role, Area, Action, Purpose, Subject, Object string
	Of                                                        string // address of the officer's entries
}

// audit shows the page. What was searched for is in its address, whose data
// only sealed.
func (s *server) audit(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	p := auditPage{officePage: s.officePage(r, by, "audit.title"), Errors: map[string]string{}}
	flags, err := s.AuditFlags(r.Context(), by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, f := range flags {
		if line := s.flagLine(p.Words, f); f.NotedAt.IsZero() {
			p.Flags = append(p.Flags, line)
		} else {
			p.Noted = append(p.Noted, line)
		}
	}
	q := p.query(s, r, by)
	page, err := s.SearchAudit(r.Context(), by, q)
	status := http.StatusOK
	if e, ok := err.(*anlo.Error); ok && e.Kind == anlo.Invalid && len(e.Fields) > 0 {
		for _, f := range e.Fields {
			p.Errors[f.Field] = p.T(f.Code)
		}
		p.Wrong, status = true, http.StatusUnprocessableEntity
	} else if err != nil {
		s.fail(w, r, err)
		return
	}
	p.list(s, r, page)
	s.show(w, r, status, "audit", p)
}

// query reads what the address asks for; what it does not understand it leaves
// out.
func (p *auditPage) query(s *server, r *http.Request, by anlo.Actor) app.AuditQuery {
	asked := r.URL.Query()
	q := app.AuditQuery{Officer: asked.Get("officer"), Cursor: asked.Get("cursor")}
	p.Officer = q.Officer
	q.Action, p.Actions = chosenWord(p.Words, "action", auditActions(), anlo.Action(asked.Get("action")))
	q.Purpose, p.Purposes = chosenWord(p.Words, "purpose", anlo.Purposes, anlo.Purpose(asked.Get("purpose")))
	for name, into := range map[string]*anlo.Date{"from": &q.From, "until": &q.Until} {
		if d, err := anlo.ParseDate(asked.Get(name)); err == nil && d.Month > 0 {
			*into = d
		}
	}
	p.From, p.Until = q.From.String(), q.Until.String()
	if sealed := asked.Get("s"); sealed != "" {
		text, err := s.OpenForm(subjectPurpose(by), sealed, subjectLife)
		if p.Expired = err != nil; err == nil {
			q.Subject, p.Sealed = string(text), sealed
		}
	}
	p.Find = auditAt(r, "/audit/subject", "s", "", "cursor", "")
	p.AnySubject = auditAt(r, "/audit", "s", "", "cursor", "")
	return q
}

// list fills in what was found.
func (p *auditPage) list(s *server, r *http.Request, page app.AuditPage) {
	p.About = page.Subject
	for _, i := range page.Items {
		line := auditLine{At: second(p.Words, i.At), Officer: i.Officer, Role: auditWord(p.Words, "role", string(i.Role)), Area: p.area(s, i.Area),
			Action: auditWord(p.Words, "action", string(i.Action)), Purpose: auditWord(p.Words, "purpose", string(i.Purpose)), Subject: i.Subject}
		if !i.Actor.IsZero() {
			line.Of = "/audit?" + url.Values{"officer": {i.Actor.String()}}.Encode()
			if line.Officer == "" {
				line.Officer = tail(i.Actor)
			}
		}
		if !i.Object.IsZero() {
			line.Object = tail(i.Object)
		}
		p.Rows = append(p.Rows, line)
	}
	if page.Next != "" {
		p.Older = auditAt(r, "/audit", "cursor", page.Next)
		p.Far = len(page.Items) == 0
	}
	if r.URL.Query().Get("cursor") != "" {
		p.First = auditAt(r, "/audit", "cursor", "")
	}
}

func (p *auditPage) area(s *server, u anlo.UnitRef) string {
	if u.IsZero() {
		return ""
	}
	return s.Units.FullName(u)
}

func (s *server) flagLine(w *locale.Words, f app.Flag) flagLine {
	day := anlo.DateOf(f.From.In(anlo.Hanoi)).String()
	line := flagLine{ID: f.ID.String(), Seen: f.N, Officer: f.Officer, Text: w.T("audit.flag."+f.Rule, "Count", int(f.N)),
		When:    w.T("audit.between", "From", second(w, f.From), "Until", second(w, f.Until)),
		Entries: "/audit?" + url.Values{"officer": {f.Actor.String()}, "from": {day}, "until": {anlo.DateOf(f.Until.In(anlo.Hanoi)).String()}}.Encode()}
	if line.Officer == "" {
		line.Officer = tail(f.Actor)
	}
	if !f.NotedAt.IsZero() {
		by := f.Noted
		if by == "" {
			by = tail(f.NotedBy)
		}
		line.Noted = w.T("audit.noted", "Name", by, "Time", w.Time(f.NotedAt))
	}
	return line
}

// auditSubject seals the number that was typed and goes on to what is found: no
// address may name a person.
func (s *server) auditSubject(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	to := auditAt(r, "/audit", "s", "")
	if text := strings.TrimSpace(r.PostForm.Get("subject")); text != "" {
		sealed, err := s.SealForm(subjectPurpose(by), []byte(text[:min(len(text), maxSubject)]))
		if err != nil {
			s.fail(w, r, err)
			return
		}
		to = auditAt(r, "/audit", "s", sealed)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// noteFlag records that the auditor has looked into a flag. When more has
// happened since they saw it, it stays.
func (s *server) noteFlag(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	id, err := anlo.ParseID(r.PathValue("id"))
	seen, wrong := strconv.ParseInt(r.PostForm.Get("seen"), 10, 64)
	if err == nil && wrong == nil {
		err = s.NoteFlag(r.Context(), by, id, seen)
	}
	if err != nil && anlo.KindOf(err) != anlo.NotFound {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, "/audit", http.StatusSeeOther)
}

// subjectPurpose binds a sealed number to the auditor who typed it.
func subjectPurpose(by anlo.Actor) string { return "audit-subject " + by.Staff.String() }

// auditAt is an address with the filters of a request. pairs are names and
// values to change; an empty value leaves the name out.
func auditAt(r *http.Request, path string, pairs ...string) string {
	v := url.Values{}
	for _, name := range []string{"officer", "action", "purpose", "from", "until", "s", "cursor"} {
		if value := r.URL.Query().Get(name); value != "" {
			v.Set(name, value)
		}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.Set(pairs[i], pairs[i+1]); pairs[i+1] == "" {
			v.Del(pairs[i])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// auditActions are those that others than citizens do.
func auditActions() (actions []anlo.Action) {
	for _, a := range anlo.Actions {
		if a != anlo.ActReadOwn && a != anlo.ActChangeOwn {
			actions = append(actions, a)
		}
	}
	return append(actions, anlo.ActDenied)
}

// chosenWord returns the value that was chosen, "" when it is none of them, and
// the choices in words.
func chosenWord[T ~string](w *locale.Words, kind string, values []T, chosen T) (T, []choice) {
	if !slices.Contains(values, chosen) {
		chosen = ""
	}
	choices := []choice{{Label: w.T("audit.any"), Checked: chosen == ""}}
	for _, v := range values {
		choices = append(choices, choice{Value: string(v), Label: auditWord(w, kind, string(v)), Checked: v == chosen})
	}
	return chosen, choices
}

// auditWord returns the words of a role, an action or a purpose. What has none
// is shown as it is kept: the audit shows everything.
func auditWord(w *locale.Words, kind, code string) string {
	if key := kind + "." + code; w.Has(key) {
		return w.T(key)
	}
	return code
}

// second writes a moment to the second.
func second(w *locale.Words, t time.Time) string {
	t = t.In(locale.Zone)
	return t.Format("15:04:05 ") + w.Date(anlo.DateOf(t))
}

// tail is the end of an identifier, enough to tell one from another.
func tail(id anlo.ID) string {
	text := id.String()
	return "…" + text[len(text)-12:]
}
