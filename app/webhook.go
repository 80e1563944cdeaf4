package app

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"anlo"
	"anlo/notify"
	"anlo/seal"
	"anlo/store"
)

// Webhook is a receiver of changes in another system, as its administrator
// sees it.
type Webhook struct {
	ID        anlo.ID
	URL       string
	Label     string
	Area      anlo.UnitRef // whose notices; zero for the country
	CreatedAt time.Time
	PausedAt  time.Time
	Gone      bool      // paused because the receiver answered that it is gone
	Failures  int       // tries in a row that did not succeed
	RetryAt   time.Time // with Failures
	Waiting   int
	Dead      int // dead letters
}

// Delivery is one message to a receiver.
type Delivery struct {
	ID          anlo.ID // the webhook-id of the message
	Type        string
	CreatedAt   time.Time
	Attempts    int
	Outcome     string // of the last try: a status, or the code of an error; "" before the first
	TriedAt     time.Time
	DeliveredAt time.Time
	DeadAt      time.Time
}

// secrets are what signs messages to a receiver. The old one signs along until
// its time is over, so that the other side can change in peace.
type secrets struct {
	Current  notify.Secret `json:"current"`
	Old      notify.Secret `json:"old,omitempty"`
	OldUntil time.Time     `json:"old_until,omitzero"`
}

func (s secrets) at(now time.Time) []notify.Secret {
	if len(s.Old) > 0 && now.Before(s.OldUntil) {
		return []notify.Secret{s.Current, s.Old}
	}
	return []notify.Secret{s.Current}
}

// oldSecret is how long a replaced secret signs along.
const oldSecret = 24 * time.Hour

// AddWebhook has the changes of an area sent to an address from now on, and
// returns the secret that signs them, which is shown this once. The first
// message is a test.
func (a *App) AddWebhook(ctx context.Context, by anlo.Actor, url, label string, area anlo.UnitRef) (Webhook, string, error) {
	if !a.mayConnect(by, area) {
		return Webhook{}, "", anlo.ErrForbidden
	}
	url, label = strings.TrimSpace(url), strings.TrimSpace(label)
	if err := a.checkWebhook(url, label, area); err != nil {
		return Webhook{}, "", err
	}
	seq, err := a.Store.FeedSeq(ctx)
	if err != nil {
		return Webhook{}, "", err
	}
	now := a.Now()
	row := store.WebhookRow{ID: anlo.NewID(now), URL: url, Label: label, Area: area, Seq: seq, CreatedAt: now, DueAt: now}
	secret := notify.NewSecret()
	if row.Sealed, err = a.sealSecrets(ctx, row.ID, secrets{Current: secret}); err != nil {
		return Webhook{}, "", err
	}
	test, err := testMessage(row.ID, seq, now)
	if err != nil {
		return Webhook{}, "", err
	}
	return webhookOf(row), secret.Text(), a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActWebhooks, anlo.PurposeOperation, 0, row.ID)); err != nil {
			return err
		}
		if err := tx.KeepWebhook(ctx, row); err != nil {
			return err
		}
		return tx.KeepDelivery(ctx, test)
	})
}

// mayConnect reports whether the actor may send the notices of an area away.
func (a *App) mayConnect(by anlo.Actor, area anlo.UnitRef) bool {
	return by.MayIn(anlo.ActWebhooks, a.path(area)...)
}

func (a *App) checkWebhook(url, label string, area anlo.UnitRef) error {
	var wrong []anlo.FieldError
	if err := a.sender.Check(url); err != nil {
		code := err.Error()
		if url == "" {
			code = "required"
		}
		wrong = append(wrong, anlo.FieldError{Field: "url", Code: code})
	}
	switch {
	case label == "":
		wrong = append(wrong, anlo.FieldError{Field: "label", Code: "required"})
	case len([]rune(label)) > 80:
		wrong = append(wrong, anlo.FieldError{Field: "label", Code: "text.long"})
	case strings.ContainsFunc(label, func(r rune) bool { return r < ' ' || r == 0x7f }):
		wrong = append(wrong, anlo.FieldError{Field: "label", Code: "text.characters"})
	}
	if _, known := a.Units.Unit(area); !area.IsZero() && (!known || area.List != a.UnitList) {
		wrong = append(wrong, anlo.FieldError{Field: "area", Code: "commune.unknown"})
	}
	if wrong == nil {
		return nil
	}
	return &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: wrong}
}

// Webhooks lists the receivers that the actor looks after, oldest first.
func (a *App) Webhooks(ctx context.Context, by anlo.Actor) ([]Webhook, error) {
	if !by.May(anlo.ActWebhooks) {
		return nil, anlo.ErrForbidden
	}
	rows, err := a.Store.Webhooks(ctx)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(w store.WebhookRow) bool { return !a.mayConnect(by, w.Area) })
	out := make([]Webhook, len(rows))
	for i, w := range rows {
		out[i] = webhookOf(w)
	}
	return out, nil
}

