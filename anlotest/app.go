package anlotest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"anlo"
	"anlo/app"
	"anlo/identity"
)

// Noon is when tests begin: 12:00 in Hanoi.
var Noon = time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)

// Clock is a clock that tests set.
type Clock struct{ nano atomic.Int64 }

// NewClock returns a clock at Noon.
func NewClock() *Clock {
	c := &Clock{}
	c.nano.Store(Noon.UnixNano())
	return c
}

// Now is what the clock shows.
func (c *Clock) Now() time.Time { return time.Unix(0, c.nano.Load()) }

// Add moves the clock.
func (c *Clock) Add(d time.Duration) { c.nano.Add(int64(d)) }

// Option changes the application that a test gets.
type Option func(*app.Config)

// WithRegister gives the application another register than the embedded one.
func WithRegister(r identity.Register) Option { return func(c *app.Config) { c.Register = r } }

// WithLog gives the application a log.
func WithLog(l *slog.Logger) Option { return func(c *app.Config) { c.Log = l } }

// App returns an application on a fresh SQLite database.
func App(t testing.TB, options ...Option) (*app.App, *Clock) {
	t.Helper()
	return AppOn(t, filepath.Join(t.TempDir(), "anlo.db"), options...)
}

// Apps runs f on a fresh application on either database.
func Apps(t *testing.T, f func(t *testing.T, a *app.App, c *Clock), options ...Option) {
	Databases(t, func(t *testing.T, url string) {
		a, c := AppOn(t, url, options...)
		f(t, a, c)
	})
}

// AppOn returns an application on a database.
func AppOn(t testing.TB, url string, options ...Option) (*app.App, *Clock) {
	t.Helper()
	root, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	clock := NewClock()
	config := app.Config{Database: url, MasterKey: filepath.Join(t.TempDir(), "master.key"), RootKey: root, Now: clock.Now}
	for _, o := range options {
		o(&config)
	}
	a, err := app.Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a, clock
}

// An is somebody whom Register puts into the register.
var An = anlo.Registered{
	Number: "001090123456", OldNumber: "012345678", FullName: "Nguyễn Văn An", BirthDate: anlo.Date{Year: 1990, Month: 1, Day: 31}, Sex: anlo.Male,
	Household: "HN-1", Permanent: anlo.Residence{Commune: anlo.UnitRef{List: "vn-2026", Code: "00004"}, Address: "Số 12 Phan Đình Phùng"},
}

// Binh is An's wife.
var Binh = anlo.Registered{
	Number: "001192654321", FullName: "Trần Thị Bình", BirthDate: anlo.Date{Year: 1992, Month: 5, Day: 7}, Sex: anlo.Female,
	Household: "HN-1", Permanent: An.Permanent,
}

// Register puts An and Bình into the embedded register.
func Register(t testing.TB, a *app.App) {
	t.Helper()
	if err := a.KeepRegistered(t.Context(), anlo.Actor{Role: anlo.Operator}, []anlo.Registered{An, Binh}); err != nil {
		t.Fatal(err)
	}
}

// Declaration is what somebody in the register declares without a mistake.
func Declaration(now time.Time, people ...anlo.Registered) anlo.Declaration {
	d := anlo.Declaration{Trip: anlo.Trip{
		Origin:      anlo.Residence{Commune: An.Permanent.Commune},
		Destination: anlo.Residence{Commune: anlo.UnitRef{List: "vn-2026", Code: "00008"}, Address: "Số 1 Hoàng Hoa Thám"},
		DepartsAt:   now.Add(time.Hour), Vehicle: anlo.Vehicle{Kind: anlo.Car, Plate: "29A12345"}, Purpose: anlo.Work,
	}}
	for _, p := range people {
		d.Travellers = append(d.Travellers, anlo.Traveller{Person: anlo.Person{
			Document: anlo.Document{Kind: anlo.CCCD, Number: p.Number, Country: "VN"}, FullName: p.FullName, BirthDate: p.BirthDate,
			Sex: p.Sex, Nationality: "VN", Phone: "0912345678", Permanent: p.Permanent,
		}})
	}
	return d
}

// Citizen is anybody.
var Citizen = anlo.Actor{Role: anlo.Citizen, Lang: "vi"}

// Post sets up the checkpoint at Pháp Vân – Cầu Giẽ and returns an officer
// there and their device's token.
func Post(t testing.TB, a *app.App) (anlo.Actor, string) {
	t.Helper()
	operator := anlo.Actor{Role: anlo.Operator}
	c, err := a.AddCheckpoint(t.Context(), operator, "Pháp Vân – Cầu Giẽ", An.Permanent.Commune)
	if err != nil {
		t.Fatal(err)
	}
	d, token, err := a.AddDevice(t.Context(), operator, c, "test")
	if err != nil {
		t.Fatal(err)
	}
	return anlo.Actor{Role: anlo.CheckpointOfficer, Device: &d}, token
}
