package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"anlo"
	"anlo/app"
	"anlo/store"
)

type benchDeclareCmd struct {
	Callers      int    `help:"Callers at the same time." default:"64"`
	Declarations int    `help:"Declarations in each run." default:"100000"`
	Database     string `help:"postgres:// URL of an empty database; SQLite in a temporary folder without it." placeholder:"URL"`
	JSON         bool   `help:"Print JSON."`
}

// Run prints what measure finds.
func (c *benchDeclareCmd) Run(ctx context.Context, s std) error {
	rows, err := c.measure(ctx)
	if err != nil {
		return err
	}
	return report(s.out, c.JSON, rows)
}

// measure declares in process, then over HTTP with the client on the same
// machine, and holds both against a bulk insert of the very rows that the first
// run wrote, into an empty database of the same engine.
func (c *benchDeclareCmd) measure(ctx context.Context) ([]row, error) {
	dir, err := os.MkdirTemp("", "anlo-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	declarations, err := benchDeclarations(c.Declarations)
	if err != nil {
		return nil, err
	}
	first, err := c.prepare(ctx, dir, "a", declarations)
	if err != nil {
		return nil, err
	}
	defer first.Close()
	engine := first.Store.Engine()
	inProcess, took, err := c.run(ctx, func(ctx context.Context, i int) error {
		_, err := first.Declare(ctx, anlo.Actor{Role: anlo.Operator}, declarations[i], benchKey(i))
		return err
	})
	if err != nil {
		return nil, err
	}
	limit, err := c.limit(ctx, dir, first)
	if err != nil {
		return nil, err
	}
	second, err := c.prepare(ctx, dir, "b", declarations)
	if err != nil {
		return nil, err
	}
	defer second.Close()
	overHTTP, httpTook, err := c.http(ctx, second, declarations)
	if err != nil {
		return nil, err
	}
	what := func(s string) string { return fmt.Sprintf("declare %s %s, %d callers", engine, s, c.Callers) }
	return []row{
		row{What: what("in process"), Got: inProcess, Unit: "/s", Note: note50(took)}.against(limit, "≥ 0.4"),
		row{What: what("over HTTP"), Got: overHTTP, Unit: "/s", Note: note50(httpTook)}.against(limit, "≥ 0.15"),
	}, nil
}

func benchKey(i int) string { return fmt.Sprintf("bench-%d", i) }

// prepare opens a fresh application whose register knows everybody.
func (c *benchDeclareCmd) prepare(ctx context.Context, dir, name string, ds []anlo.Declaration) (*app.App, error) {
	database, err := c.fresh(ctx, name)
	if err != nil {
		return nil, err
	}
	a, err := (place{Data: filepath.Join(dir, name), Database: database}).open(ctx, nil)
	if err != nil {
		return nil, err
	}
	people := make([]anlo.Registered, 0, 1000)
	for i, d := range ds {
		t := d.Travellers[0]
		people = append(people, anlo.Registered{Number: t.Document.Number, FullName: t.FullName, BirthDate: t.BirthDate, Sex: t.Sex, Permanent: t.Permanent})
		if len(people) == cap(people) || i == len(ds)-1 {
			if err := a.KeepRegistered(ctx, anlo.Actor{Role: anlo.Operator}, people); err != nil {
				return nil, err
			}
			people = people[:0]
		}
	}
	return a, nil
}

// fresh names an empty database.
func (c *benchDeclareCmd) fresh(ctx context.Context, name string) (string, error) {
	return freshDatabase(ctx, c.Database, name)
}

// freshDatabase names an empty database: a new schema on PostgreSQL; nothing,
// for a new file, on SQLite.
func freshDatabase(ctx context.Context, database, name string) (string, error) {
	if database == "" {
		return "", nil
	}
	u, err := url.Parse(database)
	if err != nil {
		return "", err
	}
	schema := fmt.Sprintf("bench_%s_%d", name, time.Now().UnixNano())
	if err := store.CreateSchema(ctx, database, schema); err != nil {
		return "", err
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// run lets the callers work through the declarations.
func (c *benchDeclareCmd) run(ctx context.Context, one func(context.Context, int) error) (perSecond float64, took []time.Duration, err error) {
	took = make([]time.Duration, c.Declarations)
	var next atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	start := time.Now()
	for range c.Callers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= c.Declarations || failed.Load() != nil {
					return
				}
				begin := time.Now()
				if err := one(ctx, i); err != nil {
					failed.Store(&err)
					return
				}
				took[i] = time.Since(begin)
			}
		})
	}
	wg.Wait()
	if e := failed.Load(); e != nil {
		return 0, nil, *e
	}
	return float64(c.Declarations) / time.Since(start).Seconds(), took, nil
}

func (c *benchDeclareCmd) limit(ctx context.Context, dir string, from *app.App) (float64, error) {
	database, err := c.fresh(ctx, "limit")
	if err != nil {
		return 0, err
	}
	if database == "" {
		database = filepath.Join(dir, "limit.db")
	}
	to, err := store.Open(ctx, database)
	if err != nil {
		return 0, err
	}
	defer to.Close()
	n, took, err := from.Store.Bulk(ctx, to, 5000)
	return float64(n) / took.Seconds(), err
}

func (c *benchDeclareCmd) http(ctx context.Context, a *app.App, ds []anlo.Declaration) (float64, []time.Duration, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, err
	}
	ctx, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- serve(ctx, a, l, doors{Unlimited: true}) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: c.Callers, MaxConnsPerHost: c.Callers}}
	bodies := make([][]byte, len(ds))
	for i, d := range ds {
		if bodies[i], err = json.Marshal(declarationJSON(d)); err != nil {
			stop()
			return 0, nil, err
		}
	}
	address := "http://" + l.Addr().String() + "/api/v1/declarations"
	rate, took, err := c.run(ctx, func(ctx context.Context, i int) error {
		req, err := http.NewRequestWithContext(ctx, "POST", address, bytes.NewReader(bodies[i]))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", benchKey(i))
		res, err := client.Do(req)
		if err != nil {
			return err
		}
		defer res.Body.Close()
		said, err := io.ReadAll(res.Body)
		if err == nil && res.StatusCode != http.StatusCreated {
			err = fmt.Errorf("%s: %s", res.Status, strings.TrimSpace(string(said)))
		}
		return err
	})
	client.CloseIdleConnections()
	stop()
	if e := <-served; err == nil {
		err = e
	}
	return rate, took, err
}
