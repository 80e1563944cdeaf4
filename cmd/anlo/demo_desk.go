package main

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"anlo"
	"anlo/app"
	"anlo/simulate"
)

const (
	demoDays         = 14
	demoDeclarations = 1500 // about as many are made in these days, of more people
)

// demoClock is the clock of the application while the past is made up.
type demoClock struct{ nano atomic.Int64 }

func (c *demoClock) set(t time.Time) { c.nano.Store(t.UnixNano()) }

func (c *demoClock) now() time.Time { return time.Unix(0, c.nano.Load()) }

// past makes up two weeks: people declare, correct and cancel, communes are
// told, officers do their work or leave it, passes are read at the posts. All of
// it goes through the application, hour by hour, with its clock set back.
type past struct {
	app    *app.App
	clock  *demoClock
	end    time.Time
	focus  anlo.UnitRef // the commune that most travel to
	people map[anlo.UnitRef]anlo.Actor
	health map[anlo.UnitRef]anlo.Actor // by province
	posts  []anlo.Actor
	passes []anlo.ID // of the newest declarations, for the lanes

	journeys []simulate.Journey
	events   []event // in order
	fates    int     // given to notices of the focus
}

// event is something that somebody does at a moment.
type event struct {
	at time.Time
	do func(context.Context) error
}

// demoJourneys are those of the people in the register that the demonstration
// shows, and the commune that is told of most.
func demoJourneys(people int, end time.Time) (out []simulate.Journey, focus anlo.UnitRef) {
	first := anlo.DateOf(end.In(anlo.Hanoi)).AddDays(-demoDays).At(0, anlo.Hanoi)
	every := max(1, int(float64(people)*declaredPerPerson)/demoDeclarations)
	told := map[anlo.UnitRef]int{}
	n := 0
	for j := range simulate.Journeys(demoSeed, people, communes(), first, demoDays+1) {
		if !j.At.Before(end) {
			break
		}
		told[j.Trip.Destination.Commune]++
		if told[j.Trip.Destination.Commune] > told[focus] || focus.IsZero() {
			focus = j.Trip.Destination.Commune
		}
		if n++; n%every == 0 {
			out = append(out, j)
		}
	}
	// A desk of one commune in three thousand would lie nearly empty: one in
	// eight goes to this one.
	for i := range out {
		if i%8 == 3 && out[i].Trip.Origin.Commune != focus {
			out[i].Trip.Destination.Commune = focus
		}
	}
	mistype(out)
	return out, focus
}

// mistype has some people write carelessly, as most do, and a few name a number
// that is somebody else's, so that officers have something to compare.
func mistype(journeys []simulate.Journey) {
	rng := rand.New(rand.NewPCG(demoSeed, 7))
	for i := range journeys {
		j := &journeys[i]
		lead := &j.Travellers[0].Person
		switch {
		case i%3 == 1:
			phone := lead.Phone
			*lead = simulate.Corrupt(j.People, 0, lead.Temporary, rng).Person
			lead.Phone = phone
		case i%25 == 6:
			other := journeys[(i+1)%len(journeys)].Travellers[0]
			lead.FullName, lead.BirthDate, lead.Sex = other.FullName, other.BirthDate, other.Sex
		}
	}
}

// live goes through the hours.
func (p *past) live(ctx context.Context) error {
	if len(p.journeys) == 0 {
		return nil
	}
	day := -1
	for hour := p.journeys[0].At.Truncate(time.Hour); hour.Before(p.end); hour = hour.Add(time.Hour) {
		p.clock.set(hour)
		if hour.YearDay() != day {
			day = hour.YearDay()
			if err := p.app.EnsureKeys(ctx); err != nil {
				return err
			}
			if err := p.app.RefreshBundle(ctx); err != nil {
				return err
			}
		}
		next := 0
		for next < len(p.journeys) && p.journeys[next].At.Before(hour.Add(time.Hour)) {
			next++
		}
		if err := p.declare(ctx, p.journeys[:next]); err != nil {
			return err
		}
		p.journeys = p.journeys[next:]
		for len(p.events) > 0 && p.events[0].at.Before(hour.Add(time.Hour)) {
			e := p.events[0]
			p.events = p.events[1:]
			p.clock.set(e.at)
			if err := e.do(ctx); err != nil && anlo.KindOf(err) == anlo.Internal {
				return err
			}
		}
		if _, err := p.app.Climb(ctx); err != nil {
			return err
		}
	}
	p.clock.set(p.end)
	return p.app.CountWork(ctx)
}

// later has something done at a moment, unless it has not come yet.
func (p *past) later(at time.Time, do func(context.Context) error) {
	if !at.Before(p.end) {
		return
	}
	i, _ := slices.BinarySearchFunc(p.events, at, func(e event, t time.Time) int { return cmp.Or(e.at.Compare(t), -1) })
	p.events = slices.Insert(p.events, i, event{at, do})
}

