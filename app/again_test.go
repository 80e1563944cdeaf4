package app_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/store"
)

func code(err error) string {
	var e *anlo.Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// Somebody who declares again has one pass, not two; who stays behind keeps
// theirs; the declaration before is no longer changed, and leads to the next.
func TestAgain(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		first := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh))
		owner, err := a.OpenLink(first.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Again(t.Context(), owner, first.Declaration); code(err) != "again.early" {
			t.Errorf("on the first day: %v", err)
		}
		clock.Add(anlo.PassLifetime - 10*time.Hour)
		alone := anlotest.Declaration(clock.Now(), anlotest.An)
		wrong := alone
		wrong.Trip.Vehicle.Plate = ""
		if _, err := a.Again(t.Context(), owner, wrong); anlo.KindOf(err) != anlo.Invalid {
			t.Errorf("without a plate: %v", err)
		}
		next, err := a.Again(t.Context(), owner, alone)
		if err != nil {
			t.Fatal(err)
		}
		if next.ManageToken == first.ManageToken || !next.ExpiresAt.Equal(clock.Now().Add(anlo.PassLifetime)) || next.Revision != 0 {
			t.Errorf("not a declaration of its own: %+v", next)
		}
		for name, c := range map[string]struct{ code, want string }{
			"the new pass":                 {next.Passes[0].QR, "go []"},
			"the old pass of the same":     {first.Passes[0].QR, "stop [revoked]"},
			"the old pass of the party":    {first.PartyPass.QR, "stop [revoked]"},
			"of the one who stayed behind": {first.Passes[1].QR, "go []"},
		} {
			if got := judge(t, a, officer, c.code); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
			if got := offline(t, a, c.code, clock.Now()); got != c.want {
				t.Errorf("%s offline: %s, want %s", name, got, c.want)
			}
		}
		if again, err := a.Again(t.Context(), owner, alone); err != nil || again.ManageToken != next.ManageToken {
			t.Errorf("a second touch: %v", err)
		}
		before, err := a.Declaration(t.Context(), owner)
		if err != nil || before.FollowedBy != next.ManageToken || !before.CancelledAt.IsZero() {
			t.Errorf("the declaration before: %q %v", before.FollowedBy, err)
		}
		if _, err := a.Change(t.Context(), owner, first.Declaration); code(err) != "again.followed" {
			t.Errorf("correcting what was followed: %v", err)
		}
	})
}

func TestAgainUntil(t *testing.T) {
	a, clock := anlotest.App(t)
	first := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	owner, err := a.OpenLink(first.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Again(t.Context(), anlotest.Citizen, first.Declaration); !errors.Is(err, anlo.ErrForbidden) {
		t.Errorf("without a link: %v", err)
	}
	clock.Add(anlo.PassLifetime + anlo.AgainWithin - time.Minute)
	if _, err := a.Before(t.Context(), owner); err != nil {
		t.Errorf("in the last minute: %v", err)
	}
	clock.Add(time.Minute)
	if _, err := a.Again(t.Context(), owner, anlotest.Declaration(clock.Now(), anlotest.An)); !errors.Is(err, anlo.ErrNotFound) {
		t.Errorf("after two weeks: %v", err)
	}
}

// What was cancelled has no pass: it may be made again at once.
func TestAgainAfterCancelling(t *testing.T) {
	a, clock := anlotest.App(t)
	first := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	owner, err := a.OpenLink(first.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Cancel(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Again(t.Context(), owner, first.Declaration); err != nil {
		t.Error(err)
	}
}

// Ten touches at once make one declaration.
func TestAgainAtOnce(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		anlotest.Register(t, a)
		first := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
		owner, err := a.OpenLink(first.ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(anlo.PassLifetime)
		d := anlotest.Declaration(clock.Now(), anlotest.An)
		links := make([]string, 10)
		var wg sync.WaitGroup
		for i := range links {
			wg.Go(func() {
				r, err := a.Again(t.Context(), owner, d)
				if err != nil {
					t.Error(err)
				}
				links[i] = r.ManageToken
			})
		}
		wg.Wait()
		if len(slices.Compact(links)) != 1 || links[0] == first.ManageToken {
			t.Errorf("one button made several declarations: %v", links)
		}
	})
}

// Where the key of the day was destroyed nothing is left to be made again.
func TestAgainOfWhatWasDestroyed(t *testing.T) {
	a, clock := anlotest.App(t)
	first := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
	owner, err := a.OpenLink(first.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	clock.Add(anlo.PassLifetime)
	if _, err := a.Before(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	err = a.Store.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.ExecContext(t.Context(), "UPDATE data_key SET wrapped = NULL, destroyed_at = 1 WHERE name LIKE 'day%'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Seal.Forget()
	if _, err := a.Before(t.Context(), owner); !errors.Is(err, anlo.ErrNotFound) {
		t.Errorf("%v", err)
	}
}
