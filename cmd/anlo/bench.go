package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

type benchCmd struct {
	Verify    benchVerifyCmd    `cmd:"" help:"Text to claims against raw ECDSA."`
	Declare   benchDeclareCmd   `cmd:"" help:"Declarations a second against bulk insert of the same rows."`
	Route     benchRouteCmd     `cmd:"" help:"What telling the communes adds to a declaration."`
	Desk      benchDeskCmd      `cmd:"" help:"What officers ask of the desk, on a database of two weeks."`
	Scans     benchScansCmd     `cmd:"" help:"Readings a second, as scanners deliver them, against bulk insert of the same rows."`
	Match     benchMatchCmd     `cmd:"" help:"Precision and recall of the matcher on careless declarations."`
	Audit     benchAuditCmd     `cmd:"" help:"Declarations with audit entries and their sealing against declarations without."`
	Footprint benchFootprintCmd `cmd:"" help:"Start-up, idle memory, size of the binary and of the first page."`
	All       benchAllCmd       `cmd:"" help:"All of them."`
}

// row is one line of a benchmark's table: what was reached, the limit measured
// beside it, and the bound that the ratio is held to.
type row struct {
	What  string  `json:"what"`
	Got   float64 `json:"got"`
	Unit  string  `json:"unit"`
	Limit float64 `json:"limit,omitempty"`
	Ratio float64 `json:"ratio,omitempty"`
	Bound string  `json:"bound,omitempty"`
	Note  string  `json:"note,omitempty"`
}

func (r row) against(limit float64, bound string) row {
	r.Limit, r.Ratio, r.Bound = limit, r.Got/limit, bound
	return r
}

// report prints rows as a table, or as JSON where a program reads them.
func report(w io.Writer, asJSON bool, rows []row) error {
	if asJSON {
		return json.NewEncoder(w).Encode(rows)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "what\tgot\tlimit\tratio\tbound\tnote")
	for _, r := range rows {
		limit, ratio := "", ""
		if r.Limit != 0 {
			limit, ratio = figure(r.Limit), fmt.Sprintf("%.3f", r.Ratio)
		}
		fmt.Fprintf(t, "%s\t%s %s\t%s\t%s\t%s\t%s\n", r.What, figure(r.Got), r.Unit, limit, ratio, r.Bound, r.Note)
	}
	return t.Flush()
}

func figure(v float64) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.4g", v)
}

// quantile returns the q-th of durations; it sorts them.
func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(int(q*float64(len(d))), len(d)-1)]
}

func note50(d []time.Duration) string {
	return fmt.Sprintf("p50 %s, p99 %s", quantile(d, 0.5).Round(10*time.Microsecond), quantile(d, 0.99).Round(10*time.Microsecond))
}

type benchAllCmd struct {
	Database string `help:"postgres:// URL of an empty database, to measure PostgreSQL as well." placeholder:"URL"`
	JSON     bool   `help:"Print JSON."`
}

// Run measures one after another and prints one table.
func (c *benchAllCmd) Run(ctx context.Context, s std) error {
	var rows []row
	parts := []func(context.Context) ([]row, error){
		(&benchVerifyCmd{}).measure,
		(&benchMatchCmd{People: 50_000, Seed: 1}).measure,
		(&benchDeclareCmd{Callers: 64, Declarations: 100_000}).measure,
		(&benchAuditCmd{Callers: 64, Declarations: 50_000}).measure,
	}
	if c.Database != "" {
		parts = append(parts, (&benchDeclareCmd{Callers: 64, Declarations: 200_000, Database: c.Database}).measure)
	}
	databases := []string{""}
	if c.Database != "" {
		databases = append(databases, c.Database)
	}
	for _, database := range databases {
		parts = append(parts, (&benchRouteCmd{Callers: 64, Declarations: 80_000, Database: database}).measure,
			(&benchDeskCmd{Declarations: 200_000, Requests: 200, Database: database}).measure,
			(&benchScansCmd{Phones: 4, Readings: 100_000, Database: database}).measure)
	}
	parts = append(parts, (&benchFootprintCmd{}).measure)
	for _, measure := range parts {
		r, err := measure(ctx)
		if err != nil {
			return err
		}
		rows = append(rows, r...)
	}
	return report(s.out, c.JSON, rows)
}
