package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/locale"
	"anlo/notify"
	"anlo/seal"
	"anlo/store"
)

const (
	textsADay     = 3  // to one phone, whoever asks
	reminderHour  = 20 // in Hanoi, on the day before the passes end
	tooLateToWarn = 3 * time.Hour

	textLease     = 2 * time.Minute
	textsAtOnce   = 32 // in one lease, which a gateway that hangs must not outlast
	textsTogether = 8
	textDay       = 24 * time.Hour // after which a text is given up

	// codeKept is how long after its end a code is still known: scanners bring
	// what they read without a network days later.
	codeKept = 7 * 24 * time.Hour
)

// textPauses is how long a text waits after so many tries.
var textPauses = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute}

// textBody is what is sealed of a text.
type textBody struct{ To, Body string }

// Texts reports whether texts can be sent at all: pages offer none where there
// is no gateway.
func (a *App) Texts() bool { return a.texter != nil }

// TextTo is the phone that texts about a declaration go to, masked: that of
// whoever leads, else the first that somebody names. It is "" when there is none
// to which a text may be sent, or no gateway.
func (a *App) TextTo(d anlo.Declaration) string {
	if !a.Texts() {
		return ""
	}
	return masked(textTo(d))
}

func textTo(d anlo.Declaration) string {
	for _, t := range d.Travellers {
		if _, ok := anlo.Mobile(t.Phone); ok {
			return t.Phone
		}
	}
	return ""
}

// TextOwn sends the short code of the declaration that the actor holds the link
// of to the phone that it names, and to no other; and queues the reminder. It
// says nothing of whether the phone has had its three texts of the day.
// Errors: anlo.ErrNotFound where no text can be sent, ErrCancelled, ErrExpired.
func (a *App) TextOwn(ctx context.Context, by anlo.Actor) error {
	if !by.May(anlo.ActReadOwn) || by.ManageOf.IsZero() {
		return anlo.ErrForbidden
	}
	return a.text(ctx, by, anlo.ActReadOwn, by.ManageOf)
}

// TextAssisted does the same for the declaration that an officer has just made
// for somebody, by its SlipReference.
func (a *App) TextAssisted(ctx context.Context, by anlo.Actor, reference string) error {
	if !by.May(anlo.ActDeclareFor) || by.ID().IsZero() {
		return anlo.ErrForbidden
	}
	id, err := a.OpenForm("slip "+by.ID().String(), reference, slipLife)
	if err != nil {
		return err
	}
	return a.text(ctx, by, anlo.ActDeclareFor, anlo.ID(id))
}

func (a *App) text(ctx context.Context, by anlo.Actor, action anlo.Action, id anlo.ID) error {
	d, err := a.declared(ctx, id)
	if err != nil {
		return err
	}
	now := a.Now()
	if err := open(d, now); err != nil {
		return err
	}
	phone := textTo(d.Declaration)
	if phone == "" || !a.Texts() {
		return anlo.ErrNotFound
	}
	person := a.person(d.Declaration.Travellers[0].Document)
	words := locale.For(textLanguage(by, d.Declaration.Travellers[0]))
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, action, anlo.PurposeTravel, person, d.ID)); err != nil {
			return err
		}
		allowed, err := tx.CountMessage(ctx, a.Seal.Index("phone", phone), hanoiDay(now), textsADay)
		if err != nil || !allowed {
			return err
		}
		code, err := a.keepShortCode(ctx, tx, d, person)
		if err != nil {
			return err
		}
		until := d.ExpiresAt.In(locale.Zone).Format("15:04 02/01/2006")
		for _, m := range []struct {
			kind, body string
			due        time.Time
		}{
			{store.CodeMessage, words.T("text.code", "Code", anlo.ShowCode(code), "Time", until), now},
			{store.ReminderMessage, words.T("text.reminder", "Time", until), eve(d.ExpiresAt)},
		} {
			if m.kind == store.ReminderMessage && !m.due.After(now) {
				continue // asked for in the last night: the code says when it ends
			}
			row := store.MessageRow{ID: anlo.NewID(now), Person: person, Declaration: d.ID, Kind: m.kind, DueAt: m.due}
			to, _ := anlo.Mobile(phone)
			if row.Sealed, err = a.sealText(ctx, d.DeclaredAt, row.ID, textBody{to, m.body}); err != nil {
				return err
			}
			if err := tx.KeepMessage(ctx, row); err != nil {
				return err
			}
		}
		return nil
	})
}

// textLanguage is the one that somebody has chosen; where an officer has declared
// for them, English for foreigners.
func textLanguage(by anlo.Actor, t anlo.Traveller) string {
	if by.Role != anlo.Citizen && t.Nationality != "VN" {
		return "en"
	}
	return by.Lang
}

