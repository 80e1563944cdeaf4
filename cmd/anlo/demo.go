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
	Staff   []struct{}   `json:"staff"` // none yet
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
	a, err := app.Open(ctx, config)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	file, err := c.fill(ctx, a, "http://"+l.Addr().String())
	if err != nil {
		return errors.Join(err, l.Close(), a.Close())
	}
	fmt.Fprintf(s.out, `An Lộ: a demonstration with %d made-up people. Nobody here exists.

  declare        %[2]s/
  judge a pass   %[2]s/checkpoint   (device token: see %[3]s)
  people to be   %[3]s
  the API        %[2]s/api/openapi.json
  judge offline  curl -s %[2]s/api/v1/bundle -o bundle.cose
                 anlo verify --bundle bundle.cose --root %[4]s 'AL1:…'

`, c.People, file.BaseURL, c.path(), filepath.Join(c.Data, "root.pem"))
	fmt.Fprintln(s.out, "ready", file.BaseURL)
	return errors.Join(serve(ctx, a, l, doors{}), a.Close())
}

func (c *demoCmd) path() string { return filepath.Join(c.Data, "demo.json") }

func (c *demoCmd) fill(ctx context.Context, a *app.App, base string) (demoFile, error) {
	file, err := c.before()
	if err != nil {
		return file, err
	}
	file.BaseURL = base
	if n, err := a.Store.RegisterCount(ctx); err != nil || n < int64(c.People) {
		if err != nil {
			return file, err
		}
		if err := fillRegister(ctx, a, simulate.Population(demoSeed, c.People, communes())); err != nil {
			return file, err
		}
	}
	if file.People == nil {
		file.People = c.chosen(a)
	}
	for _, p := range demoPosts {
		if err := file.enrol(ctx, a, p.name, p.commune); err != nil {
			return file, err
		}
	}
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

// before reads the demo.json of an earlier start.
func (c *demoCmd) before() (file demoFile, err error) {
	text, err := os.ReadFile(c.path())
	if errors.Is(err, fs.ErrNotExist) {
		return demoFile{Staff: []struct{}{}}, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &file)
	}
	if file.Staff == nil {
		file.Staff = []struct{}{}
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

// enrol sets up a post with a device, unless an earlier start has.
func (f *demoFile) enrol(ctx context.Context, a *app.App, name, commune string) error {
	for _, d := range f.Devices {
		if d.Checkpoint == name {
			if _, err := a.OpenDevice(ctx, d.Token); err == nil {
				return nil
			}
		}
	}
	where := a.Units.Search(a.UnitList, commune, 1)
	if len(where) == 0 {
		return fmt.Errorf("no commune %s for the checkpoint %s", commune, name)
	}
	post, err := checkpoint(ctx, a, name, where[0].Code)
	if err != nil {
		return err
	}
	_, token, err := a.AddDevice(ctx, operator, post, "demo")
	f.Devices = append(f.Devices, demoDevice{name, token})
	return err
}
