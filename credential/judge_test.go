package credential

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anlo"
)

func verdict(v anlo.Verdict) string { return strings.TrimSpace(fmt.Sprintln(v.Outcome, v.Reasons)) }

func TestJudge(t *testing.T) {
	b := opened(t, contents())
	with := func(change func(*Pass)) string {
		p := sample()
		change(&p)
		return text(t, passKey, p)
	}
	lived := sample()
	lived.IssuedAt, lived.ExpiresAt = noon.Add(-72*time.Hour), noon
	good := text(t, passKey, sample())
	nearlyRetired := sample()
	nearlyRetired.IssuedAt, nearlyRetired.ExpiresAt = noon.Add(-25*time.Hour), noon.Add(time.Hour)
	nearlyRetired.StatusIndex = 5
	for _, c := range []struct {
		name, code string
		at         time.Time
		want       string
		bearer     bool
	}{
		{"good", good, noon, "go []", true},
		{"surrounded by space", " \n" + good + "\r\n", noon, "go []", true},
		{"nothing", "", noon, "stop [unreadable]", false},
		{"something", "https://example.org/", noon, "stop [unreadable]", false},
		{"damaged", good[:100] + good[101:], noon, "stop [unreadable]", false},
		{"impostor", impostor(t), noon, "stop [forged]", false},
		{"stranger", text(t, stranger, sample()), noon, "stop [key-unknown]", false},
		{"bundle key", text(t, bundleKey, sample()), noon, "stop [key-unknown]", false},
		{"retired key", text(t, retired, sample()), noon, "stop [key-unknown]", false},
		{"key retired since", text(t, retired, nearlyRetired), noon, "stop [key-unknown]", false},
		{"key retired since, pass expired", text(t, retired, nearlyRetired), noon.Add(2 * time.Hour), "stop [expired]", true},
		{"last moment", good, sample().ExpiresAt.Add(5*time.Minute - time.Second), "look [bundle-stale]", true},
		{"expired", good, sample().ExpiresAt.Add(5 * time.Minute), "stop [expired bundle-stale]", true},
		{"expired and revoked", with(func(p *Pass) { p.StatusIndex, p.ExpiresAt = 666, noon.Add(-6*time.Minute) }), noon, "stop [expired revoked]", true},
		{"after 72 hours", text(t, passKey, lived), noon.Add(6 * time.Minute), "stop [expired bundle-stale]", true},
		{"clocks differ", good, sample().IssuedAt.Add(-5 * time.Minute), "go []", true},
		{"too early", good, sample().IssuedAt.Add(-5*time.Minute - time.Second), "stop [not-yet-valid]", true},
		{"revoked", with(func(p *Pass) { p.StatusIndex = 666 }), noon, "stop [revoked]", true},
		{"place 666 of another day", with(func(p *Pass) {
			p.StatusIndex, p.IssuedAt, p.ExpiresAt = 666, noon.Add(-24*time.Hour), noon.Add(time.Hour)
		}), noon, "go []", true},
		{"not confirmed", with(func(p *Pass) { p.IdentityConfirmed = false }), noon, "look [identity-not-confirmed]", true},
		{"into a zone", with(func(p *Pass) { p.Commune = "00007" }), noon, "look [zone]", true},
		{"before the zone", with(func(p *Pass) { p.Commune = "00007" }), noon.Add(-61 * time.Minute), "go []", true},
		{"after the zone", with(func(p *Pass) { p.Commune = "00007" }), noon.Add(time.Hour), "go []", true},
		{"everything", with(func(p *Pass) { p.Commune, p.IdentityConfirmed, p.StatusIndex = "00007", false, 666 }), noon,
			"stop [revoked identity-not-confirmed zone]", true},
		{"bundle of yesterday", good, noon.Add(24 * time.Hour), "look [bundle-stale]", true},
		{"bundle of today", good, noon.Add(24*time.Hour - time.Second), "go []", true},
		{"long without a network", good, sample().ExpiresAt.Add(-time.Second), "look [bundle-stale]", true},
		{"list missing", text(t, passKey, lived), noon.Add(-time.Minute), "look [bundle-stale]", true},
		{"beyond its list", with(func(p *Pass) { p.StatusIndex = 1 << 30 }), noon, "look [bundle-stale]", true},
		{"issued since the bundle", with(func(p *Pass) {
			p.StatusIndex, p.IssuedAt, p.ExpiresAt = 1<<30, noon.Add(time.Minute), noon.Add(time.Hour)
		}), noon.Add(2 * time.Minute), "go []", true},
	} {
		v, p := b.Judge(c.code, c.at)
		if got := verdict(v); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		if (v.Bearer != nil) != c.bearer || (p != nil) != c.bearer {
			t.Errorf("%s: bearer %v, pass %v", c.name, v.Bearer, p)
		}
	}
	if v, p := contents().Judge(good, noon); verdict(v) != "stop [key-unknown]" || p != nil {
		t.Errorf("a bundle that nobody signed: %s", verdict(v))
	}
	if v, _ := (&Bundle{}).Judge("HC1:NCF", noon); verdict(v) != "stop [unreadable]" {
		t.Errorf("a certificate by a bundle that nobody signed: %s", verdict(v))
	}
	v, p := b.Judge(good, noon)
	if v.Bearer.Party != 1 || v.Bearer.Travellers[0] != sample().Travellers[0] || v.Bearer.Plate != "29A12345" || p.ID() != sample().ID() {
		t.Errorf("%+v", v.Bearer)
	}
}

func TestJudgeCertificate(t *testing.T) {
	contents := contents()
	mine := dsc(t, "mine", ecKey, "")
	vaccinator := dsc(t, "vaccinator", ecKey, "1.3.6.1.4.1.1847.2021.1.2")
	contents.DCC = [][]byte{mine.der, vaccinator.der}
	b := opened(t, contents)
	for _, c := range []struct {
		name, code string
		at         time.Time
		want       string
		bearer     bool
	}{
		{"valid", certificate{}.text(t, mine), noon, "look [certificate-only]", true},
		{"valid, old bundle", certificate{}.text(t, mine), noon.Add(48 * time.Hour), "look [certificate-only bundle-stale]", true},
		{"expired", certificate{}.text(t, mine), noon.AddDate(2, 0, 0), "stop [expired]", true},
		{"early", certificate{}.text(t, mine), noon.AddDate(-2, 0, 0), "stop [not-yet-valid]", true},
		{"unknown", certificate{}.text(t, dsc(t, "other", ecKey, "")), noon, "stop [key-unknown]", false},
		{"test by a vaccinator", certificate{kind: "t"}.text(t, vaccinator), noon, "stop [key-unknown]", true},
		{"forged", certificate{forge: true}.text(t, mine), noon, "stop [forged]", false},
		{"damaged", certificate{}.text(t, mine)[:99], noon, "stop [unreadable]", false},
	} {
		v, p := b.Judge(c.code, c.at)
		if got := verdict(v); got != c.want || p != nil || (v.Bearer != nil) != c.bearer {
			t.Errorf("%s: %s, bearer %v, want %s", c.name, got, v.Bearer, c.want)
		}
	}
	v, _ := b.Judge(certificate{}.text(t, mine), noon)
	if got := v.Bearer.Travellers[0]; got.Name != "Nguyễn An" || got.BirthYear != 1990 {
		t.Errorf("%+v", got)
	}
}
