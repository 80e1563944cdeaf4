package api

import (
	"math"
	"strings"
	"time"

	"anlo"
	"anlo/app"
)

// Notice is how a notice stands; item adds what a list shows of the traveller.
type Notice struct {
	ID              anlo.NoticeID `json:"id" example:"vn-2026.00004.01a20994-37de-785a-8ad0-1f13301de4cb.0" doc:"Says nothing about the person."`
	Commune         string        `json:"commune" example:"vn-2026/00004" doc:"On whose desk it lies."`
	Roles           []string      `json:"roles" example:"[\"destination\"]" doc:"The commune's parts in this declaration."`
	State           string        `json:"state" example:"new" doc:"Where the work stands."`
	Level           int           `json:"level" minimum:"0" maximum:"2" doc:"Where it lies: 0 the commune, 1 the province, 2 the ministry. What is overdue climbs."`
	Version         int           `json:"version" minimum:"0" doc:"Counts changes; a follow-up names the one that it is based on."`
	DueAt           *time.Time    `json:"due_at,omitempty" doc:"Until when something has to be done; absent when nothing is left to do."`
	DepartsAt       time.Time     `json:"departs_at"`
	CreatedAt       time.Time     `json:"created_at"`
	ChangedAt       time.Time     `json:"changed_at"`
	QuarantineUntil string        `json:"quarantine_until,omitempty" format:"date" example:"2026-12-01" doc:"Last day of home quarantine."`
	Identity        string        `json:"identity" example:"exact" doc:"What the population register said: exact, probable, mismatch, not-found, unavailable."`
	Corrected       bool          `json:"corrected" doc:"The traveller corrected the declaration since somebody acted."`
}

type item struct {
	Notice
	FullName    string `json:"full_name" example:"Nguyễn Văn An"`
	BirthYear   int    `json:"birth_year" example:"1990"`
	Sex         string `json:"sex" example:"male"`
	Address     string `json:"address" example:"12 Hàng Bài" doc:"In this commune; empty where the declaration names none."`
	Phone       string `json:"phone" example:"•••••••678" doc:"Masked."`
	Plate       string `json:"plate" example:"29A12345"`
	Vehicle     string `json:"vehicle" example:"car"`
	Origin      string `json:"origin" example:"vn-2026/00008"`
	Destination string `json:"destination" example:"vn-2026/00004"`
	Party       int    `json:"party" minimum:"0" doc:"Travellers who declared together."`
	Overdue     bool   `json:"overdue"`
}

type noticeList struct {
	Notices  []item         `json:"notices"`
	Next     string         `json:"next,omitempty" doc:"The cursor to go on from. Always there in the order of changes; in a list of the desk, absent on the last page."`
	Counts   map[string]int `json:"counts,omitempty" example:"{\"new\":3,\"overdue\":1}" doc:"With view: how many notices the views hold."`
	Searched int            `json:"searched,omitzero" doc:"A search that was too wide looked through so many notices and stopped: narrow it."`
}

func noticeOf(n anlo.Notice) Notice {
	out := Notice{ID: n.NoticeID, Commune: n.Commune.String(), Roles: n.Roles.Names(), State: string(n.State), Level: int(n.Level), Version: n.Version,
		DueAt: moment(n.DueAt), DepartsAt: n.DepartsAt.UTC(), CreatedAt: n.CreatedAt.UTC(), ChangedAt: n.ChangedAt.UTC(),
		Identity: string(n.Grade), Corrected: n.Changed}
	if !n.Until.IsZero() {
		out.QuarantineUntil = n.Until.String()
	}
	return out
}

// moment is a time that may be absent.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func noticesOf(items []app.DeskItem) []item {
	out := make([]item, len(items))
	for i, d := range items {
		out[i] = item{noticeOf(d.Notice), d.FullName, d.BirthYear, string(d.Sex), d.Address, d.Phone, d.Plate, string(d.Vehicle), unitText(d.Origin), unitText(d.To), d.Party, d.Overdue}
	}
	return out
}

func noticeListOf(p app.DeskPage) noticeList {
	out := noticeList{Notices: noticesOf(p.Items), Next: p.Next, Searched: p.Searched, Counts: map[string]int{}}
	for view, n := range p.Counts {
		out.Counts[string(view)] = n
	}
	return out
}

func unitText(u anlo.UnitRef) string {
	if u.IsZero() {
		return ""
	}
	return u.String()
}

