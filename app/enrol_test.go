package app_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

// head is somebody who enrols at the post of anlotest.Post.
func head(t *testing.T, a *app.App) anlo.Actor {
	t.Helper()
	return anlotest.Officer(t, a, anlo.ProvinceSupervisor, anlo.UnitRef{List: "vn-2026", Code: "01"})
}

func TestAPhoneIsEnrolledOnce(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		officer, _ := anlotest.Post(t, a)
		post := officer.Device.Checkpoint
		by := head(t, a)
		code, expires, err := a.NewEnrolment(t.Context(), by, post.ID, "Làn 1")
		if err != nil || expires.Sub(clock.Now()) != 15*time.Minute {
			t.Fatal(code, expires, err)
		}
		phone := anlo.Actor{Role: anlo.Citizen, RemoteAddr: "192.0.2.7:4000"}
		d, token, err := a.Enrol(t.Context(), phone, anlo.ShowCode(code), "Làn 2")
		if err != nil || d.Label != "Làn 2" || d.Checkpoint != post {
			t.Fatal(d, err)
		}
		if who, err := a.OpenDevice(t.Context(), token); err != nil || who.Device.ID != d.ID {
			t.Fatal(who, err)
		}
		unknown := &anlo.Error{Code: "enrolment.unknown"}
		if _, _, err := a.Enrol(t.Context(), phone, code, ""); !errors.Is(err, unknown) {
			t.Error("a used code:", err)
		}
		if _, _, err := a.Enrol(t.Context(), phone, "K7QM-3XPD", ""); !errors.Is(err, unknown) {
			t.Error("a wrong code:", err)
		}
		if _, _, err := a.Enrol(t.Context(), phone, "?", ""); !errors.Is(err, unknown) {
			t.Error("no code:", err)
		}
		code, expires, err = a.NewEnrolment(t.Context(), by, post.ID, "Làn 3")
		if err != nil {
			t.Fatal(err)
		}
		clock.Add(expires.Sub(clock.Now()))
		if _, _, err := a.Enrol(t.Context(), phone, code, ""); !errors.Is(err, unknown) {
			t.Error("an old code:", err)
		}
		code, _, err = a.NewEnrolment(t.Context(), by, post.ID, "Làn 3")
		if err != nil {
			t.Fatal(err)
		}
		if d, _, err := a.Enrol(t.Context(), phone, code, ""); err != nil || d.Label != "Làn 3" {
			t.Error("without a label of its own:", d, err)
		}
	})
}

func TestGuessingCodesIsSlow(t *testing.T) {
	a, clock := anlotest.App(t)
	officer, _ := anlotest.Post(t, a)
	code, _, err := a.NewEnrolment(t.Context(), head(t, a), officer.Device.Checkpoint.ID, "Làn 1")
	if err != nil {
		t.Fatal(err)
	}
	guesser := anlo.Actor{Role: anlo.Citizen, RemoteAddr: "192.0.2.7:4000"}
	tries := 0
	for ; tries < 100; tries++ {
		if _, _, err := a.Enrol(t.Context(), guesser, "00000000", ""); errors.Is(err, anlo.ErrTooMany) {
			break
		}
	}
	if tries != 20 {
		t.Errorf("%d codes could be tried", tries)
	}
	if _, _, err := a.Enrol(t.Context(), guesser, code, ""); !errors.Is(err, anlo.ErrTooMany) {
		t.Error("the right one after too many:", err)
	}
	if _, _, err := a.Enrol(t.Context(), anlo.Actor{Role: anlo.Citizen, RemoteAddr: "192.0.2.8:4000"}, code, ""); err != nil {
		t.Error("another address:", err)
	}
	clock.Add(time.Hour)
	all := 0
	for ; all < 5000; all++ {
		by := anlo.Actor{Role: anlo.Citizen, RemoteAddr: fmt.Sprintf("10.0.%d.%d:1", all/250, all%250)}
		if _, _, err := a.Enrol(t.Context(), by, "00000000", ""); errors.Is(err, anlo.ErrTooMany) {
			break
		}
	}
	if all != 1000 {
		t.Errorf("%d codes could be tried from everywhere", all)
	}
}

func TestDevicesAreWithdrawnInTheArea(t *testing.T) {
	anlotest.Apps(t, func(t *testing.T, a *app.App, clock *anlotest.Clock) {
		officer, token := anlotest.Post(t, a)
		daNang := anlo.UnitRef{List: "vn-2026", Code: "48"}
		elsewhere := anlotest.Officer(t, a, anlo.ProvinceSupervisor, daNang)
		post, device := officer.Device.Checkpoint.ID, officer.Device.ID
		if _, _, err := a.NewEnrolment(t.Context(), elsewhere, post, "x"); !errors.Is(err, anlo.ErrNotFound) {
			t.Error("a code for a post elsewhere:", err)
		}
		if err := a.RevokeDevice(t.Context(), elsewhere, device); !errors.Is(err, anlo.ErrNotFound) {
			t.Error("a device elsewhere:", err)
		}
		if err := a.RevokeDevice(t.Context(), anlotest.Officer(t, a, anlo.Auditor, anlo.UnitRef{}), device); !errors.Is(err, anlo.ErrForbidden) {
			t.Error("an auditor:", err)
		}
		if _, err := a.OpenDevice(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if err := a.RevokeDevice(t.Context(), head(t, a), device); err != nil {
			t.Fatal(err)
		}
		if _, err := a.OpenDevice(t.Context(), token); !errors.Is(err, anlo.ErrDevice) {
			t.Error("a withdrawn device:", err)
		}
		_, token = anlotest.Post(t, a)
		itself, err := a.OpenDevice(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.LeavePost(t.Context(), itself); err != nil {
			t.Fatal(err)
		}
		if _, err := a.OpenDevice(t.Context(), token); !errors.Is(err, anlo.ErrDevice) {
			t.Error("a device that left:", err)
		}
	})
}