// declare makes the declarations of an hour, tells the communes and decides what
// will become of each.
func (p *past) declare(ctx context.Context, journeys []simulate.Journey) error {
	receipts, errs := make([]app.Receipt, len(journeys)), make([]error, len(journeys))
	var wg sync.WaitGroup
	for i, j := range journeys {
		wg.Go(func() { receipts[i], errs[i] = p.app.Declare(ctx, operator, j.Declaration, "") })
	}
	wg.Wait()
	if _, err := p.app.Route(ctx); err != nil {
		return err
	}
	for i, r := range receipts {
		if errs[i] != nil {
			return errs[i]
		}
		owner, err := p.app.OpenLink(r.ManageToken)
		if err != nil {
			return err
		}
		p.travel(journeys[i], r, owner)
		p.passes = append(p.passes, r.Passes[0].ID)
		notices, err := p.app.Store.NoticesOf(ctx, r.ID)
		if err != nil {
			return err
		}
		for _, n := range notices {
			p.work(n.Notice, owner)
		}
	}
	return nil
}

// travel has some passes read at a post, and some declarations corrected or
// cancelled.
func (p *past) travel(j simulate.Journey, r app.Receipt, owner anlo.Actor) {
	switch k := rand.IntN(100); {
	case k < 3:
		p.later(j.At.Add(90*time.Minute), func(ctx context.Context) error { return p.app.Cancel(ctx, owner) })
		return
	case k < 7:
		p.later(j.At.Add(40*time.Minute), func(ctx context.Context) error {
			d := r.Declaration
			d.Trip.Note = "Đổi giờ khởi hành"
			_, err := p.app.Change(ctx, owner, d)
			return err
		})
		return
	case k > 30:
		return
	}
	code := r.Passes[0].QR
	if r.PartyPass != nil {
		code = r.PartyPass.QR
	}
	post := p.posts[rand.IntN(len(p.posts))]
	p.later(j.Trip.DepartsAt.Add(time.Duration(20+rand.IntN(100))*time.Minute), func(ctx context.Context) error {
		_, err := p.app.Judge(ctx, post, code, time.Time{})
		return err
	})
}

// work decides what officers will do about a notice, and when.
func (p *past) work(n anlo.Notice, owner anlo.Actor) {
	f := fates{late: 200, absent: 300, quarantined: 250, wrong: 60, forgotten: 20}
	if n.Commune == p.focus && n.State.Open() {
		p.fates++
		f = fates{late: 400, absent: 800, quarantined: 1200, wrong: 500, forgotten: 300}
		if due := p.end.Sub(n.DueAt); due > 0 && due < 44*time.Hour && p.fates%4 == 0 {
			f = fates{forgotten: 10_000} // so that something is overdue at each level
		}
	}
	by := p.officer(n.Commune)
	for _, act := range life(n, p.end, f) {
		p.later(act.At, func(ctx context.Context) error { return p.act(ctx, n, by, owner, act) })
	}
}

// officer works on the desk of a commune; only one of them has an account to
// sign in to.
func (p *past) officer(commune anlo.UnitRef) anlo.Actor {
	if by, ok := p.people[commune]; ok {
		return by
	}
	return anlo.Actor{Role: anlo.CommuneOfficer, Area: commune, Lang: "vi"}
}

func (p *past) act(ctx context.Context, n anlo.Notice, by, owner anlo.Actor, f anlo.FollowUp) error {
	switch f.Kind {
	case anlo.DidClimb: // by itself
		return nil
	case anlo.DoQuarantine, anlo.DoTest:
		if doctor, ok := p.health[provinceOf(p.app, n.NoticeID)]; ok {
			by = doctor
		}
	case anlo.DoCheckIn:
		if rand.IntN(3) == 0 {
			return p.app.CheckInOwn(ctx, owner, n.Traveller, anlo.FollowUp{Temperature: f.Temperature, Symptoms: f.Symptoms})
		}
	case anlo.DoWrongAddress:
		near := p.app.Units.Children(p.app.UnitList, provinceOf(p.app, n.NoticeID).Code)
		to := near[rand.IntN(len(near))].UnitRef
		if rand.IntN(3) > 0 && to != n.Commune {
			p.later(f.At.Add(2*time.Hour), func(ctx context.Context) error {
				return p.follow(ctx, by, n, anlo.FollowUp{Kind: anlo.DoReroute, To: to, Note: "Chủ nhà cho biết đã chuyển sang xã khác"})
			})
		}
	}
	return p.follow(ctx, by, n, f)
}

func (p *past) follow(ctx context.Context, by anlo.Actor, n anlo.Notice, f anlo.FollowUp) error {
	done, err := p.app.FollowUpMany(ctx, by, []anlo.NoticeID{n.NoticeID}, f)
	if err != nil {
		return err
	}
	return done[0].Err // the traveller may have cancelled meanwhile
}
