// Package jobs runs the background work: identities confirmed late, bundles
// signed anew, keys made before they are due, notices delivered, other systems
// told, the audit sealed and looked through. Every job may be run by several
// processes at once and again after a crash.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"anlo/app"
)

// job is one kind of work, how often it is looked for, and what wakes it in
// between.
type job struct {
	name  string
	every time.Duration
	run   func(context.Context) error
	wake  <-chan struct{} // nil when nothing does
}

func schedule(a *app.App) []job {
	return []job{
		{"bundle", 5 * time.Second, a.RefreshBundle, nil},
		{"keys", time.Hour, a.EnsureKeys, nil},
		{"identify", 5 * time.Second, uncounted(a.ConfirmWaiting), nil},
		{"route", time.Second, uncounted(a.Route), a.Routes()},
		{"climb", time.Minute, uncounted(a.Climb), nil},
		{"audit", time.Second, a.SealAudit, nil},
		{"audit-flags", time.Minute, a.FlagAudit, nil},
		{"work", 30 * time.Second, a.CountWork, nil},
		{"webhooks", time.Second, a.QueueWebhooks, nil},
		{"webhooks-prune", time.Hour, a.PruneWebhooks, nil},
		{"texts", time.Second, a.SendTexts, nil},
		{"cards", time.Minute, a.RefreshCards, nil},
		{"texts-prune", time.Hour, a.PruneTexts, nil},
		{"posts-prune", time.Hour, a.PrunePosts, nil},
	}
}

func uncounted(run func(context.Context) (int, error)) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := run(ctx)
		return err
	}
}

// Run works until ctx is done, and returns when the work under way has ended.
func Run(ctx context.Context, a *app.App) {
	var wg sync.WaitGroup
	for _, j := range schedule(a) {
		wg.Go(func() { j.loop(ctx, a.Log) })
	}
	wg.Go(func() { sendWebhooks(ctx, a) })
	wg.Wait()
}

func (j job) loop(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(j.every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-j.wake:
		}
		if err := j.run(ctx); err != nil && ctx.Err() == nil {
			log.Error("job failed", "job", j.name, "error", err)
		}
	}
}

// sendWebhooks is the one job whose calls do not wait for the one before: while
// that waits for a slow receiver, the others are served.
func sendWebhooks(ctx context.Context, a *app.App) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	var calls sync.WaitGroup
	defer calls.Wait()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		calls.Go(func() {
			if err := a.SendWebhooks(ctx); err != nil && ctx.Err() == nil {
				a.Log.Error("job failed", "job", "webhooks-send", "error", err)
			}
		})
	}
}
