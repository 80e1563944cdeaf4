package web

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/auth"
)

// listener is a page that is told of changes.
type listener struct {
	status int
	lines  chan string // closed at the end
	close  func()
}

func listen(t *testing.T, address, officer string, since int64) listener {
	t.Helper()
	return listenTo(t, address+"/desk/events?since="+strconv.FormatInt(since, 10), officer)
}

func listenTo(t *testing.T, address, officer string) listener {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	r, _ := http.NewRequestWithContext(ctx, "GET", address, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	r.AddCookie(&http.Cookie{Name: officerCookie, Value: officer})
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	l := listener{res.StatusCode, make(chan string, 100), func() { cancel(); res.Body.Close() }}
	go func() {
		defer close(l.lines)
		for lines := bufio.NewScanner(res.Body); lines.Scan(); {
			if lines.Text() != "" {
				l.lines <- lines.Text()
			}
		}
	}()
	return l
}

// expect waits for a line, "" for the end.
func (l listener) expect(t *testing.T, want string) {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case line, more := <-l.lines:
			if line == want || want == "" && !more {
				return
			}
			if !more {
				t.Fatalf("ended before %q", want)
			}
		case <-late:
			t.Fatalf("%q never came", want)
		}
	}
}

// A page is told that something changed in its commune, and nothing else.
func TestEvents(t *testing.T) {
	s := newOffice(t)
	here, elsewhere := listen(t, s.url, "ngoc-ha", 0), listen(t, s.url, "hai-chau", 0)
	here.expect(t, ": here")
	elsewhere.expect(t, ": here")
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	here.expect(t, "event: changed")
	here.expect(t, "data:")
	d := anlotest.Declaration(s.clock.Now(), anlotest.Binh)
	d.Trip.Destination.Commune = haiChau
	select {
	case line := <-elsewhere.lines:
		t.Errorf("another commune is told %q", line)
	default:
	}
	s.declare(d)
	elsewhere.expect(t, "event: changed")
	if l := listen(t, s.url, "auditor", 0); l.status != http.StatusForbidden {
		t.Errorf("an auditor listens: %d", l.status)
	}
}

// An officer listens on so many pages and no more; one that is closed makes room.
func TestEventsAreLimited(t *testing.T) {
	s := newOffice(t)
	var open []listener
	for range maxStreams {
		l := listen(t, s.url, "ngoc-ha", 0)
		l.expect(t, ": here")
		open = append(open, l)
	}
	if l := listen(t, s.url, "ngoc-ha", 0); l.status != http.StatusTooManyRequests {
		t.Errorf("one more: %d", l.status)
	}
	listen(t, s.url, "ba-dinh", 0).expect(t, ": here")
	open[0].close()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if l := listen(t, s.url, "ngoc-ha", 0); l.status == http.StatusOK {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the place of a page that was closed stays taken")
		}
	}
}

// The stream ends with the session, or when the officer acts in another role.
func TestEventsEndWithTheSession(t *testing.T) {
	a, _ := anlotest.App(t)
	by := officers["ngoc-ha"]
	for name, after := range map[string]func() (anlo.Actor, error){
		"signed out":   func() (anlo.Actor, error) { return anlo.Actor{}, anlo.ErrUnsigned },
		"another role": func() (anlo.Actor, error) { return officers["hai-chau"], nil },
	} {
		t.Run(name, func(t *testing.T) {
			var ended atomic.Bool
			s := &server{App: a, injected: func(*http.Request) (anlo.Actor, error) {
				if ended.Load() {
					return after()
				}
				return by, nil
			}}
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				s.stream(w, r, by, time.Millisecond, func(ctx context.Context, changed func()) error { return s.Watch(ctx, by, 0, changed) })
			}))
			defer site.Close()
			l := listen(t, site.URL, "", 0)
			for range 3 {
				l.expect(t, ": here")
			}
			ended.Store(true)
			l.expect(t, "")
		})
	}
}

// A page that listens does not keep the program from stopping.
func TestEventsEndWithTheProgram(t *testing.T) {
	done := make(chan struct{})
	s := newSite(t, Options{SignedIn: signedInByCookie, Done: done})
	l := listen(t, s.url, "ngoc-ha", 0)
	l.expect(t, ": here")
	close(done)
	l.expect(t, "")
}

// A page that asks by itself does not keep the session of somebody alive who
// has left.
func TestUnattendedPages(t *testing.T) {
	s := newSite(t, Options{})
	post, _ := anlotest.Post(t, s.app)
	one := postPath(post.Device.Checkpoint.ID)
	home, _ := url.Parse(s.url)
	for _, page := range []struct{ page, part string }{{"/desk", "/desk/part"}, {"/posts", "/posts/part"}, {one, one + "/part"}} {
		v := s.visitor("vi")
		v.client.Jar.SetCookies(home, []*http.Cookie{anlotest.SignIn(t, s.app, anlotest.Officer(t, s.app, anlo.ProvinceSupervisor, hanoi))})
		v.get(page.page).expect(200)
		s.clock.Add(auth.SessionIdle - time.Minute)
		v.get(page.part)
		if v.at.Path != page.part || v.status != 200 {
			t.Fatalf("%d at %s", v.status, v.at.Path)
		}
		s.clock.Add(2 * time.Minute)
		if v.get(page.part); v.at.Path != "/signin" {
			t.Errorf("still at %s", v.at.Path)
		}
	}
}

// The list that a page fetches again is the list, and asks who fetches it.
func TestDeskPart(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An))
	v := s.at("ngoc-ha")
	v.get("/desk/part?view=new")
	if v.status != 200 || !strings.Contains(v.body, "Nguyễn Văn An") || strings.Contains(v.body, "<html") || v.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v %.300s", v.status, v.header, v.body)
	}
	for id := range idsOf(v) {
		if !strings.Contains(s.at("ngoc-ha").get("/desk?view=new").body, `id="`+id+`"`) {
			t.Errorf("%s is not on the page", id)
		}
	}
	s.at("hai-chau").get("/desk/part?view=new").expect(200).without("Nguyễn Văn An")
}

func idsOf(v *visitor) map[string]bool {
	ids := map[string]bool{}
	for n := range v.doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			ids[id] = true
		}
	}
	return ids
}
