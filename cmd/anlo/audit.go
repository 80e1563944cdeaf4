package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"anlo/app"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Compute the whole log anew and compare every file and every row."`
	Key    auditKeyCmd    `cmd:"" help:"Print the public key of the log, for this and for other verifiers."`
	Seal   auditSealCmd   `cmd:"" help:"Seal now what waits, where no server runs that does."`
}

type auditVerifyCmd struct {
	place
	Kept string `help:"A checkpoint kept elsewhere earlier, which the log must continue." type:"existingfile" placeholder:"FILE"`
	JSON bool   `help:"Print JSON."`
}

// Run verifies. It fails when anything is not as it was sealed.
func (c *auditVerifyCmd) Run(ctx context.Context, s std) error {
	config, err := c.config(nil)
	if err != nil {
		return err
	}
	var o app.VerifyOptions
	if c.Kept != "" {
		if o.Kept, err = os.ReadFile(c.Kept); err != nil {
			return err
		}
	}
	bar := progress(s.err, -1, "entries")
	o.Progress = func(done, entries uint64) {
		bar.ChangeMax64(int64(entries))
		bar.Set64(int64(done))
	}
	start := time.Now()
	r, err := app.VerifyAudit(ctx, config, operator, o)
	bar.Finish()
	if err != nil {
		return err
	}
	took := time.Since(start)
	if c.JSON {
		if err := json.NewEncoder(s.out).Encode(r); err != nil {
			return err
		}
	} else {
		printAudit(s, r, took)
	}
	if !r.OK() {
		return errRefused
	}
	return nil
}

func printAudit(s std, r *app.AuditReport, took time.Duration) {
	for _, f := range r.Faults {
		where := f.File
		if !f.ID.IsZero() {
			where = fmt.Sprintf("%s (%s)", f.ID, f.ID.Time().Local().Format(time.DateTime))
		}
		fmt.Fprintf(s.out, "%s  %s\n", say("en", "audit.fault."+f.What), where)
	}
	if more := r.Wrong - int64(len(r.Faults)); more > 0 {
		fmt.Fprintf(s.out, "and %d more\n", more)
	}
	for _, name := range r.Strays {
		fmt.Fprintf(s.out, "not part of the log, may be removed: %s\n", name)
	}
	verdict := "all as it was sealed"
	if !r.OK() {
		verdict = fmt.Sprintf("%d FAULTS", r.Wrong)
	}
	fmt.Fprintf(s.out, "%s: %s; %d entries, %d rows compared, %d waiting to be sealed; %s, %.0f rows/s\n",
		r.Origin, verdict, r.Entries, r.Rows, r.Waiting, took.Round(time.Millisecond), float64(r.Rows)/took.Seconds())
}

type auditKeyCmd struct{ place }

// Run prints the key.
func (c *auditKeyCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	key, err := a.AuditVerifier(ctx, operator)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, key)
	return err
}

type auditSealCmd struct{ place }

// Run seals.
func (c *auditSealCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	err = a.SealAudit(ctx)
	if err == nil && !a.Seals() {
		err = errors.New("another process seals the audit, or its log is in another folder")
	}
	return errors.Join(err, a.Close())
}
