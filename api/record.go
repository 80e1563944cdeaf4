package api

import (
	"time"

	"anlo"
	"anlo/app"
)

// record is everything about a notice.
type record struct {
	Notice       Notice            `json:"notice"`
	Revealed     bool              `json:"revealed" doc:"Whether numbers and notes are shown; otherwise they are masked."`
	Traveller    traveller         `json:"traveller"`
	Trip         trip              `json:"trip"`
	OnBehalf     bool              `json:"on_behalf"`
	DeclaredAt   time.Time         `json:"declared_at"`
	ExpiresAt    time.Time         `json:"expires_at" doc:"Of the pass."`
	CancelledAt  *time.Time        `json:"cancelled_at,omitempty"`
	Revision     int               `json:"revision" minimum:"0" doc:"Counts corrections."`
	Register     *registered       `json:"register,omitempty" doc:"Whom the population register has under this identity, when it says."`
	Differences  []string          `json:"differences" doc:"How the declaration differs from the register; stable codes."`
	Companions   []companion       `json:"companions" doc:"Who travels along."`
	Household    []companion       `json:"household" doc:"Others whom the register has at the same household."`
	Declarations []pastDeclaration `json:"declarations" doc:"Others of the same person that concern this commune."`
	Readings     []passReading     `json:"readings" doc:"Of the pass at checkpoints."`
	History      []historyEntry    `json:"history" doc:"What was done, newest first."`
	Elsewhere    []Notice          `json:"elsewhere" doc:"The same declaration on other desks."`
	May          []string          `json:"may" doc:"The kinds of follow-up that this key may record now."`
}

type registered struct {
	IDNumber    string     `json:"id_number,omitempty" doc:"When revealed."`
	FullName    string     `json:"full_name"`
	DateOfBirth string     `json:"date_of_birth"`
	Sex         string     `json:"sex"`
	Residence   residences `json:"residence"`
}

type companion struct {
	FullName  string         `json:"full_name"`
	BirthYear int            `json:"birth_year"`
	Sex       string         `json:"sex"`
	Notice    *anlo.NoticeID `json:"notice,omitempty" doc:"Their own notice on this desk."`
}

type pastDeclaration struct {
	DeclarationID anlo.ID        `json:"declaration_id" format:"uuid"`
	DeclaredAt    time.Time      `json:"declared_at"`
	DepartsAt     time.Time      `json:"departs_at"`
	Origin        string         `json:"origin"`
	Destination   string         `json:"destination"`
	Cancelled     bool           `json:"cancelled"`
	Notice        *anlo.NoticeID `json:"notice,omitempty"`
}

type passReading struct {
	At         time.Time `json:"at"`
	Checkpoint string    `json:"checkpoint"`
	Verdict    string    `json:"verdict"`
	Reasons    []string  `json:"reasons"`
}

type historyEntry struct {
	At          time.Time `json:"at"`
	Kind        string    `json:"kind" doc:"A kind of follow-up; or routed, changed, cancelled, climbed, merged, which happen by themselves."`
	Role        string    `json:"role" doc:"Of who acted."`
	Name        string    `json:"name,omitempty" doc:"Of the officer."`
	Note        string    `json:"note,omitempty"`
	To          string    `json:"to,omitempty"`
	From        string    `json:"from,omitempty"`
	Until       string    `json:"until,omitempty"`
	Protocol    string    `json:"protocol,omitempty"`
	Way         string    `json:"way,omitempty"`
	Symptoms    []string  `json:"symptoms,omitempty"`
	Temperature float64   `json:"temperature,omitzero"`
	Test        *test     `json:"test,omitempty"`
}

func recordOf(r *app.Record) record {
	w := writing{} // communes as list/code: a notice may be of an older list
	out := record{
		Notice: noticeOf(r.Notice), Revealed: r.Revealed, Traveller: w.traveller(&r.Traveller), Trip: w.trip(&r.Trip), OnBehalf: r.OnBehalf,
		DeclaredAt: r.DeclaredAt.UTC(), ExpiresAt: r.ExpiresAt.UTC(), CancelledAt: moment(r.CancelledAt), Revision: r.Revision,
		Differences: texts(r.Match.Reasons), Companions: companionsOf(r.Companions), Household: companionsOf(r.Household), May: texts(r.May),
		Declarations: make([]pastDeclaration, len(r.Declarations)), Readings: make([]passReading, len(r.Scans)),
		History: make([]historyEntry, len(r.History)), Elsewhere: make([]Notice, len(r.Elsewhere)),
	}
	if p := r.Match.Register; p != nil {
		out.Register = &registered{p.Number, p.FullName, p.BirthDate.String(), string(p.Sex), residences{Permanent: w.home(p.Permanent)}}
		if !p.Temporary.IsZero() {
			h := w.home(p.Temporary)
			out.Register.Residence.Temporary = &h
		}
	}
	for i, d := range r.Declarations {
		out.Declarations[i] = pastDeclaration{d.ID, d.DeclaredAt.UTC(), d.DepartsAt.UTC(), unitText(d.Origin), unitText(d.Destination), d.Cancelled, d.Notice}
	}
	for i, s := range r.Scans {
		out.Readings[i] = passReading{s.At.UTC(), s.Checkpoint, string(s.Outcome), texts(s.Reasons)}
	}
	for i, h := range r.History {
		out.History[i] = historyOf(h)
	}
	for i, n := range r.Elsewhere {
		out.Elsewhere[i] = noticeOf(n)
	}
	return out
}

func companionsOf(cs []app.Companion) []companion {
	out := make([]companion, len(cs))
	for i, c := range cs {
		out[i] = companion{c.FullName, c.BirthYear, string(c.Sex), c.Notice}
	}
	return out
}

func historyOf(h app.HistoryEntry) historyEntry {
	out := historyEntry{At: h.At.UTC(), Kind: string(h.Kind), Role: string(h.Role), Name: h.Name, Note: h.Note, To: unitText(h.To), Protocol: h.Protocol,
		Way: string(h.Way), Symptoms: texts(h.Symptoms), Temperature: float64(h.Temperature) / 10, Test: testOf(h.Test)}
	if !h.From.IsZero() {
		out.From, out.Until = h.From.String(), h.Until.String()
	}
	return out
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
