package app

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"anlo"
	"anlo/notify"
	"anlo/store"
)

// backoff is how long a receiver is left alone after so many failures in a
// row. It ends with a try when the oldest message is a day old.
var backoff = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour}

const (
	// freshness is how soon a receiver is tried again when there is something
	// new for it: an officer waits.
	freshness = 5 * time.Minute
	// webhookLease is how long a process may be busy with a receiver before
	// another takes over; it begins no message when webhookTurn is over.
	webhookLease = time.Minute
	webhookTurn  = 20 * time.Second
	// webhooksAtOnce bounds the receivers that one call sends to.
	webhooksAtOnce = 64
	// eventsAtOnce bounds the messages that one transaction queues.
	eventsAtOnce = 200
	// quiet is how many changes elsewhere go by before a receiver with none of
	// its own has its place in the feed moved on.
	quiet = 1000

	deliveredKept = 7 * 24 * time.Hour
	deadKept      = 30 * 24 * time.Hour
)

// QueueWebhooks makes messages of what changed since the last call, for each
// receiver.
func (a *App) QueueWebhooks(ctx context.Context) error {
	head, err := a.Store.FeedSeq(ctx)
	if err != nil {
		return err
	}
	behind, err := a.Store.WebhooksBehind(ctx, head)
	if err != nil {
		return err
	}
	for _, w := range behind {
		for more := true; more; {
			if more, err = a.queue(ctx, &w, head); err != nil {
				return err
			}
		}
	}
	return nil
}

// queue makes messages of the changes up to head, as many as fit into one
// transaction, and reports whether there are more.
func (a *App) queue(ctx context.Context, w *store.WebhookRow, head int64) (more bool, err error) {
	area := a.today(w.Area)
	if area.IsZero() && !w.Area.IsZero() { // of an older list, and nothing took its place: not the whole country
		return false, nil
	}
	changed, err := a.Store.Notices(ctx, store.NoticeQuery{List: a.UnitList, Communes: a.communesIn(area), BySeq: true, Ascending: true,
		After: &store.NoticeRow{Notice: anlo.Notice{Seq: w.Seq}}, Limit: eventsAtOnce})
	if err != nil || len(changed) == 0 && head-w.Seq < quiet {
		return false, err
	}
	now := a.Now()
	upTo := head
	if len(changed) == eventsAtOnce {
		upTo, more = changed[eventsAtOnce-1].Seq, true
	}
	var ds []store.DeliveryRow
	for _, n := range changed {
		d, err := message(w.ID, n.Seq, EventOf(n.Notice), now)
		if err != nil {
			return false, err
		}
		ds, upTo = append(ds, d), max(upTo, n.Seq)
	}
	from := w.Seq
	w.Seq = upTo
	return more, a.Store.Update(ctx, func(tx *store.Tx) error {
		_, err := tx.AddDeliveries(ctx, w.ID, from, upTo, ds, now.Add(freshness))
		return err // where another process was faster, its messages are the same
	})
}

// SendWebhooks sends what waits, to each receiver one message after the other,
// to different ones at the same time. Calls may overlap: whatever one is busy
// with, the next leaves alone, so that a slow receiver holds up no other.
func (a *App) SendWebhooks(ctx context.Context) error {
	now := a.Now()
	hooks, err := a.Store.ClaimWebhooks(ctx, now, now.Add(webhookLease), webhooksAtOnce)
	if err != nil {
		return err
	}
	errs := make([]error, len(hooks))
	var wg sync.WaitGroup
	for i, w := range hooks {
		wg.Go(func() {
			errs[i] = a.sendTo(ctx, w)
			// Told to stop, we still let go, or nobody sends for a minute.
			errs[i] = errors.Join(errs[i], a.Store.ReleaseWebhook(context.WithoutCancel(ctx), w.ID))
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// sendTo sends to one receiver until nothing waits, a message fails, or its
// turn is over.
func (a *App) sendTo(ctx context.Context, w store.WebhookRow) error {
	s, err := a.openSecrets(ctx, w)
	if err != nil {
		return err
	}
	for began := a.Now(); a.Now().Sub(began) < webhookTurn; {
		d, ok, err := a.Store.NextDelivery(ctx, w.ID)
		if err != nil || !ok {
			return err
		}
		now := a.Now()
		status, err := a.sender.Post(ctx, w.URL, notify.Message{ID: d.ID, At: now, Body: []byte(d.Body)}, s.at(now)...)
		if ctx.Err() != nil {
			return nil // what became of it is not known: it is sent again, under the same id
		}
		if err := a.keepOutcome(ctx, w, d, status, err); err != nil {
			return err
		}
		if status/100 != 2 {
			return nil
		}
		w.Failures = 0 // as the table now says
	}
	return nil
}

// keepOutcome writes down what became of a message.
func (a *App) keepOutcome(ctx context.Context, w store.WebhookRow, d store.DeliveryRow, status int, fault error) error {
	now := a.Now()
	outcome, told := strconv.Itoa(status), "failed"
	if fault != nil {
		outcome = fault.Error()
	}
	var dead int64
	err := a.Store.Update(ctx, func(tx *store.Tx) (err error) {
		switch {
		case status/100 == 2:
			told = "delivered"
			return tx.Delivered(ctx, d, outcome, now)
		case status == http.StatusGone: // it waits until an administrator decides
			if err := tx.PauseWebhook(ctx, w.ID, now, true); err != nil {
				return err
			}
			if err := tx.Audit(ctx, a.entry(anlo.Actor{Role: anlo.System}, anlo.ActWebhooks, anlo.PurposeOperation, 0, w.ID)); err != nil {
				return err
			}
		}
		dead, err = tx.Failed(ctx, d, outcome, now, tryAgain(w, d, now))
		return err
	})
	if anlo.KindOf(err) == anlo.NotFound {
		return nil // removed meanwhile
	}
	if err == nil && a.OnSent != nil {
		a.OnSent(told, 1)
		if dead > 0 {
			a.OnSent("dead", int(dead))
		}
	}
	return err
}

// tryAgain is when a receiver is tried after it has failed with a message.
func tryAgain(w store.WebhookRow, d store.DeliveryRow, now time.Time) time.Time {
	again := now.Add(backoff[min(w.Failures, len(backoff)-1)])
	switch {
	case !d.GiveUpAt.After(now): // a dead letter; those behind it are about to be
		return now.Add(freshness)
	case d.GiveUpAt.Before(again):
		return d.GiveUpAt
	}
	return again
}

// PruneWebhooks forgets messages that were delivered a week ago, and dead
// letters a month old.
func (a *App) PruneWebhooks(ctx context.Context) error {
	now := a.Now()
	return a.Store.PruneDeliveries(ctx, now.Add(-deliveredKept), now.Add(-deadKept))
}
