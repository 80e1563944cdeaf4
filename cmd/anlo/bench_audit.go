package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"anlo"
	"anlo/app"
)

type benchAuditCmd struct {
	Callers      int    `help:"Callers at the same time." default:"64"`
	Declarations int    `help:"Declarations in each run; there are four." default:"50000"`
	Database     string `help:"postgres:// URL of an empty database; SQLite in a temporary folder without it." placeholder:"URL"`
	JSON         bool   `help:"Print JSON."`
}

// Run prints what measure finds.
func (c *benchAuditCmd) Run(ctx context.Context, s std) error {
	rows, err := c.measure(ctx)
	if err != nil {
		return err
	}
	return report(s.out, c.JSON, rows)
}

// measure declares in process without audit entries, and with them while they
// are sealed each second, in turn: without, with, with, without, so that a
// machine that grows slower or faster favours neither.
func (c *benchAuditCmd) measure(ctx context.Context) ([]row, error) {
	dir, err := os.MkdirTemp("", "anlo-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	declarations, err := benchDeclarations(c.Declarations)
	if err != nil {
		return nil, err
	}
	b := &benchDeclareCmd{Callers: c.Callers, Declarations: c.Declarations, Database: c.Database}
	seconds := map[bool]float64{}
	var engine string
	var verified row
	for i, audited := range []bool{false, true, true, false} {
		name := fmt.Sprintf("audit%d", i)
		a, err := b.prepare(ctx, dir, name, declarations)
		if err != nil {
			return nil, err
		}
		engine = a.Store.Engine()
		rate, err := c.run(ctx, b, a, declarations, audited)
		if err == nil && audited {
			verified, err = verifyRate(ctx, a, engine)
		}
		if closed := a.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return nil, err
		}
		os.RemoveAll(filepath.Join(dir, name))
		seconds[audited] += float64(c.Declarations) / rate
	}
	each := func(audited bool) float64 { return seconds[audited] / 2 / float64(c.Declarations) * 1e6 }
	return []row{
		row{What: fmt.Sprintf("declare %s with audit, sealed, %d callers", engine, c.Callers), Got: each(true), Unit: "µs",
			Note: fmt.Sprintf("%s/s with, %s/s without", figure(1e6/each(true)), figure(1e6/each(false)))}.against(each(false), "≤ 1.10"),
		verified,
	}, nil
}

func (c *benchAuditCmd) run(ctx context.Context, b *benchDeclareCmd, a *app.App, ds []anlo.Declaration, audited bool) (float64, error) {
	working, stop := context.WithCancel(ctx)
	sealed := make(chan error, 1)
	if audited {
		go func() { sealed <- sealEachSecond(working, a) }()
	} else {
		sealed <- a.Store.LeaveOutAudit(ctx)
	}
	rate, _, err := b.run(ctx, func(ctx context.Context, i int) error {
		_, err := a.Declare(ctx, operator, ds[i], benchKey(i))
		return err
	})
	stop()
	if e := <-sealed; err == nil {
		err = e
	}
	return rate, err
}

// sealEachSecond is what the job of a server does.
func sealEachSecond(ctx context.Context, a *app.App) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := a.SealAudit(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		}
	}
}

// verifyRate seals the rest and computes everything anew.
func verifyRate(ctx context.Context, a *app.App, engine string) (row, error) {
	time.Sleep(1100 * time.Millisecond)
	if err := a.SealAudit(ctx); err != nil {
		return row{}, err
	}
	start := time.Now()
	r, err := a.VerifyAudit(ctx, operator, app.VerifyOptions{})
	if err == nil && (!r.OK() || r.Waiting > 0) {
		err = fmt.Errorf("the audit does not verify: %+v", r)
	}
	if err != nil {
		return row{}, err
	}
	return row{What: "audit verify " + engine, Got: float64(r.Rows) / time.Since(start).Seconds(), Unit: "rows/s", Note: fmt.Sprintf("%d rows", r.Rows)}, nil
}
