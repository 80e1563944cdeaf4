package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"anlo"
	"anlo/store"
)

// MaxReadings is how many readings a device may send at once.
const MaxReadings = 1000

// ScanBatch is what a scanner sends when it has a network. Without readings it
// only says how the scanner is.
type ScanBatch struct {
	SentAt   time.Time // by the scanner's clock
	BundleAt time.Time // issue time of the bundle that it judges by; zero for none
	Waiting  int       // readings that it still has to send after these
	Readings []Reading
}

// Reading is a scan and whom it names: an identity card alone, or a short code,
// name somebody without a pass. Neither is kept.
type Reading struct {
	anlo.Scan
	Card anlo.Document
	Code string
}

// String and LogValue keep codes and numbers out of logs.
func (r Reading) String() string { return "reading ***" }

// LogValue implements slog.LogValuer.
func (r Reading) LogValue() slog.Value { return slog.StringValue(r.String()) }

// ScanReceipt answers a batch, one result a reading, in order.
type ScanReceipt struct {
	Now       time.Time
	Withdrawn bool // the device is no longer enrolled
	Results   []ScanResult
}

// ScanResult says what became of a reading.
type ScanResult struct {
	ID        anlo.ID
	Refused   *anlo.Error // nil when it was kept
	Known     bool        // it was there already
	Verdict   anlo.Verdict
	Alert     bool // we know better, and it matters now
	Elsewhere *Elsewhere
}

// Elsewhere is where else the same person's code was read.
type Elsewhere struct {
	Post    string
	Minutes int // between the two readings
	Km      int

	id anlo.ID
	at time.Time
}

// ErrDeviceWithdrawn refuses what a device read after it was withdrawn.
var ErrDeviceWithdrawn = &anlo.Error{Kind: anlo.Forbidden, Code: "device.withdrawn"}

// KeepScans keeps what a scanner read while it was on its own, and judges each
// reading again by what only the server knows. However often and in whatever
// order readings come, each is kept once and counted once. One that makes no
// sense is refused, and the others are kept.
func (a *App) KeepScans(ctx context.Context, by anlo.Actor, b ScanBatch) (ScanReceipt, error) {
	if !by.May(anlo.ActJudge) || by.Device == nil {
		return ScanReceipt{}, anlo.ErrForbidden
	}
	if len(b.Readings) > MaxReadings {
		return ScanReceipt{}, anlo.ErrTooLarge
	}
	if a.scanned.AllowN(by.Device.ID, 1+len(b.Readings)) > 0 {
		return ScanReceipt{}, anlo.ErrTooMany
	}
	now := a.Now()
	receipt := ScanReceipt{Now: now, Withdrawn: !by.Device.RevokedAt.IsZero(), Results: make([]ScanResult, len(b.Readings))}
	taken := make([]takenScan, 0, len(b.Readings)) // by index of its result
	for i, r := range b.Readings {
		receipt.Results[i].ID = r.ID
		t, err := a.take(by, r, b.SentAt, now)
		if err != nil {
			receipt.Results[i].Refused = err
			continue
		}
		t.result = &receipt.Results[i]
		taken = append(taken, t)
	}
	if err := a.judgeAgain(ctx, by, taken, now); err != nil {
		return ScanReceipt{}, err
	}
	rows := make([]store.NewScan, len(taken))
	for i, t := range taken {
		if t.Person != 0 {
			t.Audit = a.entry(by, anlo.ActJudge, anlo.PurposeCheckpoint, t.Person, t.Pass)
		}
		rows[i] = t.NewScan
	}
	sync := anlo.Sync{At: now, BundleAt: b.BundleAt, Waiting: b.Waiting}
	fresh, err := a.Store.KeepScans(ctx, by.Device.ID, sync, rows)
	if err != nil {
		return ScanReceipt{}, err
	}
	for i, t := range taken {
		t.result.Known = !fresh[i]
		if fresh[i] && a.OnJudged != nil {
			a.OnJudged(t.Scan.Verdict.Outcome)
		}
	}
	a.posts.wake()
	return receipt, nil
}

// takenScan is a reading on its way into the store.
type takenScan struct {
	store.NewScan
	card       anlo.Document
	code       string
	holder     int64 // of the card or the code, 0 when it was neither
	undeclared bool  // a card or code with nothing that stands behind it
	result     *ScanResult
}

// take checks a reading and puts its time right.
func (a *App) take(by anlo.Actor, r Reading, sent, now time.Time) (takenScan, *anlo.Error) {
	s := r.Scan
	if s.Took > anlo.MaxTook {
		s.Took = 0 // it lay on the table over lunch
	}
	var refused *anlo.Error
	if err := s.Check(); errors.As(err, &refused) {
		return takenScan{}, refused
	}
	s.At = anlo.Corrected(s.At, sent, now)
	if s.At.UnixMilli() <= 0 {
		return takenScan{}, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "at", Code: "date.long-ago"}}}
	}
	if ended := by.Device.RevokedAt; !ended.IsZero() && !s.At.Before(ended) {
		return takenScan{}, ErrDeviceWithdrawn
	}
	s.Device, s.Checkpoint, s.RecordedAt = by.Device.ID, by.Device.Checkpoint.ID, now
	t := takenScan{NewScan: store.NewScan{Scan: s}}
	switch s.Kind {
	case anlo.ReadCard:
		if t.card = r.Card; t.card.Number != "" {
			t.holder = a.person(t.card)
		}
	case anlo.ReadCode:
		t.code = r.Code
	}
	return t, nil
}
