package app

import (
	"context"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"anlo"
	"anlo/geo"
	"anlo/store"
)

const (
	searchChunk = 2000   // notices opened at a time
	searchMost  = 12_000 // and in one search: then it says how far it came
)

// search finds notices by identity number, phone or plate through their blind
// indexes, and by the words of name and address by opening what lies on the
// desk: nothing about names is kept outside the sealed rows (decision 11).
func (a *App) search(ctx context.Context, in scope, q DeskQuery) (found []opened, next string, searched int, err error) {
	if q.Cursor == "" {
		var number bool
		if found, number, err = a.searchExact(ctx, in, q); err != nil || number || len(found) > 0 {
			return found, "", 0, err
		}
	}
	words := strings.Fields(fold(q.Text))
	if len(words) == 0 {
		return nil, "", 0, nil
	}
	if in.wide() {
		found, err = a.searchClimbed(ctx, in, words, q)
		return found, "", 0, err
	}
	return a.searchDesk(ctx, anlo.UnitRef{List: a.UnitList, Code: in.communes[0]}, words, q)
}

// ourPlate is a number plate of Vietnam: no passport looks like one.
var ourPlate = regexp.MustCompile(`^[0-9]{2}[A-ZĐ]{1,2}[0-9]{4,6}$`)

// searchExact looks the text up as a number of some kind. number reports that
// it can be nothing else, so that no name or address need be read.
func (a *App) searchExact(ctx context.Context, in scope, q DeskQuery) (found []opened, number bool, err error) {
	type try struct {
		column, kind, value string
		is                  func(opened) bool
	}
	var tries []try
	if d, err := anlo.ParseIDNumber(q.Text); err == nil {
		number = d.Kind == anlo.CCCD // nine digits may be a passport
		tries = append(tries, try{"person", "person", d.Key(), func(o opened) bool { return o.Document == d.Key() }})
	}
	if p := anlo.NormalPhone(strings.TrimSpace(q.Text)); len(p) >= 8 && strings.Trim(p, "+0123456789") == "" {
		number = number || p[0] == '0' || p[0] == '+'
		tries = append(tries, try{"phone_index", "phone", p, func(o opened) bool { return o.Phone == p }})
	}
	if p := anlo.NormalPlate(q.Text); len(p) <= 12 && strings.ContainsAny(p, "0123456789") && strings.IndexFunc(p, unicode.IsLetter) >= 0 {
		number = number || ourPlate.MatchString(p)
		tries = append(tries, try{"plate_index", "plate", p, func(o opened) bool { return o.Plate == p }})
	}
	for _, t := range tries {
		declared, err := a.Store.DeclarationsBy(ctx, t.column, a.Seal.Index(t.kind, t.value), maxDeskLimit)
		if err != nil {
			return nil, false, err
		}
		if len(declared) == 0 {
			continue
		}
		ids := make([]anlo.ID, len(declared))
		for i, d := range declared {
			ids[i] = d.ID
		}
		rows, err := a.Store.NoticesAmong(ctx, ids)
		if err != nil {
			return nil, false, err
		}
		all, err := a.open(ctx, a.here(rows, in, q))
		if err != nil {
			return nil, false, err
		}
		for _, o := range all {
			if t.is(o) { // two values may share an index
				found = append(found, o)
			}
		}
	}
	return found, number, nil
}

// here leaves the notices that a query of this scope may show.
func (a *App) here(rows []store.NoticeRow, in scope, q DeskQuery) (out []store.NoticeRow) {
	communes := make(map[string]bool, len(in.communes))
	for _, c := range in.communes {
		communes[c] = true
	}
	for _, n := range rows {
		if n.Commune.List == a.UnitList && (in.communes == nil || communes[n.Commune.Code]) && n.Level >= in.level && (q.State == "" || n.State == q.State) && len(out) < maxDeskLimit {
			out = append(out, n)
		}
	}
	return out
}

func (a *App) searchClimbed(ctx context.Context, in scope, words []string, q DeskQuery) (found []opened, err error) {
	rows, err := a.Store.Notices(ctx, store.NoticeQuery{List: a.UnitList, Communes: in.communes, State: q.State, MinLevel: in.level, Open: true, Limit: searchMost})
	if err != nil {
		return nil, err
	}
	all, err := a.open(ctx, rows)
	for _, o := range all {
		if o.matches(words) && len(found) < maxDeskLimit {
			found = append(found, o)
		}
	}
	return found, err
}

