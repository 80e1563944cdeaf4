package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"anlo"
	"anlo/app"
)

type benchRouteCmd struct {
	Callers      int    `help:"Callers at the same time." default:"64"`
	Declarations int    `help:"Declarations, half of them with routing beside." default:"80000"`
	Database     string `help:"postgres:// URL of an empty database; SQLite in a temporary folder without it." placeholder:"URL"`
	JSON         bool   `help:"Print JSON."`
}

// Run prints what measure finds.
func (c *benchRouteCmd) Run(ctx context.Context, s std) error {
	rows, err := c.measure(ctx)
	if err != nil {
		return err
	}
	return report(s.out, c.JSON, rows)
}

// routeRounds of declaring alone and of declaring with routing beside take
// turns, so that both see the same machine.
const routeRounds = 4

// measure declares in process, and compares what it costs to tell the communes
// as well: in processor time of this process and of PostgreSQL where that runs
// on the same machine, and in time until everything is done.
func (c *benchRouteCmd) measure(ctx context.Context) (rows []row, err error) {
	dir, err := os.MkdirTemp("", "anlo-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	declare := benchDeclareCmd{Callers: c.Callers, Declarations: c.Declarations, Database: c.Database}
	declarations, err := benchDeclarations(c.Declarations)
	if err != nil {
		return nil, err
	}
	a, err := declare.prepare(ctx, dir, "route", declarations)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	backend, err := a.Store.ServerProcess(ctx)
	if err != nil {
		return nil, err
	}
	server := "" // the process that all of PostgreSQL's others are children of
	if backend != 0 {
		server, _ = processStat(strconv.Itoa(backend))
	}
	var alone, beside cost
	part := c.Declarations / (2 * routeRounds)
	for i := range 2 * routeRounds {
		to := &alone
		if i%4 == 1 || i%4 == 2 {
			to = &beside
		}
		begin := spent(server)
		declare.Declarations = part
		if err := c.round(ctx, a, &declare, declarations[i*part:(i+1)*part], i*part, to == &beside); err != nil {
			return nil, err
		}
		to.add(spent(server).minus(begin))
		if _, err := a.Route(ctx); err != nil { // what was left, not counted
			return nil, err
		}
	}
	n := float64(part * routeRounds)
	engine := a.Store.Engine()
	micro := func(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) / n }
	where := "this process"
	if server != "" {
		where = fmt.Sprintf("this process %.0f of %.0f, the server the rest", micro(beside.own), micro(alone.own))
	}
	return []row{
		row{What: "route " + engine + ", processor", Got: micro(beside.processor()), Unit: "µs a declaration", Note: where}.against(micro(alone.processor()), "≤ 1.25"),
		row{What: "route " + engine + ", until all is routed", Got: micro(beside.wall), Unit: "µs a declaration",
			Note: fmt.Sprintf("%.0f /s with, %.0f /s without", n/beside.wall.Seconds(), n/alone.wall.Seconds())}.against(micro(alone.wall), "≤ 1.25"),
	}, nil
}

// round lets the callers declare; with routing it ends when all is routed.
func (c *benchRouteCmd) round(ctx context.Context, a *app.App, declare *benchDeclareCmd, ds []anlo.Declaration, first int, routing bool) error {
	work, stop := context.WithCancel(ctx)
	defer stop()
	routed := make(chan error, 1)
	if routing {
		go func() { routed <- router(work, a) }()
	}
	_, _, err := declare.run(ctx, func(ctx context.Context, i int) error {
		_, err := a.Declare(ctx, anlo.Actor{Role: anlo.Operator}, ds[i], benchKey(first+i))
		return err
	})
	stop()
	if !routing || err != nil {
		return err
	}
	if err := <-routed; err != nil {
		return err
	}
	_, err = a.Route(ctx)
	return err
}

// router routes as the background work does, until ctx is done.
func router(ctx context.Context, a *app.App) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-a.Routes():
		}
		if _, err := a.Route(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
}

// cost is time on the processor and on the wall.
type cost struct{ own, server, wall time.Duration }

func (c cost) processor() time.Duration { return c.own + c.server }

func (c *cost) add(o cost) { c.own, c.server, c.wall = c.own+o.own, c.server+o.server, c.wall+o.wall }

func (c cost) minus(o cost) cost { return cost{c.own - o.own, c.server - o.server, c.wall - o.wall} }

var started = time.Now()

// spent is what this process and the PostgreSQL server have used so far.
func spent(server string) cost {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	c := cost{own: time.Duration(u.Utime.Nano() + u.Stime.Nano()), wall: time.Since(started)}
	if server == "" {
		return c
	}
	all, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range all {
		pid := filepath.Base(filepath.Dir(path))
		if parent, used := processStat(pid); parent == server || pid == server {
			c.server += used
		}
	}
	return c
}

// processStat reads the parent of a process and the time that it has used; that
// of its children who are gone counts as well.
func processStat(pid string) (parent string, used time.Duration) {
	text, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return "", 0
	}
	f := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(f) < 15 {
		return "", 0
	}
	for _, ticks := range f[11:15] {
		n, _ := strconv.Atoi(ticks)
		used += time.Duration(n) * 10 * time.Millisecond
	}
	return f[1], used
}
