package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"anlo"
	"anlo/app"
	"anlo/identity"
	"anlo/notify"
	"anlo/simulate"
)

type demoCmd struct {
	Listen string `help:"Address to listen on." default:"127.0.0.1:8080" placeholder:"ADDR"`
	Data   string `help:"Folder for the database, the keys and demo.json." default:"demo" type:"path" placeholder:"DIR"`
	People int    `help:"People in the made-up register." default:"20000"`
}

// demoFile is what demo.json says, for whoever looks around or drives the demo.
type demoFile struct {
	BaseURL string       `json:"base_url"`
	People  []demoPerson `json:"people"`
	Devices []demoDevice `json:"devices"`
	Staff   []demoStaff  `json:"staff"`
}

type demoPerson struct {
	IDNumber    string    `json:"id_number"`
	FullName    string    `json:"full_name"`
	DateOfBirth anlo.Date `json:"date_of_birth"`
	Sex         anlo.Sex  `json:"sex"`
	Commune     string    `json:"commune"`
	Address     string    `json:"address"`
	Card        string    `json:"card"` // text of the QR code on their identity card
}

type demoDevice struct {
	Checkpoint string `json:"checkpoint"`
	Token      string `json:"token"`
}

// demoPosts are real toll stations, and the communes they stand in.
var demoPosts = []struct{ name, commune string }{
	{"Pháp Vân – Cầu Giẽ", "Phường Hoàng Liệt, Hà Nội"},
	{"Long Thành – Dầu Giây", "Phường Long Thành, Đồng Nai"},
}