// unitRef reads a code of the current list, or list/code.
func (s *server) unitRef(text string) anlo.UnitRef {
	list, code, ok := strings.Cut(strings.TrimSpace(text), "/")
	if !ok {
		list, code = s.UnitList, list
	}
	if code == "" {
		return anlo.UnitRef{}
	}
	return anlo.UnitRef{List: list, Code: code}
}

// What is sent.

type noticeSearch struct {
	Text   string `json:"text" minLength:"1" maxLength:"200" example:"nguyen van an" doc:"Name (accents may be left out), identity number, phone, plate or address."`
	State  string `json:"state,omitzero"`
	Area   string `json:"area,omitzero" example:"vn-2026/00004" doc:"A commune or province inside the key's area."`
	Cursor string `json:"cursor,omitzero" doc:"next of the last answer."`
	Limit  int    `json:"limit,omitzero" minimum:"1" maximum:"200" default:"50"`
}

type revealing struct {
	Purpose string `json:"purpose" example:"follow-up" doc:"Why it must be seen; the audit keeps it."`
}

// FollowUp is what an officer did; only the members of its kind are looked at.
type FollowUp struct {
	Kind        string   `json:"kind" example:"verify"`
	Note        string   `json:"note,omitzero" maxLength:"500"`
	To          string   `json:"to,omitzero" example:"vn-2026/00008" doc:"reroute: the commune that it belongs to."`
	From        string   `json:"from,omitzero" format:"date" example:"2026-11-24" doc:"quarantine: the first day."`
	Until       string   `json:"until,omitzero" format:"date" example:"2026-12-01" doc:"quarantine: the last day."`
	Protocol    string   `json:"protocol,omitzero" example:"vn-2022-02" doc:"quarantine: the rules that it follows."`
	Way         string   `json:"way,omitzero" doc:"check-in: how it was made."`
	Symptoms    []string `json:"symptoms,omitempty" uniqueItems:"true" doc:"check-in."`
	Temperature *float64 `json:"temperature,omitempty" minimum:"30" maximum:"45" multipleOf:"0.1" example:"37.2" doc:"check-in: degrees Celsius."`
	Test        *test    `json:"test,omitempty" doc:"test."`
}

type followUpOnce struct {
	Version *int `json:"version" nullable:"false" minimum:"0" doc:"Of the notice that you saw."`
	FollowUp
}

type followUpMany struct {
	IDs []string `json:"ids" minItems:"1" maxItems:"200" uniqueItems:"true" doc:"Notices."`
	FollowUp
}

type followedUp struct {
	Results []followedUpOne `json:"results" doc:"In the order of ids."`
}

type followedUpOne struct {
	ID    anlo.NoticeID `json:"id"`
	Done  bool          `json:"done"`
	Code  string        `json:"code,omitempty" example:"notice.state" doc:"Why not; stable, for programs."`
	Title string        `json:"title,omitempty" doc:"The same, in the language of the caller."`
}

// readFollowUp turns the body into words of anlo; their Check says what is
// wrong with them.
func (s *server) readFollowUp(b *FollowUp) (anlo.FollowUp, error) {
	rd := reading{list: s.UnitList}
	date := func(field, text string) (d anlo.Date) {
		var err error
		if text == "" {
			return d
		}
		if d, err = anlo.ParseDate(text); err != nil || d.Month == 0 {
			rd.fault(field, errDate)
		}
		return d
	}
	f := anlo.FollowUp{Kind: anlo.FollowUpKind(b.Kind), Note: tidy(b.Note), To: s.unitRef(b.To), From: date("from", b.From), Until: date("until", b.Until),
		Protocol: b.Protocol, Way: anlo.CheckInWay(b.Way)}
	for _, symptom := range b.Symptoms {
		f.Symptoms = append(f.Symptoms, anlo.Symptom(symptom))
	}
	if b.Temperature != nil {
		f.Temperature = int(math.Round(min(max(*b.Temperature, 1), 100) * 10))
	}
	if b.Test != nil {
		f.Test = &anlo.Test{Kind: anlo.TestKind(b.Test.Kind), Result: anlo.TestResult(b.Test.Result), Taken: rd.time("test.taken_at", b.Test.TakenAt)}
	}
	if rd.faults != nil {
		return f, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: rd.faults}
	}
	return f, nil
}

var errDate = &anlo.Error{Kind: anlo.Invalid, Code: "date.malformed"}
