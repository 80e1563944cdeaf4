package auth_test

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
)

// Neither who an officer is nor anything that lets somebody in lies in the
// files of the database, or is logged.
func TestNothingSecretIsOnDisk(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		ctx := t.Context()
		var log bytes.Buffer
		a, clock := anlotest.AppOn(t, url, anlotest.WithLog(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
		in := anlotest.Auth(t, a)
		id, first, err := in.AddStaff(ctx, operator, anlo.Officer{Login: "planted.login", Name: "Tôn Nữ Quỳnh Xuyến", Phone: "0987612345", Email: "xuyen@example.org", IDNumber: "038187918273"}, inCommune)
		if err != nil {
			t.Fatal(err)
		}
		o := &officer{t: t, in: in, clock: clock, id: id, login: "planted.login"}
		o.first(first)
		ticket := o.ticket(office)
		e := o.signIn(office)
		_, key, err := in.AddKey(ctx, operator, auth.Key{Name: "planted key", Role: anlo.Auditor, Only: []anlo.Action{anlo.ActAudit}, ExpiresAt: clock.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.OpenKey(ctx, key); err != nil {
			t.Fatal(err)
		}
		k := newSecurityKey(t)
		if err := addKey(t, in, o.session(e.Token), k); err != nil {
			t.Fatal(err)
		}
		whole, err := k.whole(in)
		if err != nil {
			t.Fatal(err)
		}
		i := newIssuer(t, clock)
		planted := and(mfa, map[string]any{"sub": "planted-subject", "sid": "planted-sid", "preferred_username": "ngoc", "name": "Phùng Kim Ngọc", "email": "ngoc@example.org"})
		federated := mustArrive(t)(i.signIn(i.door(in, true), planted))
		if _, err := i.signIn(i.door(in, true), and(planted, map[string]any{"aud": "other"})); err == nil {
			t.Fatal("a token for another is taken")
		}
		for range 12 {
			in.Password(ctx, office, "typed-by-mistake", "mật khẩu gõ nhầm ô")
		}
		files := anlotest.PostgresFolder
		if a.Store.Engine() == "sqlite" {
			files = func() string { return filepath.Dir(url) }
		}
		if n := find(t, files(), "planted.login"); n == 0 {
			t.Fatal("the search does not even find what is there in the clear")
		}
		for _, secret := range []string{"Xuyến", "0987612345", "xuyen@example.org", "038187918273", first, password, o.secret, o.codes[0], strings.ReplaceAll(o.codes[0], "-", ""),
			o.Token, e.Token, e.Known, ticket, key, strings.TrimPrefix(key, "anlo_key_"), "typed-by-mistake", "gõ nhầm ô",
			"Khóa USB", string(k.id), whole.Token, "planted-subject", "planted-sid", "Kim Ngọc", "ngoc@example.org", federated.Token} {
			if n := find(t, files(), secret); n > 0 {
				t.Errorf("%q lies in %d places of the database's files", secret, n)
			}
			if strings.Contains(log.String(), secret) {
				t.Errorf("%q is in the log", secret)
			}
		}
		if !strings.Contains(log.String(), "too many attempts") || strings.Contains(log.String(), "planted.login") || strings.Contains(log.String(), "192.0.2.1") {
			t.Errorf("the log says too little or too much: %s", log.String())
		}
	})
}

func find(t *testing.T, dir, secret string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		n += bytes.Count(data, []byte(secret))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
