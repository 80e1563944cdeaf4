package web

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// ending is what a pass page says for a while. Kept on the phone, the page
// stays as it was sent: its script shows and hides these lines by the clock.
type ending struct {
	Text     string
	From, To int64 // milliseconds since 1970; To is 0 for ever
	Now      bool  // shown when the page is sent
}

func (p *myPage) line(text string, from, to, now time.Time) ending {
	e := ending{Text: text, From: from.UnixMilli(), Now: !now.Before(from)}
	if !to.IsZero() {
		e.To, e.Now = to.UnixMilli(), e.Now && now.Before(to)
	}
	return e
}

// endings fills in what the page says about the end of the pass.
func (p *myPage) endings(d app.Declared, now time.Time) {
	end := d.ExpiresAt
	if p.State != "valid" {
		if d.FollowedBy == "" && now.Before(end.Add(anlo.AgainWithin)) {
			p.Again = &ending{Now: true}
		}
		return
	}
	clock := end.In(locale.Zone).Format("15:04")
	midnight := anlo.DateOf(end.In(locale.Zone)).At(0, locale.Zone)
	remind := anlo.RemindFrom(end)
	p.Ending = []ending{
		p.line(p.T("my.ends-tomorrow", "Clock", clock), remind, midnight, now),
		p.line(p.T("my.ends-today", "Clock", clock), later(remind, midnight), end, now),
		p.line(p.T("my.ended-by-this-clock"), end, time.Time{}, now),
	}
	if d.FollowedBy == "" {
		again := p.line("", anlo.AgainFrom(end), time.Time{}, now)
		p.Again = &again
	}
	_, p.Reminder = remindAt(end, now)
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// remindAt is when a calendar is to say that a pass ends: at 20:00 of the
// evening before, else twelve hours before, else an hour before.
func remindAt(end, now time.Time) (time.Time, bool) {
	evening := anlo.DateOf(end.In(locale.Zone)).AddDays(-1).At(20, locale.Zone)
	for _, at := range []time.Time{evening, end.Add(-12 * time.Hour), end.Add(-time.Hour)} {
		if at.After(now) {
			return at, true
		}
	}
	return time.Time{}, false
}

// reminder answers with an entry for the phone's calendar (RFC 5545), so that
// phones are told without a server. Calendars are copied to places that nobody
// here knows: nothing in it says who travels, and the secret link is left out.
func (s *server) reminder(w http.ResponseWriter, r *http.Request) {
	d, err := s.mine(r)
	if err == nil && (!d.CancelledAt.IsZero() || d.FollowedBy != "") {
		err = anlo.ErrNotFound
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	at, ok := remindAt(d.ExpiresAt, s.Now())
	if !ok {
		s.problem(w, r, http.StatusNotFound)
		return
	}
	p := words(r)
	text := p.T("reminder.title", "Time", p.Time(d.ExpiresAt))
	start := origin(r) + "/"
	uid := sha256.Sum256([]byte("reminder " + r.PathValue("token"))) // the same pass, the same entry
	lines := []string{"BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//An Lo//" + p.Lang, "BEGIN:VEVENT",
		"UID:" + base32.HexEncoding.EncodeToString(uid[:10]) + "@anlo", "DTSTAMP:" + utc(s.Now()), "DTSTART:" + utc(at), "DURATION:PT15M", "TRANSP:TRANSPARENT",
		"SUMMARY:" + escaped(text), "DESCRIPTION:" + escaped(p.T("reminder.text")), "URL:" + start,
		"BEGIN:VALARM", "ACTION:DISPLAY", "TRIGGER:PT0S", "DESCRIPTION:" + escaped(text), "END:VALARM",
		"END:VEVENT", "END:VCALENDAR"}
	h := w.Header()
	h.Set("Content-Type", "text/calendar; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="an-lo.ics"`)
	h.Set("Cache-Control", "no-store")
	for _, line := range lines {
		w.Write([]byte(folded(line)))
	}
}

func utc(t time.Time) string { return t.UTC().Format("20060102T150405Z") }

// escaped writes a text value (RFC 5545, section 3.3.11).
func escaped(s string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r", "", "\n", `\n`).Replace(s)
}

// folded ends a line, and breaks what is longer than 75 bytes between
// characters (section 3.1).
func folded(line string) string {
	var b strings.Builder
	n := 0
	for _, c := range line {
		if n+utf8.RuneLen(c) > 75 {
			b.WriteString("\r\n ")
			n = 1
		}
		b.WriteRune(c)
		n += utf8.RuneLen(c)
	}
	return b.String() + "\r\n"
}

// myManifest lets the pass lie on the home screen as an app that opens without a
// network.
func (s *server) myManifest(w http.ResponseWriter, r *http.Request) {
	if _, err := s.owner(r); err != nil {
		s.fail(w, r, err)
		return
	}
	own, p := "/my/"+r.PathValue("token"), words(r)
	body, err := json.Marshal(map[string]any{
		"id": own, "start_url": own, "scope": "/my/", "display": "minimal-ui", "lang": p.Lang,
		"name": p.T("name") + " · " + p.T("my.title"), "short_name": p.T("my.title"),
		"background_color": "#ffffff", "theme_color": "#00473d",
		"icons": []map[string]string{{"src": s.assets.base + "/icon.svg", "sizes": "any", "type": "image/svg+xml"}},
	})
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	w.Header().Set("Cache-Control", "no-store")
	w.Write(body)
}
