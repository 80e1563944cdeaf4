package app

import (
	"context"
	"slices"
	"time"

	"anlo"
	"anlo/store"
)

// AuditRule is one sort of unusual reading.
type AuditRule string

const (
	RuleRecords   AuditRule = "records"   // the records of many people in a short time
	RuleListed    AuditRule = "listed"    // very many people in lists in a short time
	RuleOutside   AuditRule = "outside"   // asked for records outside their area
	RuleRelatives AuditRule = "relatives" // records of themselves or their own household
	RuleNight     AuditRule = "night"     // records at night
)

// AuditRules lists them in the order of messages.
var AuditRules = []AuditRule{RuleOutside, RuleRelatives, RuleRecords, RuleListed, RuleNight}

// What is unusual. A commune works off some thirty notices an hour at its
// busiest, and looks at lists of fifty or two hundred.
const (
	shortTime     = 10 * time.Minute
	manyRecords   = 40
	manyListed    = 600
	nightFrom     = 22 // o'clock, Hanoi
	nightUntil    = 5  // also when an officer's day begins, so that a night is one
	nightRecords  = 5  // more than these
	flagDelay     = 5 * time.Second
	flagDuty      = "audit-flags"
	flagLease     = time.Minute
	flagsBackward = time.Hour // the first time
)

var watched = []anlo.Action{anlo.ActReadDesk, anlo.ActReveal, anlo.ActExport, anlo.ActDenied}

// FlagAudit looks through the entries since the last time for unusual reading.
// Of several processes one does it. Call it every minute.
func (a *App) FlagAudit(ctx context.Context) error {
	now := a.Now()
	mark, ours, err := a.Store.TakeDuty(ctx, flagDuty, a.process, now, now.Add(flagLease))
	if err != nil || !ours {
		return err
	}
	from, until := time.UnixMilli(mark), now.Add(-flagDelay)
	if mark == 0 {
		from = now.Add(-flagsBackward)
	}
	if !from.Before(until) {
		return nil
	}
	actors, err := a.Store.Readers(ctx, from, until, watched)
	if err != nil {
		return err
	}
	var all []store.AuditFlag
	for _, actor := range actors {
		rows, err := a.Store.ReadBy(ctx, actor, earliest(from), until, watched)
		if err != nil {
			return err
		}
		relatives, err := a.relatives(ctx, actor)
		if err != nil {
			return err
		}
		for _, f := range unusual(rows, from, relatives) {
			f.Actor = actor
			all = append(all, f)
		}
	}
	return a.Store.Update(ctx, func(tx *store.Tx) error {
		for _, f := range all {
			if err := a.raise(ctx, tx, f); err != nil {
				return err
			}
		}
		return tx.KeepMark(ctx, flagDuty, a.process, until.UnixMilli())
	})
}

// earliest is from when entries must be known to judge those from a moment on.
func earliest(from time.Time) time.Time {
	begin := from.Add(-shortTime)
	if isNight(from.Add(flagLease)) || isNight(from) {
		begin = from.Add(-(24 - nightFrom + nightUntil) * time.Hour)
	}
	return begin
}

// raise adds to what is known of the same officer, rule and day. Whatever is
// new must be looked into again.
func (a *App) raise(ctx context.Context, tx *store.Tx, f store.AuditFlag) error {
	f.ID = anlo.NewID(a.Now())
	known, err := tx.Flag(ctx, f.Actor, f.Rule, f.Day)
	switch {
	case anlo.KindOf(err) == anlo.NotFound:
	case err != nil:
		return err
	default:
		f.ID = known.ID
		if known.From.Before(f.From) {
			f.From = known.From
		}
		if adds(AuditRule(f.Rule)) {
			f.N += known.N
		} else {
			f.N = max(f.N, known.N)
		}
	}
	return tx.KeepFlag(ctx, f)
}

// adds reports whether a rule counts entries, each once; the others say how
// many there were at the worst.
func adds(r AuditRule) bool { return r == RuleOutside || r == RuleRelatives }

