package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"anlo"
	"anlo/locale"
	"anlo/simulate"
)

type simulateQueueCmd struct {
	Lanes      string `help:"Lanes around the clock: 3, or 1..6 to compare. Without it, as many as it takes." placeholder:"N|A..B"`
	SideLane   int    `help:"Officers beside the lanes for those who bring nothing. Without it they are entered in the lane, and all wait." placeholder:"N"`
	QueueALane bool   `help:"Each lane has its own queue, and nobody changes over. Without it one queue feeds all lanes."`

	Vehicles float64            `help:"Vehicles a day, over the hours as at Pháp Vân – Cầu Giẽ." default:"12000"`
	Arrivals string             `help:"Your own count instead: CSV with the columns hour (0 to 23), vehicles or people, and, where lanes open and close, lanes." type:"existingfile" placeholder:"FILE"`
	Traffic  map[string]float64 `help:"What drives, in percent: car=55,truck=33,bus=12 (also motorcycle, foot)." mapsep:"," placeholder:"KIND=PERCENT,…"`
	Riders   map[string]float64 `help:"How many travel in one: car=2.4,truck=1.5,bus=20." mapsep:"," placeholder:"KIND=N,…"`
	Brings   map[string]float64 `help:"What they bring, in percent of the vehicles: phone=62,paper=15,card=10,code=5; the rest bring nothing." mapsep:"," placeholder:"WHAT=PERCENT,…"`
	Looks    float64            `help:"Percent that need a closer look." default:"5"`
	Stops    float64            `help:"Percent that may not pass and are sent aside." default:"1"`
	Seconds  map[string]float64 `help:"Mean seconds of steps that you have measured: phone=1.2,paper=0.9,card=1.5,code=6 (until it lies before the reader), read=0.3,decide=0.8,head=0.25 (counting each further traveller),look=10,stop=8,assist=20." mapsep:"," placeholder:"STEP=SECONDS,…"`
	AsIn2021 bool               `name:"as-in-2021" help:"The times of August 2021 instead of this scanner's: most declare at the post, 3 to 10 minutes each."`

	Wait float64 `help:"Minutes that 95 of 100 may have to wait at most: what suffices is judged by it." default:"5"`
	Runs int     `help:"Days to simulate; figures are their median and what 90 of 100 lie between." default:"20"`
	Seed uint64  `help:"The same seed makes the same days." default:"1"`

	JSON  bool   `help:"Print JSON." name:"json"`
	Chart string `help:"Draw the queue over the day, as SVG." type:"path" placeholder:"FILE"`
	Lang  string `help:"Language of the answer and the chart." enum:"vi,en" default:"en" env:"ANLO_LANG"`
}

// Help is what `anlo simulate queue --help` says beside the flags.
func (simulateQueueCmd) Help() string {
	return `How many lanes does a post need? Every vehicle of a day arrives, waits, is served
and drives on, on made-up days; nobody turns round. Times of the machine are those
measured in docs/performance.md, times of people are assumed until you measure yours:
see docs/operators.md, "Planning a post".

  anlo simulate queue                               # Pháp Vân – Cầu Giẽ: how many lanes
  anlo simulate queue --lanes 2 --side-lane 3 --chart queue.svg
  anlo simulate queue --arrivals count.csv --lanes 1..6
  anlo simulate queue --as-in-2021 --lanes 6        # why the scheme was suspended`
}

// mostLanes is where looking for enough lanes ends.
const mostLanes = 60

// plan is a number of lanes with what came of it.
type plan struct {
	simulate.QueueDay
	Suffices     bool `json:"suffices"`
	SideSuffices bool `json:"side_suffices"` // the officers beside them
}

// Run simulates and says how many lanes suffice.
func (c *simulateQueueCmd) Run(s std) error {
	post, fixed, err := c.post()
	if err != nil {
		return err
	}
	from, to, err := lanesAsked(c.Lanes, fixed)
	if err != nil {
		return err
	}
	if c.Runs < 1 || c.Runs > 1000 || c.Wait <= 0 {
		return errors.New("--runs must be 1 to 1000 and --wait more than 0")
	}
	var plans []plan
	bar := progress(s.err, int64(to-from+1), "lanes")
	for n := from; n <= to; n++ {
		bar.Set(n - from)
		if !fixed {
			for h := range post.Lanes {
				post.Lanes[h] = n
			}
		}
		day := simulate.Queue(post, c.Seed, c.Runs)
		plans = append(plans, plan{day, day.LongWait <= 60*c.Wait, day.SideWait <= 60*c.Wait})
		if c.Lanes == "" && plans[len(plans)-1].Suffices {
			break
		}
	}
	if err := bar.Finish(); err != nil {
		return err
	}
	a := queueAnswer{locale.For(c.Lang), plans, chosenPlan(plans)}
	if c.Chart != "" {
		if err := os.WriteFile(c.Chart, a.chart(), 0o644); err != nil {
			return err
		}
	}
	if c.JSON {
		e := json.NewEncoder(s.out)
		e.SetIndent("", "\t")
		return e.Encode(struct {
			Verdict string `json:"verdict"`
			Plans   []plan `json:"plans"`
		}{a.verdict(), plans})
	}
	return a.print(s.out)
}

