// Package jobs runs the background work: identities confirmed late, bundles
// signed anew, keys made before they are due, the
// audit sealed and looked through. Every job may be run by several
// processes at once and again after a crash.
package jobs

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"anlo/app"
)

// job is one kind of work and how often it is looked for.
type job struct {
	name  string
	every time.Duration
	run   func(context.Context) error
}

func schedule(a *app.App) []job {
	return []job{
		{"bundle", 5 * time.Second, a.RefreshBundle},
		{"keys", time.Hour, a.EnsureKeys},
		{"identify", 5 * time.Second, func(ctx context.Context) error {
			_, err := a.ConfirmWaiting(ctx)
			return err
		}},
		{"audit", time.Second, a.SealAudit},
	}
}

// Run works until ctx is done, and returns when the work under way has ended.
func Run(ctx context.Context, a *app.App) {
	var wg sync.WaitGroup
	for _, j := range schedule(a) {
		wg.Go(func() { j.loop(ctx, a.Log) })
	}
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
			if err := j.run(ctx); err != nil && ctx.Err() == nil {
				log.Error("job failed", "job", j.name, "error", err)
			}
		}
	}
}