// unusual finds unusual reading in the entries of one actor, in order, that
// happened from a moment on; earlier ones only complete the picture.
func unusual(rows []store.AuditRow, from time.Time, relatives map[int64]bool) []store.AuditFlag {
	found := flags{}
	var records, listed, nights []store.AuditRow
	for _, r := range rows {
		fresh := !r.At.Before(from)
		switch {
		case r.Action == anlo.ActDenied:
			if fresh {
				found.add(RuleOutside, r)
			}
		case r.Action == anlo.ActReveal || r.Action == anlo.ActReadDesk && !r.Object.IsZero():
			if fresh && relatives[r.Person] {
				found.add(RuleRelatives, r)
			}
			records = append(records, r)
			if isNight(r.At) {
				nights = append(nights, r)
			}
		default:
			listed = append(listed, r)
		}
	}
	found.crowded(RuleRecords, records, from, manyRecords, func(r store.AuditRow) any { return r.Object })
	found.crowded(RuleListed, listed, from, manyListed, func(r store.AuditRow) any { return r.Person })
	found.nights(nights, from)
	out := make([]store.AuditFlag, 0, len(found))
	for k, f := range found {
		f.Rule, f.Day = string(k.rule), k.day
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b store.AuditFlag) int { return a.From.Compare(b.From) })
	return out
}

type flagKey struct {
	rule AuditRule
	day  int64
}

type flags map[flagKey]*store.AuditFlag

func (f flags) at(rule AuditRule, r store.AuditRow) *store.AuditFlag {
	k := flagKey{rule, officeDay(r.At)}
	if f[k] == nil {
		f[k] = &store.AuditFlag{From: r.At}
	}
	return f[k]
}

func (f flags) add(rule AuditRule, r store.AuditRow) {
	flag := f.at(rule, r)
	flag.N++
	flag.Until = r.At
}

// crowded finds the spans of a short time that hold at least so many different
// things and end in what is new.
func (f flags) crowded(rule AuditRule, rows []store.AuditRow, from time.Time, limit int, of func(store.AuditRow) any) {
	within := map[any]int{}
	first := 0
	for _, r := range rows {
		within[of(r)]++
		for rows[first].At.Before(r.At.Add(-shortTime)) {
			old := of(rows[first])
			if within[old]--; within[old] == 0 {
				delete(within, old)
			}
			first++
		}
		if len(within) < limit || r.At.Before(from) {
			continue
		}
		flag := f.at(rule, r)
		if rows[first].At.Before(flag.From) {
			flag.From = rows[first].At
		}
		flag.N, flag.Until = max(flag.N, int64(len(within))), r.At
	}
}

// nights counts the different records that were opened in a night.
func (f flags) nights(rows []store.AuditRow, from time.Time) {
	seen := map[int64]map[anlo.ID]bool{}
	begun := map[int64]time.Time{}
	for _, r := range rows {
		day := officeDay(r.At)
		if seen[day] == nil {
			seen[day], begun[day] = map[anlo.ID]bool{}, r.At
		}
		seen[day][r.Object] = true
		if len(seen[day]) > nightRecords && !r.At.Before(from) {
			flag := f.at(RuleNight, r)
			flag.N, flag.From, flag.Until = int64(len(seen[day])), begun[day], r.At
		}
	}
}

func isNight(t time.Time) bool {
	h := t.In(anlo.Hanoi).Hour()
	return h >= nightFrom || h < nightUntil
}

// officeDay counts days that begin at five in the morning in Hanoi.
func officeDay(t time.Time) int64 {
	_, offset := t.In(anlo.Hanoi).Zone()
	return (t.Unix() + int64(offset) - nightUntil*3600) / 86400
}

// relatives are the officer's own household in the embedded register, and the
// officer; nobody where it is not known who they are.
func (a *App) relatives(ctx context.Context, actor anlo.ID) (map[int64]bool, error) {
	o, err := a.Store.Staff(ctx, actor)
	if anlo.KindOf(err) == anlo.NotFound || err == nil && o.Person == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	out := map[int64]bool{o.Person: true}
	row, err := a.Store.Registered(ctx, o.Person)
	if anlo.KindOf(err) == anlo.NotFound {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	me, err := embedded{a}.open(ctx, row)
	if err != nil {
		return nil, err
	}
	var with []int64
	_, err = a.household(ctx, &me, &with)
	for _, p := range with {
		out[p] = true
	}
	return out, err
}