// eve is when people are reminded.
func eve(expires time.Time) time.Time {
	return anlo.DateOf(expires.In(anlo.Hanoi)).AddDays(-1).At(reminderHour, anlo.Hanoi)
}

// keepShortCode makes the code of a declaration and keeps its index. Like the
// token of its link the code is a keyed digest of the declaration's identifier,
// so that it need not be kept and is the same whenever it is asked for. Of a
// million codes in force two are the same once in a while: then the one who
// comes second has the next digest.
func (a *App) keepShortCode(ctx context.Context, tx *store.Tx, d Declared, person int64) (string, error) {
	for n := range byte(8) {
		digest := a.Seal.Authenticate("short-code", append(d.ID[:], n))
		code := anlo.CodeOf([8]byte(digest[:8]))
		kept, err := tx.KeepShortCode(ctx, a.codeIndex(code), person, d.ID, d.ExpiresAt)
		if err != nil || kept {
			return code, err
		}
	}
	return "", errors.New("eight short codes in a row are taken")
}

func (a *App) sealText(ctx context.Context, made time.Time, id anlo.ID, t textBody) ([]byte, error) {
	plain, err := cbor.Marshal(t)
	if err != nil {
		return nil, err
	}
	return a.Seal.Seal(ctx, seal.DayOf(made), seal.AD("message", "sealed", id[:]), plain)
}

func (a *App) openText(ctx context.Context, m store.MessageRow) (t textBody, err error) {
	plain, err := a.Seal.Open(ctx, seal.AD("message", "sealed", m.ID[:]), m.Sealed)
	if err != nil {
		return t, err
	}
	return t, cbor.Unmarshal(plain, &t)
}

// SendTexts hands to the gateway what is due. A text under way is seen to its
// end even when we are told to stop, so that only a crash between the gateway's
// answer and the line that says so sends it twice: the same code, under the same
// Idempotency-Key. Call it every second.
func (a *App) SendTexts(ctx context.Context) error {
	if !a.Texts() {
		return nil
	}
	now := a.Now()
	due, err := a.Store.MessagesDue(ctx, now, now.Add(textLease), textsAtOnce)
	if err != nil {
		return err
	}
	errs := make([]error, len(due))
	slots := make(chan struct{}, textsTogether)
	var wg sync.WaitGroup
	for i, m := range due {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if ctx.Err() == nil {
				errs[i] = a.sendText(context.WithoutCancel(ctx), m)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// sendText sends one text, and says what became of it.
func (a *App) sendText(ctx context.Context, m store.MessageRow) error {
	wanted, err := a.wanted(ctx, m)
	if err != nil {
		return err
	}
	outcome := "dropped"
	if wanted {
		t, err := a.openText(ctx, m)
		if err != nil {
			return err
		}
		switch err := a.texter.Send(ctx, notify.Text{ID: m.ID, To: t.To, Body: t.Body}); {
		case err == nil:
			outcome = "sent"
		case errors.Is(err, notify.ErrTextRefused):
			outcome = "refused"
		default:
			outcome = "failed"
		}
	}
	if outcome == "failed" {
		err = a.Store.PostponeMessage(ctx, m, a.Now().Add(textPauses[min(m.Attempts-1, len(textPauses)-1)]))
	} else {
		err = a.Store.MessageDone(ctx, m)
	}
	if err == nil && a.OnText != nil {
		a.OnText(outcome)
	}
	return err
}

// wanted reports whether a text still says something to somebody.
func (a *App) wanted(ctx context.Context, m store.MessageRow) (bool, error) {
	now := a.Now()
	rows, _, err := a.Store.Declaration(ctx, m.Declaration)
	if errors.Is(err, anlo.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	d := rows[0]
	if !d.CancelledAt.IsZero() || !now.Before(d.ExpiresAt) || now.Sub(m.ID.Time()) > textDay && m.Kind == store.CodeMessage {
		return false, nil
	}
	if m.Kind == store.CodeMessage {
		return true, nil
	}
	if d.ExpiresAt.Sub(now) < tooLateToWarn {
		return false, nil
	}
	_, newest, err := a.Standing(ctx, d.Person, now)
	if errors.Is(err, anlo.ErrNotFound) {
		return false, nil
	}
	return err == nil && newest[0].ID == d.ID, err // another one: they have declared again
}

// PruneTexts forgets the codes of passes that ended long ago, and who was sent how
// many texts on days before.
func (a *App) PruneTexts(ctx context.Context) error {
	now := a.Now()
	return a.Store.PruneMessages(ctx, now.Add(-codeKept), hanoiDay(now))
}
