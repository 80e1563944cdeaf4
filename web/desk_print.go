package web

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strconv"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"anlo"
	"anlo/app"
)

// printPage is the list that goes along on the round, on paper.
type printPage struct {
	officePage
	Place   string
	Heading string
	Printed string
	Back    string
	Rows    []deskRow
	Cut     bool // there is more than anybody does in a day
}

// maxPrint is the most lines on paper: a day has no more visits.
const maxPrint = 400

// deskPrint shows a whole list for paper, in the order of the streets. Without
// a choice it is what is due today.
func (s *server) deskPrint(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	l := s.deskList(r, by)
	if r.URL.Query().Get("view") == "" {
		l.View = app.ViewToday
	}
	p := printPage{officePage: s.officePage(r, by, "print.title"), Place: s.place(by.Area, words(r)), Back: l.at("/desk")}
	p.Heading, p.Printed, p.Script = p.T("view."+string(l.View)), p.Time(s.Now()), "desk"
	q := l.DeskQuery
	q.Cursor, q.Limit = "", 200
	for {
		page, err := s.Desk(r.Context(), by, q)
		if err != nil {
			s.fail(w, r, err)
			return
		}
		for _, item := range page.Items {
			p.Rows = append(p.Rows, s.deskRow(p.Words, item, l, by))
		}
		if p.Cut = page.Next != "" && len(p.Rows) >= maxPrint; p.Cut || page.Next == "" {
			break
		}
		q.Cursor = page.Next
	}
	byStreet(p.Rows)
	s.show(w, r, http.StatusOK, "desk-print", p)
}

var houseNumber = regexp.MustCompile(`^(?i:số nhà|số|nhà|no\.?)?\s*(\d*)[^\s,]*[\s,]*(.*)$`)

// byStreet sorts addresses as somebody walks: by street, then by house.
func byStreet(rows []deskRow) {
	order := collate.New(language.Vietnamese, collate.IgnoreCase, collate.Numeric)
	key := func(r deskRow) (street string, house int) {
		m := houseNumber.FindStringSubmatch(r.Address)
		if m == nil || m[1] == "" {
			return r.Address, 0
		}
		house, _ = strconv.Atoi(m[1])
		return m[2], house
	}
	slices.SortStableFunc(rows, func(a, b deskRow) int {
		streetA, houseA := key(a)
		streetB, houseB := key(b)
		return cmp.Or(order.CompareString(a.Commune, b.Commune), order.CompareString(streetA, streetB), cmp.Compare(houseA, houseB))
	})
}
