package app

import (
	"context"
	"errors"
	"strings"
	"time"

	"anlo"
	"anlo/identity"
	"anlo/store"
)

// Sought is what an officer has in hand when there is no pass to read: one of
// the two.
type Sought struct {
	Number string // of an identity card, CCCD or CMND
	Code   string // the short code of a text message
}

// LookUp judges whoever has no pass to show, by their identity card or by the
// short code of a text message: the verdict is the one that the pass of their
// declaration would get, which is named too. Nothing that stands is a verdict of
// stop, the same whether there is no such person or no such declaration. Each
// device is limited, so that a stolen phone takes no census. The reading itself
// is not kept: a scanner sends it with its others, and the decision.
// Errors: anlo.ErrInvalid with fields, ErrTooMany.
func (a *App) LookUp(ctx context.Context, by anlo.Actor, what Sought) (anlo.Verdict, anlo.ID, error) {
	f, err := a.lookUp(ctx, by, what)
	if err != nil {
		return anlo.Verdict{}, anlo.ID{}, err
	}
	return f.verdict, f.pass, a.Store.Audit(ctx, a.entry(by, anlo.ActLookUp, anlo.PurposeCheckpoint, f.person, f.pass))
}

// JudgeTyped judges what stands in the box of the page: the code of a pass, what
// a reader reads from an identity card, its number, or a short code. The reading
// is kept.
func (a *App) JudgeTyped(ctx context.Context, by anlo.Actor, text string) (anlo.Verdict, error) {
	what, kind := sought(text)
	if kind == "" {
		return a.Judge(ctx, by, text, time.Time{})
	}
	f, err := a.lookUp(ctx, by, what)
	if err != nil {
		return anlo.Verdict{}, err
	}
	now := a.Now()
	scan := store.NewScan{Person: f.person, Audit: a.entry(by, anlo.ActLookUp, anlo.PurposeCheckpoint, f.person, f.pass),
		Scan: anlo.Scan{ID: anlo.NewID(now), Kind: kind, Pass: f.pass, Checkpoint: by.Device.Checkpoint.ID, Device: by.Device.ID,
			At: now, RecordedAt: now, Verdict: f.verdict, People: 1}}
	if f.verdict.Bearer != nil {
		scan.People = max(1, f.verdict.Bearer.Party)
	}
	if err := a.Store.Scan(ctx, scan); err != nil {
		return anlo.Verdict{}, err
	}
	a.posts.wake()
	if a.OnJudged != nil {
		a.OnJudged(f.verdict.Outcome)
	}
	return f.verdict, nil
}

// sought says what a text asks for; the kind is "" when it is to be judged as
// the code of a pass.
func sought(text string) (Sought, anlo.ScanKind) {
	if card, err := identity.ReadCard(text); err == nil {
		return Sought{Number: card.Document.Number}, anlo.ReadCard
	}
	if d, err := anlo.ParseIDNumber(text); err == nil {
		return Sought{Number: d.Number}, anlo.ReadCard
	}
	if _, ok := anlo.ParseCode(text); ok {
		return Sought{Code: text}, anlo.ReadCode
	}
	return Sought{}, ""
}

// found is the outcome of a look-up.
type found struct {
	verdict anlo.Verdict
	pass    anlo.ID // zero when nothing stands
	person  int64   // whose card, or whose code; 0 for a code that is nobody's
}

func (a *App) lookUp(ctx context.Context, by anlo.Actor, what Sought) (found, error) {
	if !by.May(anlo.ActLookUp) || by.Device == nil {
		return found{}, anlo.ErrForbidden
	}
	invalid := func(field string, err error) (found, error) {
		var e *anlo.Error
		code := "required"
		if errors.As(err, &e) {
			code = e.Code
		}
		return found{}, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: field, Code: code}}}
	}
	var d anlo.Document
	var code string
	var err error
	switch number, short := strings.TrimSpace(what.Number) != "", strings.TrimSpace(what.Code) != ""; {
	case number && short:
		return invalid("code", &anlo.Error{Code: "lookup.both"})
	case number:
		if d, err = anlo.ParseIDNumber(what.Number); err != nil {
			return invalid("number", err)
		}
	case short:
		var ok bool
		if code, ok = anlo.ParseCode(what.Code); !ok {
			return invalid("code", &anlo.Error{Code: "short-code.malformed"})
		}
	default:
		return invalid("number", nil)
	}
	if a.lookups.Allow(by.Device.ID) > 0 {
		return found{}, anlo.ErrTooMany
	}
	if code != "" {
		return a.byCode(ctx, code)
	}
	return a.byNumber(ctx, d)
}

func (a *App) byNumber(ctx context.Context, d anlo.Document) (found, error) {
	pass, rows, person, err := a.standingOf(ctx, d, a.Now())
	return a.standing(ctx, pass, rows, person, err)
}

func (a *App) byCode(ctx context.Context, code string) (found, error) {
	pass, rows, person, err := a.standingBehind(ctx, code, a.Now())
	return a.standing(ctx, pass, rows, person, err)
}

// standingOf is Standing for the holder of an identity card, and their index:
// who shows the old one may have declared with the new one's number.
func (a *App) standingOf(ctx context.Context, d anlo.Document, at time.Time) (store.PassRow, []store.DeclarationRow, int64, error) {
	person := a.person(d)
	pass, rows, err := a.Standing(ctx, person, at)
	if d.Kind != anlo.CMND || !errors.Is(err, anlo.ErrNotFound) {
		return pass, rows, person, err
	}
	filed, cerr := a.Store.Candidates(ctx, []int64{a.Seal.Index("register", "n:"+d.Number)})
	if cerr != nil {
		return pass, nil, person, cerr
	}
	for _, r := range filed {
		if pass, rows, err = a.Standing(ctx, r.Person, at); !errors.Is(err, anlo.ErrNotFound) {
			return pass, rows, r.Person, err
		}
	}
	return pass, nil, person, err
}

// standingBehind is the same for whoever shows a short code.
func (a *App) standingBehind(ctx context.Context, code string, at time.Time) (store.PassRow, []store.DeclarationRow, int64, error) {
	id, err := a.Store.ShortCode(ctx, a.codeIndex(code), at)
	if err != nil {
		return store.PassRow{}, nil, 0, err
	}
	rows, passes, err := a.Store.Declaration(ctx, id)
	if err != nil {
		return store.PassRow{}, nil, 0, err
	}
	pass, ok := travelsBy(rows, passes, 0, at)
	if !ok {
		return store.PassRow{}, rows, rows[0].Person, anlo.ErrNotFound
	}
	return pass, rows, rows[0].Person, nil
}

// standing judges the pass that a look-up has led to; err says when it has led
// nowhere.
func (a *App) standing(ctx context.Context, row store.PassRow, rows []store.DeclarationRow, person int64, err error) (found, error) {
	f := found{person: person}
	switch {
	case errors.Is(err, anlo.ErrNotFound):
		f.verdict.Add(anlo.Stop, anlo.ReasonUndeclared)
		return f, nil
	case err != nil:
		return found{}, err
	}
	p, err := a.openPass(ctx, row)
	if err != nil {
		return found{}, err
	}
	now := a.Now()
	v, says := a.current().Judge(p.QR, now)
	if says == nil { // a key that was withdrawn: the pass says no more than it would at the post
		return found{verdict: v, pass: row.ID, person: person}, nil
	}
	f.pass = row.ID
	f.verdict, err = a.knowing(ctx, v, *says, row, rows, now)
	return f, err
}

// codeIndex is how a short code is kept.
func (a *App) codeIndex(code string) int64 { return a.Seal.Index("short-code", code) }
