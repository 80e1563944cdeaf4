// Package auth is the officers' way in: their accounts and roles, passwords and
// authenticators, sessions, and the keys of other systems.
//
// Somebody signs in like this, wherever the first step is made:
//
//	Password ──► ticket ──► NewPassword (a first password must be changed)
//	                   └──► Enrol (nobody works without a second factor)
//	                   └──► Code ──► Entered: a session
//
// A ticket is sealed and carried by the browser, so nothing unfinished is kept
// here. A session is a row that its owner and an administrator can see and end.
// It acts under one of the owner's roles at a time, which [Auth.Choose] picks;
// roles are read anew with every request, so what was revoked is gone at once.
//
// [Auth.Session] and [Auth.OpenKey] turn what a request carries into the
// anlo.Actor that every use-case asks. Use-cases about accounts are here, and
// read like those of package app.
package auth

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime"
	"time"

	"anlo"
	"anlo/seal"
	"anlo/store"
)

// Auth is what the use-cases need. There is one in a process.
type Auth struct {
	store  *store.DB
	seal   *seal.Keyring
	now    func() time.Time
	log    *slog.Logger
	known  func(anlo.UnitRef) bool // is there such a unit?
	lowest func(anlo.UnitRef) bool // is it a commune?

	hashing chan struct{} // one place for each hash that may be computed at once
	limits  limits
}

// New returns the officers' way in. known reports whether a unit exists, lowest
// whether it is a commune.
func New(db *store.DB, keys *seal.Keyring, now func() time.Time, log *slog.Logger, known, lowest func(anlo.UnitRef) bool) *Auth {
	return &Auth{store: db, seal: keys, now: now, log: log, known: known, lowest: lowest,
		hashing: make(chan struct{}, max(2, runtime.NumCPU())), limits: newLimits(now)}
}

// entry makes an audit entry for something that by does now.
func (a *Auth) entry(by anlo.Actor, action anlo.Action, object anlo.ID) store.AuditRow {
	return store.NewAuditRow(a.now(), by, action, anlo.PurposeOperation, 0, object)
}

// secret is what of an officer is sealed.
type secret struct {
	Name  string `json:"n"`
	Phone string `json:"p,omitempty"`
	Email string `json:"e,omitempty"`
}

// sealOfficer makes the sealed part of an account, and the index of who it
// belongs to.
func (a *Auth) sealOfficer(ctx context.Context, id anlo.ID, o anlo.Officer) (sealed []byte, person int64, err error) {
	plain, err := json.Marshal(secret{o.Name, o.Phone, o.Email})
	if err != nil {
		return nil, 0, err
	}
	if o.IDNumber != "" {
		person = a.seal.Index("person", anlo.Document{Kind: anlo.CCCD, Number: o.IDNumber, Country: "VN"}.Key())
	}
	sealed, err = a.seal.Seal(ctx, seal.Permanent, seal.AD("staff", "sealed", id[:]), plain)
	return sealed, person, err
}

// openOfficer reads who an account belongs to.
func (a *Auth) openOfficer(ctx context.Context, r store.StaffRow) (anlo.Officer, error) {
	plain, err := a.seal.Open(ctx, seal.AD("staff", "sealed", r.ID[:]), r.Sealed)
	if err != nil {
		return anlo.Officer{}, err
	}
	var s secret
	if err := json.Unmarshal(plain, &s); err != nil {
		return anlo.Officer{}, err
	}
	return anlo.Officer{Login: r.Login, Name: s.Name, Phone: s.Phone, Email: s.Email}, nil
}