// chosenPlan is the first that suffices, else the last.
func chosenPlan(plans []plan) int {
	for i, p := range plans {
		if p.Suffices {
			return i
		}
	}
	return len(plans) - 1
}

func lanesAsked(s string, fixed bool) (from, to int, err error) {
	first, last, several := strings.Cut(s, "..")
	switch {
	case fixed && s != "":
		return 0, 0, errors.New("--lanes and a column lanes in --arrivals say the same twice")
	case fixed:
		return 1, 1, nil
	case s == "":
		return 1, mostLanes, nil
	case !several:
		last = first
	}
	from, err = strconv.Atoi(first)
	if err == nil {
		to, err = strconv.Atoi(last)
	}
	if err != nil || from < 1 || to < from || to > 200 {
		return 0, 0, errors.New("--lanes must be a number like 3, or two like 1..6, up to 200")
	}
	return from, to, nil
}

// post puts together what the flags say. fixed: the lanes change by the hour.
func (c *simulateQueueCmd) post() (p simulate.Post, fixed bool, err error) {
	if !(c.Vehicles > 0 && c.Vehicles <= 1e6) || c.SideLane < 0 || c.SideLane > 200 {
		return p, false, errors.New("--vehicles must be 1 to 1000000, --side-lane 0 to 200")
	}
	p = simulate.PhapVan(c.Vehicles, 1)
	if c.AsIn2021 {
		p.In2021()
	}
	p.SideLanes, p.QueueALane = c.SideLane, c.QueueALane
	p.Looks, p.Stops = c.Looks/100, c.Stops/100
	if p.Looks < 0 || p.Stops < 0 || p.Looks+p.Stops > 1 {
		return p, false, errors.New("--looks and --stops must be percents")
	}
	for _, set := range []func(*simulate.Post) error{c.setTraffic, c.setRiders, c.setBrings, c.setSeconds} {
		if err := set(&p); err != nil {
			return p, false, err
		}
	}
	if c.Arrivals != "" {
		f, err := os.Open(c.Arrivals)
		if err != nil {
			return p, false, err
		}
		defer f.Close()
		if fixed, err = readArrivals(f, &p); err != nil {
			return p, false, fmt.Errorf("%s: %w", c.Arrivals, err)
		}
	}
	return p, fixed, nil
}

func (c *simulateQueueCmd) setTraffic(p *simulate.Post) error {
	if len(c.Traffic) == 0 {
		return nil
	}
	sum := 0.0
	for i := range p.Vehicles {
		v := &p.Vehicles[i]
		v.Share = c.Traffic[string(v.Kind)] / 100
		sum += v.Share
	}
	return c.known("--traffic", c.Traffic, p, sum > 0.999 && sum < 1.001, "must add up to 100")
}

func (c *simulateQueueCmd) setRiders(p *simulate.Post) error {
	fits := true
	for i := range p.Vehicles {
		if n, ok := c.Riders[string(p.Vehicles[i].Kind)]; ok {
			p.Vehicles[i].People = n
			fits = fits && n >= 1 && n <= anlo.MaxTravellers
		}
	}
	return c.known("--riders", c.Riders, p, fits, "must be 1 to 60")
}

// known refuses kinds of vehicles that there are not.
func (c *simulateQueueCmd) known(flag string, given map[string]float64, p *simulate.Post, fits bool, otherwise string) error {
	for name, v := range given {
		found := false
		for _, t := range p.Vehicles {
			found = found || string(t.Kind) == name
		}
		if !found || v < 0 {
			return fmt.Errorf("%s knows car, truck, bus, motorcycle and foot, not %q", flag, name)
		}
	}
	if !fits {
		return fmt.Errorf("%s %s", flag, otherwise)
	}
	return nil
}

func (c *simulateQueueCmd) setBrings(p *simulate.Post) error {
	if len(c.Brings) == 0 {
		return nil
	}
	left := 100.0
	for i, name := range simulate.MeansNames[:simulate.Nothing] {
		p.Brings[i] = c.Brings[name] / 100
		left -= c.Brings[name]
		delete(c.Brings, name)
		if p.Brings[i] < 0 {
			left = -1
		}
	}
	if len(c.Brings) > 0 || left < -1e-9 {
		return errors.New("--brings takes phone, paper, card and code, up to 100 percent together")
	}
	p.Brings[simulate.Nothing] = max(left, 0) / 100
	return nil
}

func (c *simulateQueueCmd) setSeconds(p *simulate.Post) error {
	t := &p.Times
	steps := map[string]*simulate.Seconds{"read": &t.Read, "decide": &t.Decide, "head": &t.Head, "look": &t.Look, "stop": &t.Stop, "assist": &t.Assist}
	for i, name := range simulate.MeansNames[:simulate.Nothing] {
		steps[name] = &t.Ready[i]
	}
	for name, seconds := range c.Seconds {
		step := steps[name]
		if step == nil || !(seconds >= 0 && seconds <= 3600) {
			return fmt.Errorf("--seconds takes phone, paper, card, code, read, decide, head, look, stop and assist, 0 to 3600 s, not %s=%v", name, seconds)
		}
		step.Mean = seconds
	}
	return nil
}
