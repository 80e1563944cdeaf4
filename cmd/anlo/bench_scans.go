package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/app"
	"anlo/store"
)

type benchScansCmd struct {
	Phones   int    `help:"Phones that deliver at the same time." default:"4"`
	Readings int    `help:"Readings to deliver; every tenth is one that was delivered before." default:"100000"`
	Database string `help:"postgres:// URL of an empty database; SQLite in a temporary folder without it." placeholder:"URL"`
	Profile  string `help:"Write where the processor time goes to this file, for go tool pprof." placeholder:"FILE" hidden:""`
	JSON     bool   `help:"Print JSON."`
}

// Run prints what measure finds.
func (c *benchScansCmd) Run(ctx context.Context, s std) error {
	rows, err := c.measure(ctx)
	if err != nil {
		return err
	}
	return report(s.out, c.JSON, rows)
}

const (
	scansABatch   = app.MaxReadings
	scansAPhone   = 20_000          // below what one device may deliver at once
	scansEvery    = 2 * time.Second // of one lane
	postsOfBench  = 10
	againInABatch = scansABatch / 10
)

// measure has phones that were without a network deliver what they read, in
// batches of a thousand, over HTTP on the same machine. Everybody was read once
// before, yesterday; a phone's readings lie two seconds apart, so that half of a
// batch is of the last quarter of an hour and is judged with everything that is
// on record. The limit is a bulk insert of the rows that come of it, into an
// empty database.
func (c *benchScansCmd) measure(ctx context.Context) (rows []row, err error) {
	dir, err := os.MkdirTemp("", "anlo-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	declare := &benchDeclareCmd{Callers: 64, Declarations: max(c.Readings*9/10, 1), Database: c.Database}
	declarations, err := benchDeclarations(declare.Declarations)
	if err != nil {
		return nil, err
	}
	a, err := declare.prepare(ctx, dir, "scans", declarations)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	passes := make([]anlo.Pass, len(declarations))
	if _, _, err := declare.run(ctx, func(ctx context.Context, i int) error {
		r, err := a.Declare(ctx, operator, declarations[i], benchKey(i))
		if err == nil {
			passes[i] = r.Passes[0]
		}
		return err
	}); err != nil {
		return nil, err
	}
	a.Now = func() time.Time { return time.Now().Add(time.Hour) } // after which they are on the road
	phones, err := c.phones(ctx, a, passes)
	if err != nil {
		return nil, err
	}
	if _, err := a.Route(ctx); err != nil { // what else is waiting, not counted
		return nil, err
	}
	time.Sleep(time.Second)
	if err := a.SealAudit(ctx); err != nil {
		return nil, err
	}
	before, err := a.Store.Bytes(ctx)
	if err != nil {
		return nil, err
	}
	perSecond, took, spent, err := c.deliver(ctx, a, phones)
	if err != nil {
		return nil, err
	}
	after, err := a.Store.Bytes(ctx)
	if err != nil {
		return nil, err
	}
	database, err := declare.fresh(ctx, "scanlimit")
	if err != nil {
		return nil, err
	}
	if database == "" {
		database = filepath.Join(dir, "limit.db")
	}
	to, err := store.Open(ctx, database)
	if err != nil {
		return nil, err
	}
	defer to.Close()
	n, bulk, err := a.Store.BulkScans(ctx, to, 5000)
	if err != nil {
		return nil, err
	}
	engine := a.Store.Engine()
	bound, share := "", "" // PostgreSQL is held to one
	if engine == "postgres" {
		bound, share = "≥ 20,000 /s", "≤ 100"
	}
	delivered := float64(len(took) * scansABatch)
	micro := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) / delivered }
	return []row{
		row{What: fmt.Sprintf("scans %s over HTTP, %d phones", engine, c.Phones), Got: perSecond, Unit: "/s", Note: note50(took) + " a thousand"}.
			against(float64(n)/bulk.Seconds(), bound),
		{What: "scans " + engine + ", processor", Got: micro(spent.processor()), Unit: "µs a reading", Bound: share,
			Note: fmt.Sprintf("this process, the phones in it, %.1f, the server the rest", micro(spent.own))},
		{What: "scans " + engine + ", on disk", Got: float64(after-before) / (delivered * (1 - float64(againInABatch)/scansABatch)), Unit: "bytes a reading", Note: "with its audit entry and all indexes"},
	}, nil
}

// deliver sends everything: so many phones at a time, each one batch after the
// other.
func (c *benchScansCmd) deliver(ctx context.Context, a *app.App, phones []phone) (perSecond float64, took []time.Duration, used cost, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, used, err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- serve(serving, a, l, doors{Unlimited: true}) }()
	defer func() {
		stop()
		err = errors.Join(err, <-served)
	}()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.Phones, MaxConnsPerHost: c.Phones}}
	defer client.CloseIdleConnections()
	address := "http://" + l.Addr().String() + "/api/v1/scans"
	backend, err := a.Store.ServerProcess(ctx)
	if err != nil {
		return 0, nil, used, err
	}
	server := ""
	if backend != 0 {
		server, _ = processStat(strconv.Itoa(backend))
	}
	times := make([][]time.Duration, len(phones))
	stopProfile, err := profile(c.Profile)
	if err != nil {
		return 0, nil, used, err
	}
	defer stopProfile()
	begin := spent(server)
	run := &benchDeclareCmd{Callers: c.Phones, Declarations: len(phones)}
	_, _, err = run.run(ctx, func(ctx context.Context, i int) error {
		for _, body := range phones[i].batches {
			sent := time.Now()
			if err := sendBatch(ctx, client, address, phones[i].token, body); err != nil {
				return err
			}
			times[i] = append(times[i], time.Since(sent))
		}
		return nil
	})
	used = spent(server).minus(begin)
	for _, t := range times {
		took = append(took, t...)
	}
	return float64(len(took)*scansABatch) / used.wall.Seconds(), took, used, err
}

func sendBatch(ctx context.Context, client *http.Client, address, token string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, "POST", address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return err
	case res.StatusCode != http.StatusOK:
		return fmt.Errorf("%s: %s", res.Status, strings.TrimSpace(string(said)))
	case bytes.Contains(said, []byte(`"refused"`)) || bytes.Contains(said, []byte(`"unknown"`)):
		return errors.New("a reading was not taken for what it is")
	}
	return nil
}

// profile writes where this process spends its time, until the function that it
// returns is called.
func profile(path string) (stop func(), err error) {
	if path == "" {
		return func() {}, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		f.Close()
	}, nil
}