func (a *App) searchDesk(ctx context.Context, commune anlo.UnitRef, words []string, q DeskQuery) (found []opened, next string, searched int, err error) {
	after, err := parseCursor(q.Cursor, a.UnitList)
	if err != nil {
		return nil, "", 0, err
	}
	id := anlo.NoticeID{Commune: commune}
	if after != nil {
		id = after.NoticeID
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	coming := a.texts(ctx, commune, id)
	for {
		chunk := <-coming
		if chunk.err != nil {
			return nil, "", 0, chunk.err
		}
		texts := chunk.texts
		if len(texts) == searchChunk { // the next are read while these are opened
			last := texts[len(texts)-1]
			id = anlo.NoticeID{Commune: commune, Declaration: last.Declaration, Traveller: last.Traveller}
			coming = a.texts(ctx, commune, id)
		}
		hits, err := a.hits(ctx, commune, texts, words)
		if err != nil {
			return nil, "", 0, err
		}
		for _, h := range hits {
			row, err := a.Store.Notice(ctx, h)
			if err != nil {
				return nil, "", 0, err
			}
			if q.State != "" && row.State != q.State {
				continue
			}
			o, err := a.open(ctx, []store.NoticeRow{row})
			if err != nil {
				return nil, "", 0, err
			}
			if found = append(found, o...); len(found) == q.Limit {
				return found, cursor(row), searched, nil
			}
		}
		searched += len(texts)
		if len(texts) < searchChunk {
			return found, "", 0, nil
		}
		if searched >= searchMost {
			return found, cursor(store.NoticeRow{Notice: anlo.Notice{NoticeID: id}}), searched, nil
		}
	}
}

// textChunk is what a search looks through next.
type textChunk struct {
	texts []store.NoticeText
	err   error
}

// texts begins to read the notices of a commune after one of them.
func (a *App) texts(ctx context.Context, commune anlo.UnitRef, after anlo.NoticeID) <-chan textChunk {
	out := make(chan textChunk, 1)
	go func() {
		texts, err := a.Store.NoticeTexts(ctx, commune, after, searchChunk)
		out <- textChunk{texts, err}
	}()
	return out
}

// hits opens the texts on all processors and returns those with every word.
func (a *App) hits(ctx context.Context, commune anlo.UnitRef, texts []store.NoticeText, words []string) (hits []anlo.NoticeID, err error) {
	is, errs := make([]bool, len(texts)), make([]error, searchers)
	var wg sync.WaitGroup
	for w := range searchers {
		wg.Go(func() {
			for i := w; i < len(texts); i += searchers {
				t := texts[i]
				s, err := a.openSummary(ctx, store.NoticeRow{Sealed: t.Sealed, Notice: anlo.Notice{
					NoticeID: anlo.NoticeID{Declaration: t.Declaration, Traveller: t.Traveller}}})
				if err != nil {
					errs[w] = err
					return
				}
				is[i] = s.matches(words)
			}
		})
	}
	wg.Wait()
	for _, e := range errs {
		if e != nil {
			return nil, e
		}
	}
	for i, t := range texts {
		if is[i] {
			hits = append(hits, anlo.NoticeID{Commune: commune, Declaration: t.Declaration, Traveller: t.Traveller})
		}
	}
	return hits, nil
}

const searchers = 4

// matches reports whether each word begins a word of the name or the address,
// or is the end of the document's number.
func (s summary) matches(words []string) bool {
	text := " " + fold(s.FullName) + " " + fold(s.Address) + " "
	for _, w := range words {
		if !strings.Contains(text, " "+w) && !(len(w) >= 4 && strings.HasSuffix(strings.ToLower(s.Document), w)) {
			return false
		}
	}
	return true
}

// plainLetters is geo.Strip for one letter, looked up: a search folds some ten
// thousand names.
var plainLetters = sync.OnceValue(func() *[0x1f00]byte {
	var table [0x1f00]byte
	for r := range rune(len(table)) {
		switch s := geo.Strip(string(r)); {
		case len(s) == 1:
			table[r] = s[0]
		case !unicode.IsMark(r):
			table[r] = ' '
		}
	}
	return &table
})

// fold writes a text in small letters without accents, words apart by a space.
func fold(s string) string {
	table := plainLetters()
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if int(r) >= len(table) {
			r = ' '
		}
		switch c := table[r]; {
		case c == 0: // an accent written by itself
		case c != ' ' || len(out) > 0 && out[len(out)-1] != ' ':
			out = append(out, c)
		}
	}
	return string(out)
}