// Run fills an empty folder, or carries on in one that it filled before.
func (c *demoCmd) Run(ctx context.Context, s std) error {
	if c.People < 10 {
		return errors.New("--people must be at least 10")
	}
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewJSONHandler(s.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	config, err := place{Data: c.Data}.config(log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	// A receiver of webhooks may be tried out on the same machine.
	config.Sender = &notify.Sender{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	file, err := c.fill(ctx, config, "http://"+l.Addr().String())
	if err != nil {
		return errors.Join(err, l.Close())
	}
	texts := consoleOf(s.out)
	config.Texter = texts
	a, err := app.Open(ctx, config)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	shown := file.shown()
	shown.Texts = demoTexts(texts)
	fmt.Fprintf(s.out, `An Lộ: a demonstration with %d made-up people. Nobody here exists.

  declare        %[2]s/
  judge a pass   %[2]s/checkpoint   (device token: see %[3]s)
  a scanner      %[2]s/scanner/   (a code for it: sign in as "checkpoint", then "Chốt" / "Posts")
  waiting times  %[2]s/wait
  people to be   %[3]s
  officers to be %[2]s/   (logins, password and codes: on the start page and in %[3]s)
  the API        %[2]s/api/openapi.json
  judge offline  curl -s %[2]s/api/v1/bundle -o bundle.cose
                 anlo verify --bundle bundle.cose --root %[4]s 'AL1:…'

`, c.People, file.BaseURL, c.path(), filepath.Join(c.Data, "root.pem"))
	lanes, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	reading := file.lanes(a)
	reading.before(ctx)
	go func() { defer close(done); reading.run(lanes) }()
	fmt.Fprintln(s.out, "ready", file.BaseURL)
	err = serve(ctx, a, l, doors{Demo: shown})
	stop()
	<-done
	return errors.Join(err, a.Close())
}

func (c *demoCmd) path() string { return filepath.Join(c.Data, "demo.json") }

// fill makes up the register, the posts, the officers and two weeks, unless an
// earlier start has, and writes demo.json.
func (c *demoCmd) fill(ctx context.Context, config app.Config, base string) (demoFile, error) {
	file, err := c.before()
	if err != nil {
		return file, err
	}
	if file.People == nil {
		if err := c.makeUp(ctx, config, &file); err != nil {
			return file, err
		}
	}
	file.BaseURL = base
	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		return file, err
	}
	temporary := c.path() + ".new"
	if err := os.WriteFile(temporary, append(text, '\n'), 0o600); err != nil {
		return file, err
	}
	return file, os.Rename(temporary, c.path())
}

// makeUp fills an empty folder with the clock set back.
func (c *demoCmd) makeUp(ctx context.Context, config app.Config, file *demoFile) (err error) {
	end := time.Now()
	journeys, focus := demoJourneys(c.People, end)
	clock := &demoClock{}
	clock.set(anlo.DateOf(end.In(anlo.Hanoi)).AddDays(-demoDays-1).At(8, anlo.Hanoi))
	config.Now = clock.now
	a, err := app.Open(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	switch n, err := a.Store.RegisterCount(ctx); {
	case err != nil:
		return err
	case n > 0:
		return fmt.Errorf("an earlier demonstration in %s was not finished: remove the folder, or choose another with --data", c.Data)
	}
	if err := fillRegister(ctx, a, simulate.Population(demoSeed, c.People, communes())); err != nil {
		return err
	}
	p := &past{app: a, clock: clock, end: end, focus: focus, journeys: journeys, people: map[anlo.UnitRef]anlo.Actor{}, health: map[anlo.UnitRef]anlo.Actor{}}
	for _, post := range demoPosts {
		if err := file.enrol(ctx, a, post.name, post.commune); err != nil {
			return err
		}
		by, err := a.OpenDevice(ctx, file.Devices[len(file.Devices)-1].Token)
		if err != nil {
			return err
		}
		p.posts = append(p.posts, by)
	}
	for i, lane := range []string{"Làn 2", "Làn 3", "Làn 2"} { // two more at the first post, one at the second
		if err := file.addLane(ctx, a, p.posts[i/2].Device.Checkpoint, lane); err != nil {
			return err
		}
	}
	if file.Staff, err = openStaff(ctx, a, focus, p.posts[0].Device.Checkpoint.Commune); err != nil {
		return err
	}
	var supervisor anlo.Actor
	for _, s := range file.Staff {
		switch by := s.actor(a); s.Role {
		case anlo.NationalSupervisor:
			supervisor = by
		case anlo.CommuneOfficer:
			p.people[by.Area] = by
		case anlo.HealthOfficer:
			p.health[by.Area] = by
		}
	}
	file.People = c.chosen(a)
	if err := p.live(ctx); err != nil {
		return err
	}
	return p.crossPosts(ctx, supervisor)
}

// before reads the demo.json of an earlier start.
func (c *demoCmd) before() (file demoFile, err error) {
	text, err := os.ReadFile(c.path())
	if errors.Is(err, fs.ErrNotExist) {
		return demoFile{}, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	return file, err
}

const demoSeed = 2021

// chosen returns ten grown-ups with an identity card, from all over the register.
func (c *demoCmd) chosen(a *app.App) (out []demoPerson) {
	every, next := max(c.People/10, 1), 0
	i := -1
	for p := range simulate.Population(demoSeed, c.People, communes()) {
		i++
		if i < next || p.IssuedOn.IsZero() || p.BirthDate.Month == 0 || anlo.DateOf(a.Now()).Year-p.BirthDate.Year < 18 {
			continue
		}
		next += every
		home := p.Permanent.Address + ", " + a.Units.FullName(p.Permanent.Commune)
		card := identity.Card{Document: anlo.Document{Kind: anlo.CCCD, Number: p.Number, Country: "VN"}, OldNumber: p.OldNumber,
			FullName: p.FullName, BirthDate: p.BirthDate, Sex: p.Sex, Address: home, IssuedOn: p.IssuedOn}
		out = append(out, demoPerson{p.Number, p.FullName, p.BirthDate, p.Sex, p.Permanent.Commune.Code, p.Permanent.Address, card.Text()})
		if len(out) == 10 {
			break
		}
	}
	return out
}

// enrol sets up a post with a device.
func (f *demoFile) enrol(ctx context.Context, a *app.App, name, commune string) error {
	where := a.Units.Search(a.UnitList, commune, 1)
	if len(where) == 0 {
		return fmt.Errorf("no commune %s for the checkpoint %s", commune, name)
	}
	post, err := checkpoint(ctx, a, name, where[0].Code)
	if err != nil {
		return err
	}
	return f.addLane(ctx, a, post, "Làn 1")
}

func (f *demoFile) addLane(ctx context.Context, a *app.App, post anlo.Checkpoint, label string) error {
	_, token, err := a.AddDevice(ctx, operator, post, label)
	f.Devices = append(f.Devices, demoDevice{post.Name, token})
	return err
}

// lanes are the scanners that read while the demonstration runs.
func (f *demoFile) lanes(a *app.App) demoLanes {
	l := demoLanes{app: a}
	for _, d := range f.Devices {
		l.tokens = append(l.tokens, d.Token)
	}
	return l
}
