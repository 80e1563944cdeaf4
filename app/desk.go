package app

import (
	"time"

	"anlo"
)

// View is one list of the desk.
type View string

const (
	ViewNew        View = "new"        // nobody has acted yet
	ViewToday      View = "today"      // due before midnight
	ViewOverdue    View = "overdue"    // should have been done
	ViewMonitoring View = "monitoring" // under home quarantine
	ViewArrivals   View = "arrivals"   // who comes to stay here, latest first
	ViewDepartures View = "departures" // who leaves, latest first
	ViewAll        View = "all"        // everything, latest change first
)

// Views lists them in the order of the page.
var Views = []View{ViewNew, ViewToday, ViewOverdue, ViewMonitoring, ViewArrivals, ViewDepartures, ViewAll}

// DeskQuery says which notices an officer wants to see. The zero value is what
// is new.
type DeskQuery struct {
	View   View
	State  anlo.NoticeState // "" for any
	Text   string           // name (accents may be left out), identity number, phone, plate or address
	Area   anlo.UnitRef     // a commune or province inside the officer's area; zero for all of it
	Cursor string           // DeskPage.Next of the page before
	Limit  int              // at most 200; 0 for 50
}

// DeskItem is one line of a list. Phone is masked.
type DeskItem struct {
	anlo.Notice
	FullName  string
	BirthYear int
	Sex       anlo.Sex
	Address   string // in this commune; empty where the declaration names none
	Phone     string // masked: "•••••••678"
	Plate     string
	Vehicle   anlo.VehicleKind
	Origin    anlo.UnitRef
	To        anlo.UnitRef // destination of the trip
	Party     int          // travellers who declared together
	Overdue   bool
}

// DeskCounts are the numbers beside the views, of the whole area of the query.
type DeskCounts map[View]int

// DeskPage is one page of a list, in an order that the view says.
type DeskPage struct {
	Items  []DeskItem
	Next   string // cursor of the next page; "" on the last
	Counts DeskCounts
	Seq    int64 // the newest change in the actor's area when the page was read: what Watch goes on from
	// Searched is how many notices were looked through for Text when there are
	// more: the search then says so, and offers to narrow it.
	Searched int
}

// Record is everything about one notice that its officer works with. What is
// sensitive is masked until it is revealed for a purpose.
type Record struct {
	anlo.Notice
	Traveller    anlo.Traveller // Document.Number and Phone masked unless Revealed
	Trip         anlo.Trip      // Note empty unless Revealed
	OnBehalf     bool
	DeclaredAt   time.Time
	ExpiresAt    time.Time
	CancelledAt  time.Time
	Revision     int
	Revealed     bool
	Match        anlo.Match // Register holds no number unless Revealed; nil when the register gave nothing
	Companions   []Companion
	Household    []Companion // others whom the register has at the same household
	Declarations []PastDeclaration
	Scans        []RecordScan
	History      []HistoryEntry // newest first
	Elsewhere    []anlo.Notice  // the same declaration on other desks: where and how it stands, nothing else
	May          []anlo.FollowUpKind
}

// Companion is somebody who travels along or lives in the same household.
type Companion struct {
	FullName  string
	BirthYear int
	Sex       anlo.Sex
	Notice    *anlo.NoticeID // their own notice on this desk, when there is one
}

// PastDeclaration is another declaration of the same person.
type PastDeclaration struct {
	ID          anlo.ID
	DeclaredAt  time.Time
	DepartsAt   time.Time
	Origin      anlo.UnitRef
	Destination anlo.UnitRef
	Cancelled   bool
	Notice      *anlo.NoticeID // on this desk, when there is one
}

// RecordScan is one reading of the person's pass at a checkpoint.
type RecordScan struct {
	At         time.Time
	Checkpoint string
	Outcome    anlo.Outcome
	Reasons    []anlo.Reason
}

// HistoryEntry is a follow-up with the name of who acted.
type HistoryEntry struct {
	anlo.FollowUp
	Name string // "" for the person themselves and for background work
}

// FollowedUp is the outcome of one follow-up in a bulk.
type FollowedUp struct {
	ID  anlo.NoticeID
	Err error // nil, ErrNoticeChanged, ErrNotFound or a Conflict
}
