package web

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"anlo"
)

// visible reports whether a paragraph of a class with a text is on the page, and
// not hidden.
func (v *visitor) visible(class, want string) bool {
	for n := range v.all("p") {
		if strings.Contains(attr(n, "class"), class) && strings.Contains(text(n), want) {
			return !has(n, "hidden")
		}
	}
	return false
}

// What the page says of its end, as the hours go by. It ends at 12:00.
func TestEndIsAnnounced(t *testing.T) {
	s := newSite(t, Options{})
	v := s.visitor("vi")
	own := v.fill().send().expect(200).at.Path
	const tomorrow, today = "Hết hạn ngày mai lúc 12:00", "Hết hạn hôm nay lúc 12:00"
	for _, c := range []struct {
		left            time.Duration
		tomorrow, today bool
		again           bool
	}{
		{72 * time.Hour, false, false, false},
		{24*time.Hour + time.Minute, false, false, false},
		{24 * time.Hour, false, false, true},
		{18*time.Hour + time.Minute, false, false, true}, // 17:59
		{18 * time.Hour, true, false, true},
		{12*time.Hour + time.Minute, true, false, true},
		{12 * time.Hour, false, true, true}, // midnight
		{time.Minute, false, true, true},
	} {
		s.clock.Add(s.declared(own).ExpiresAt.Sub(s.clock.Now()) - c.left)
		v.get(own).expect(200, "DÙNG ĐƯỢC")
		if v.visible("ending", tomorrow) != c.tomorrow || v.visible("ending", today) != c.today || v.visible("again", "Khai lại") != c.again {
			t.Errorf("%s before: tomorrow %v, today %v, again %v", c.left, v.visible("ending", tomorrow), v.visible("ending", today), v.visible("again", ""))
		}
	}
	s.clock.Add(time.Minute)
	v.get(own).expect(200, "HẾT HẠN").link("/again").expect(200, "Mã trước đã hết hạn")
	s.clock.Add(anlo.AgainWithin)
	v.get(own).expect(200, "HẾT HẠN", "Khai báo mới")
	if strings.Contains(v.body, own+"/again") {
		t.Error("offers what is no longer possible")
	}
}

// The calendar's entry: when it rings, and that it tells nobody anything.
func TestReminder(t *testing.T) {
	for _, lang := range []string{"vi", "en"} {
		s := newSite(t, Options{})
		v := s.visitor(lang)
		own := v.fill().send().expect(200).at.Path // ends on Thursday at 12:00 = 05:00 UTC
		for _, c := range []struct {
			pass time.Duration
			at   string
		}{
			{0, "20261125T130000Z"}, // 20:00 of Wednesday in Hanoi
			{56*time.Hour - time.Second, "20261125T130000Z"},
			{time.Second, "20261125T170000Z"}, // twelve hours before
			{4 * time.Hour, "20261126T040000Z"},
		} {
			s.clock.Add(c.pass)
			v.get(own + "/reminder.ics")
			if v.status != 200 || v.header.Get("Content-Type") != "text/calendar; charset=utf-8" || v.header.Get("Cache-Control") != "no-store" {
				t.Fatalf("%d %v", v.status, v.header)
			}
			all := strings.ReplaceAll(v.body, "\r\n ", "")
			if !strings.Contains(all, "\r\nDTSTART:"+c.at+"\r\n") || !strings.Contains(all, "\r\nTRIGGER:PT0S\r\n") {
				t.Errorf("%s later it does not ring at %s:\n%s", c.pass, c.at, all)
			}
			if strings.Contains(strings.ReplaceAll(v.body, "\r\n", ""), "\n") || !strings.HasPrefix(all, "BEGIN:VCALENDAR\r\n") || !strings.HasSuffix(all, "END:VCALENDAR\r\n") {
				t.Errorf("not lines of a calendar:\n%q", v.body)
			}
			for _, secret := range []string{"Nguyễn", "29A", "001090", strings.TrimPrefix(own, "/my/"), "Hải Châu"} {
				if strings.Contains(all, secret) {
					t.Errorf("it tells %q", secret)
				}
			}
		}
		s.clock.Add(11 * time.Hour)
		v.get(own + "/reminder.ics").expect(404)
		v.get("/my/nonsense/reminder.ics").expect(404)
	}
}

func TestFoldedLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := "SUMMARY:" + escaped(rapid.String().Draw(t, "text"))
		lines := folded(line)
		if got := strings.ReplaceAll(strings.TrimSuffix(lines, "\r\n"), "\r\n ", ""); got != line {
			t.Fatalf("folding changed %q to %q", line, got)
		}
		for l := range strings.SplitSeq(strings.TrimSuffix(lines, "\r\n"), "\r\n") {
			if len(l) > 75 || !utf8.ValidString(l) {
				t.Fatalf("%d bytes: %q", len(l), l)
			}
		}
	})
}

func TestManifestOfAPass(t *testing.T) {
	v := newSite(t, Options{}).visitor("vi")
	own := v.fill().send().expect(200).at.Path
	for n := range v.all("link") {
		if attr(n, "rel") == "manifest" {
			v.get(attr(n, "href")).expect(200)
		}
	}
	if !strings.Contains(v.body, `"start_url":"`+own+`"`) || v.header.Get("Content-Type") != "application/manifest+json" {
		t.Errorf("%s %s", v.header.Get("Content-Type"), v.body)
	}
	v.get("/my/nonsense/app.webmanifest").expect(404)
}
