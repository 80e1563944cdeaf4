// Package app holds the use-cases, one file a step of the way through the
// house: declare, identify, issue, judge. Each that changes something reads
// alike: may this actor do this? → is the input valid? → one transaction that
// writes the change, its audit entry and its outgoing work together.
//
// The doors (web, api, jobs, the command line) turn what they receive into the
// words of package anlo and call these methods; they hold no rules.
package app

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/geo"
	"anlo/identity"
	"anlo/notify"
	"anlo/seal"
	"anlo/store"
)

// App is what the use-cases need. There is one in a process, used by all
// goroutines; tests build the same one.
type App struct {
	Store    *store.DB
	Seal     *seal.Keyring
	Units    *geo.Atlas
	UnitList string // the list that new declarations name their communes by
	Register identity.Register
	Now      func() time.Time
	Log      *slog.Logger

	// OnDeclared and OnJudged, when set before the first call, are told of each
	// new declaration and each verdict, whichever door it came by.
	OnDeclared func(confirmed bool)
	OnJudged   func(anlo.Outcome)
	// OnSent, set likewise, is told of messages to receivers: "delivered",
	// "failed", or "dead" once they are no longer tried.
	OnSent func(outcome string, messages int)
	// OnText, set likewise, is told of texts to phones: "sent", "failed" for now,
	// "refused" for ever, or "dropped" because they no longer say anything.
	OnText func(outcome string)

	// Root is the public key that everything signed by us goes back to.
	Root *ecdsa.PublicKey
	// rootSigner is nil where the root key is kept offline.
	rootSigner crypto.Signer

	issuing issuing
	sender  *notify.Sender
	texter  notify.Texter // nil where no texts are sent
	status  statusPlaces
	bundle  bundleState
	numbers *anlo.Limiter // declarations that name one identity number
	assists *anlo.Limiter // declarations that one officer makes for others
	guesses *anlo.Limiter // wrong codes for phones that one address tries
	guessed *anlo.Limiter // and that all together do
	scanned *anlo.Limiter // readings that one device sends
	lookups *anlo.Limiter // cards and short codes that one device looks up
	routes  chan struct{} // wakes the router
	recent  recent
	desks   desks
	waits   waits
	posts   desks
	shown   shown
	cards   cardLists

	gathering atomic.Bool // declarations wait for others to be routed with
	auditLog  auditLog
	process   anlo.ID // tells this process from others on the database
}

// Config says where things are. The zero value of every field but Database and
// MasterKey is usable.
type Config struct {
	Database  string // path of a SQLite file, or a postgres:// URL
	MasterKey string // path of the master key file, made when missing
	// Root is the root key. With RootKey it signs key lists itself; with only
	// RootPublic, `anlo keys` carries them to where the root key is kept.
	RootKey    crypto.Signer
	RootPublic *ecdsa.PublicKey

	AuditLog string // folder of the tamper-evident log; "" when the audit is not sealed

	Register identity.Register // nil for the embedded register
	Sender   *notify.Sender    // nil for one that reaches public addresses only
	Texter   notify.Texter     // nil to send no texts to phones
	UnitList string            // "" for "vn-2026"
	Now      func() time.Time  // nil for the real clock
	Log      *slog.Logger      // nil to log nothing
}

// Open opens the database, the keys and the lists of units.
func Open(ctx context.Context, c Config) (*App, error) {
	a, err := openData(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := a.start(ctx); err != nil {
		return nil, errors.Join(err, a.Store.Close())
	}
	return a, nil
}

// openData opens what lies on disk, without making keys or signing.
func openData(ctx context.Context, c Config) (*App, error) {
	a := &App{UnitList: c.UnitList, Register: c.Register, Now: c.Now, Log: c.Log, Root: c.RootPublic, rootSigner: c.RootKey, texter: c.Texter}
	if a.Now == nil {
		a.Now = time.Now
	}
	if a.Log == nil {
		a.Log = slog.New(slog.DiscardHandler)
	}
	if a.UnitList == "" {
		a.UnitList = "vn-2026"
	}
	if c.RootKey != nil {
		root, ok := c.RootKey.Public().(*ecdsa.PublicKey)
		if !ok {
			return nil, errors.New("the root key is not an ECDSA key")
		}
		a.Root = root
	}
	if a.Root == nil {
		return nil, errors.New("there is no root key")
	}
	if a.sender = c.Sender; a.sender == nil {
		a.sender = new(notify.Sender)
	}
	if a.Register == nil {
		a.Register = embedded{a}
	}
	a.process = anlo.NewID(a.Now())
	a.auditLog = auditLog{dir: c.AuditLog, holder: folderID(c.AuditLog)}
	a.routes = make(chan struct{}, 1)
	a.cards = cardLists{lists: map[cardsOf]cardList{}, building: make(chan struct{}, 1)}
	a.numbers = anlo.NewLimiter(time.Minute, 60, a.Now)
	a.assists = anlo.NewLimiter(5*time.Second, 300, a.Now)
	a.guesses = anlo.NewLimiter(10*time.Second, 20, a.Now)
	a.guessed = anlo.NewLimiter(200*time.Millisecond, 1000, a.Now)
	a.scanned = anlo.NewLimiter(20*time.Millisecond, 30_000, a.Now)
	a.lookups = anlo.NewLimiter(3*time.Second, 60, a.Now)
	master, err := seal.MasterFile(c.MasterKey)
	if err != nil {
		return nil, err
	}
	if a.Store, err = store.Open(ctx, c.Database); err != nil {
		return nil, err
	}
	if a.Seal, err = seal.Open(ctx, master, a.Store); err != nil {
		return nil, errors.Join(err, a.Store.Close())
	}
	return a, nil
}

func (a *App) start(ctx context.Context) error {
	if err := a.loadUnits(ctx); err != nil {
		return fmt.Errorf("units: %w", err)
	}
	if err := a.EnsureKeys(ctx); err != nil {
		return fmt.Errorf("issuing keys: %w", err)
	}
	return a.RefreshBundle(ctx)
}

// Close finishes what is under way and closes the database.
func (a *App) Close() error {
	return errors.Join(a.closeAuditLog(), a.Store.Close())
}

// known reports whether a declaration may name the unit: a commune of the
// current list.
func (a *App) known(u anlo.UnitRef) bool { return u.List == a.UnitList && a.Units.Known(u) }

// person is the pseudonym of whoever a document names.
func (a *App) person(d anlo.Document) int64 { return a.Seal.Index("person", d.Key()) }

// entry makes an audit entry for something that by does now.
func (a *App) entry(by anlo.Actor, action anlo.Action, purpose anlo.Purpose, person int64, object anlo.ID) store.AuditRow {
	return store.NewAuditRow(a.Now(), by, action, purpose, person, object)
}

// StaffNames returns the names for work of accounts, for histories: what
// somebody signs in with tells colleagues apart, and needs no unsealing.
func (a *App) StaffNames(ctx context.Context, ids []anlo.ID) (map[anlo.ID]string, error) {
	return a.Store.Logins(ctx, ids)
}

// Ready reports whether requests can be served now: the database answers and a
// key signs.
func (a *App) Ready(ctx context.Context) error {
	if err := a.Store.Ping(ctx); err != nil {
		return err
	}
	_, err := a.signer(credential.UsePass, a.Now())
	return err
}