func webhookOf(w store.WebhookRow) Webhook {
	return Webhook{w.ID, w.URL, w.Label, w.Area, w.CreatedAt, w.PausedAt, w.Gone, w.Failures, w.DueAt, int(w.Waiting), int(w.Dead)}
}

// webhook finds a receiver that the actor looks after.
func (a *App) webhook(ctx context.Context, by anlo.Actor, id anlo.ID) (store.WebhookRow, error) {
	if !by.May(anlo.ActWebhooks) {
		return store.WebhookRow{}, anlo.ErrForbidden
	}
	w, err := a.Store.Webhook(ctx, id)
	if err == nil && !a.mayConnect(by, w.Area) {
		err = anlo.ErrNotFound
	}
	return w, err
}

// Webhook returns a receiver, the newest messages to it and its newest dead
// letters, fifty of each.
func (a *App) Webhook(ctx context.Context, by anlo.Actor, id anlo.ID) (w Webhook, newest, dead []Delivery, err error) {
	row, err := a.webhook(ctx, by, id)
	if err != nil {
		return w, nil, nil, err
	}
	rows, err := a.Store.Deliveries(ctx, id, 50)
	if err != nil {
		return w, nil, nil, err
	}
	lost, err := a.Store.DeadDeliveries(ctx, id, 50)
	return webhookOf(row), deliveriesOf(rows), deliveriesOf(lost), err
}

func deliveriesOf(rows []store.DeliveryRow) []Delivery {
	out := make([]Delivery, len(rows))
	for i, d := range rows {
		var e Event
		json.Unmarshal([]byte(d.Body), &e) // we wrote it
		out[i] = Delivery{d.ID, e.Type, d.CreatedAt, d.Attempts, d.Outcome, d.TriedAt, d.DeliveredAt, d.DeadAt}
	}
	return out
}

// PauseWebhook stops sending to a receiver. What changes meanwhile is sent when
// it goes on.
func (a *App) PauseWebhook(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	return a.changeWebhook(ctx, by, id, func(tx *store.Tx) error { return tx.PauseWebhook(ctx, id, a.Now(), false) })
}

// ResumeWebhook goes on where PauseWebhook stopped.
func (a *App) ResumeWebhook(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	return a.changeWebhook(ctx, by, id, func(tx *store.Tx) error { return tx.ResumeWebhook(ctx, id, a.Now()) })
}

// RemoveWebhook forgets a receiver and what was on its way there.
func (a *App) RemoveWebhook(ctx context.Context, by anlo.Actor, id anlo.ID) error {
	return a.changeWebhook(ctx, by, id, func(tx *store.Tx) error { return tx.RemoveWebhook(ctx, id) })
}

// RotateWebhook gives a receiver a new secret, which is shown this once. The
// old one signs along for a day.
func (a *App) RotateWebhook(ctx context.Context, by anlo.Actor, id anlo.ID) (Webhook, string, error) {
	w, err := a.webhook(ctx, by, id)
	if err != nil {
		return Webhook{}, "", err
	}
	before, err := a.openSecrets(ctx, w)
	if err != nil {
		return Webhook{}, "", err
	}
	after := secrets{Current: notify.NewSecret(), Old: before.Current, OldUntil: a.Now().Add(oldSecret)}
	sealed, err := a.sealSecrets(ctx, id, after)
	if err != nil {
		return Webhook{}, "", err
	}
	return webhookOf(w), after.Current.Text(), a.changeWebhook(ctx, by, id, func(tx *store.Tx) error { return tx.SecureWebhook(ctx, id, sealed) })
}

// ResendWebhook sends a dead letter again, or all of a receiver when letter is
// zero, and returns how many there were. The receiver is tried at once.
func (a *App) ResendWebhook(ctx context.Context, by anlo.Actor, id, letter anlo.ID) (n int, err error) {
	err = a.changeWebhook(ctx, by, id, func(tx *store.Tx) error {
		now := a.Now()
		sent, err := tx.Resend(ctx, id, letter, now, now.Add(giveUpAfter))
		n = int(sent)
		return err
	})
	return n, err
}

// changeWebhook is one change by an administrator, with its audit entry.
func (a *App) changeWebhook(ctx context.Context, by anlo.Actor, id anlo.ID, change func(*store.Tx) error) error {
	if _, err := a.webhook(ctx, by, id); err != nil {
		return err
	}
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.Audit(ctx, a.entry(by, anlo.ActWebhooks, anlo.PurposeOperation, 0, id)); err != nil {
			return err
		}
		return change(tx)
	})
}

func (a *App) sealSecrets(ctx context.Context, id anlo.ID, s secrets) ([]byte, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return a.Seal.Seal(ctx, seal.Permanent, seal.AD("webhook", "sealed", id[:]), plain)
}

func (a *App) openSecrets(ctx context.Context, w store.WebhookRow) (s secrets, err error) {
	plain, err := a.Seal.Open(ctx, seal.AD("webhook", "sealed", w.ID[:]), w.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &s)
	}
	return s, err
}
