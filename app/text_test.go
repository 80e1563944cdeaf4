package app_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/locale"
	"anlo/notify"
)

// phones is a gateway with the phones behind it.
type phones struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	tries  int
	got    []string // "to body"
}

func newPhones(t *testing.T) *phones {
	p := &phones{status: http.StatusAccepted}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p.mu.Lock()
		defer p.mu.Unlock()
		p.tries++
		if p.status == http.StatusAccepted {
			p.got = append(p.got, r.Header.Get("X-Kannel-To")+" "+string(body))
		}
		w.WriteHeader(p.status)
	}))
	t.Cleanup(p.Close)
	return p
}

func (p *phones) option() anlotest.Option {
	return func(c *app.Config) { c.Texter = &notify.Gateway{URL: p.URL, From: "AnLo"} }
}

func (p *phones) answer(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
}

// take returns what came since it was last asked.
func (p *phones) take() (got []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	got, p.got = p.got, nil
	return got
}

func send(t *testing.T, a *app.App) {
	t.Helper()
	if err := a.SendTexts(t.Context()); err != nil {
		t.Fatal(err)
	}
}

var codeIn = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`)

// texted declares, asks for the text and returns the owner and the code.
func texted(t *testing.T, a *app.App, p *phones, d anlo.Declaration) (app.Receipt, anlo.Actor, string) {
	t.Helper()
	r := declare(t, a, d)
	owner, err := a.OpenLink(r.ManageToken)
	if err != nil {
		t.Fatal(err)
	}
	owner.Lang = "vi"
	if err := a.TextOwn(t.Context(), owner); err != nil {
		t.Fatal(err)
	}
	send(t, a)
	got := p.take()
	if len(got) != 1 || codeIn.FindString(got[0]) == "" {
		t.Fatalf("the phone got %q", got)
	}
	return r, owner, codeIn.FindString(got[0])
}

func TestCodeByText(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		p := newPhones(t)
		a, clock := anlotest.AppOn(t, url, p.option())
		anlotest.Register(t, a)
		officer, _ := anlotest.Post(t, a)
		r, owner, code := texted(t, a, p, anlotest.Declaration(clock.Now(), anlotest.An, anlotest.Binh))
		if got, pass := lookUp(t, a, officer, app.Sought{Code: strings.ToLower(code)}); got != "go []" || pass != r.PartyPass.ID {
			t.Errorf("the code: %s %s", got, pass)
		}
		other, _, theirs := texted(t, a, p, anlotest.Declaration(clock.Now(), anlotest.Binh))
		if got, pass := lookUp(t, a, officer, app.Sought{Code: theirs}); theirs == code || got != "go []" || pass != other.Passes[0].ID {
			t.Errorf("another code: %s %s", got, pass)
		}
		clock.Add(time.Hour)
		changed, err := a.Change(t.Context(), owner, anlotest.Declaration(clock.Now(), anlotest.An))
		if err != nil {
			t.Fatal(err)
		}
		if got, pass := lookUp(t, a, officer, app.Sought{Code: code}); got != "go []" || pass != changed.Passes[0].ID {
			t.Errorf("after a correction: %s %s", got, pass)
		}
		if err := a.TextOwn(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		send(t, a)
		if got := p.take(); len(got) != 1 || !strings.Contains(got[0], code) {
			t.Errorf("asked again: %q, want the same code", got)
		}
		if v, err := a.JudgeTyped(t.Context(), officer, code); err != nil || v.Outcome != anlo.Go {
			t.Errorf("typed: %v %v", v.Outcome, err)
		}
		if err := a.Cancel(t.Context(), owner); err != nil {
			t.Fatal(err)
		}
		if got, _ := lookUp(t, a, officer, app.Sought{Code: code}); got != nothing {
			t.Errorf("cancelled: %s", got)
		}
		if err := a.TextOwn(t.Context(), owner); !errors.Is(err, anlo.ErrCancelled) {
			t.Errorf("a text about what is cancelled: %v", err)
		}
		clock.Add(anlo.PassLifetime)
		if err := a.PruneTexts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, _ := lookUp(t, a, officer, app.Sought{Code: theirs}); got != nothing {
			t.Errorf("expired: %s", got)
		}
	})
}

func TestThreeTextsADay(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		p := newPhones(t)
		a, clock := anlotest.AppOn(t, url, p.option())
		anlotest.Register(t, a)
		owners := make([]anlo.Actor, 4) // four declarations that name one phone
		for i := range owners {
			r := declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An))
			var err error
			if owners[i], err = a.OpenLink(r.ManageToken); err != nil {
				t.Fatal(err)
			}
		}
		var wg sync.WaitGroup
		for _, owner := range owners {
			wg.Go(func() {
				if err := a.TextOwn(t.Context(), owner); err != nil {
					t.Errorf("the answer says that there were too many: %v", err)
				}
			})
		}
		wg.Wait()
		send(t, a)
		if got := p.take(); len(got) != 3 {
			t.Errorf("%d texts", len(got))
		}
		clock.Add(13 * time.Hour) // past midnight
		if err := a.TextOwn(t.Context(), owners[0]); err != nil {
			t.Fatal(err)
		}
		send(t, a)
		if got := p.take(); len(got) != 1 {
			t.Errorf("%d texts on the next day", len(got))
		}
	})
}

func TestReminderOnTheEve(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		p := newPhones(t)
		a, clock := anlotest.AppOn(t, url, p.option())
		anlotest.Register(t, a)
		// Noon on Monday: the passes end at noon on Thursday, the reminder comes
		// on Wednesday at 20:00.
		_, owner, _ := texted(t, a, p, anlotest.Declaration(clock.Now(), anlotest.An))
		if err := a.TextOwn(t.Context(), owner); err != nil { // no second reminder
			t.Fatal(err)
		}
		_, cancelled, _ := func() (app.Receipt, anlo.Actor, string) {
			send(t, a)
			p.take()
			d := anlotest.Declaration(clock.Now(), anlotest.Binh)
			d.Travellers[0].Phone = "0987654321"
			return texted(t, a, p, d)
		}()
		if err := a.Cancel(t.Context(), cancelled); err != nil {
			t.Fatal(err)
		}
		clock.Add(2*24*time.Hour + 7*time.Hour + 59*time.Minute)
		send(t, a)
		if got := p.take(); got != nil {
			t.Errorf("at 19:59 there came %q", got)
		}
		clock.Add(time.Minute)
		send(t, a)
		if got := p.take(); len(got) != 1 || !strings.Contains(got[0], "+84912345678") || !strings.Contains(got[0], "12:00 26/11/2026") || codeIn.MatchString(got[0]) {
			t.Errorf("at 20:00 there came %q", got)
		}
		send(t, a)
		if got := p.take(); got != nil {
			t.Errorf("again: %q", got)
		}
		if err := a.TextOwn(t.Context(), owner); err != nil { // in the last night
			t.Fatal(err)
		}
		send(t, a)
		clock.Add(time.Hour)
		send(t, a)
		if got := p.take(); len(got) != 1 {
			t.Errorf("asked for in the last night: %q", got)
		}
	})
}

func TestNoReminderThatComesTooLateOrForNothing(t *testing.T) {
	p := newPhones(t)
	a, clock := anlotest.App(t, p.option())
	anlotest.Register(t, a)
	texted(t, a, p, anlotest.Declaration(clock.Now(), anlotest.An))
	d := anlotest.Declaration(clock.Now(), anlotest.Binh)
	d.Travellers[0].Phone = "0987654321"
	texted(t, a, p, d)
	clock.Add(50 * time.Hour)
	declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)) // again
	clock.Add(6*time.Hour - time.Minute)
	p.answer(http.StatusServiceUnavailable)
	clock.Add(time.Minute)
	send(t, a) // Bình's fails; An has declared again
	if p.tries != 3 {
		t.Errorf("%d tries, want the two codes and one reminder", p.tries)
	}
	clock.Add(13*time.Hour + time.Minute) // two hours before the end
	p.answer(http.StatusAccepted)
	send(t, a)
	if got := p.take(); got != nil {
		t.Errorf("there came %q", got)
	}
}

// A gateway that is away holds nothing up and loses nothing; what it refuses is
// not tried again.
func TestGatewayThatFails(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		p := newPhones(t)
		a, clock := anlotest.AppOn(t, url, p.option())
		outcomes := map[string]int{}
		a.OnText = func(outcome string) { outcomes[outcome]++ }
		anlotest.Register(t, a)
		ask := func() {
			t.Helper()
			owner, err := a.OpenLink(declare(t, a, anlotest.Declaration(clock.Now(), anlotest.An)).ManageToken)
			if err == nil {
				err = a.TextOwn(t.Context(), owner)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		p.answer(http.StatusServiceUnavailable)
		ask()
		send(t, a)
		send(t, a) // too early
		clock.Add(11 * time.Second)
		send(t, a)
		p.answer(http.StatusAccepted)
		clock.Add(time.Minute)
		send(t, a)
		if got := p.take(); len(got) != 1 || p.tries != 3 {
			t.Errorf("%d tries, %d arrived", p.tries, len(got))
		}
		p.answer(http.StatusBadRequest)
		ask()
		send(t, a)
		clock.Add(time.Hour)
		send(t, a)
		if want := map[string]int{"failed": 2, "sent": 1, "refused": 1}; fmt.Sprint(outcomes) != fmt.Sprint(want) {
			t.Errorf("%v, want %v", outcomes, want)
		}
		p.answer(http.StatusForbidden) // we have the wrong password
		ask()
		for range 30 {
			send(t, a)
			clock.Add(time.Hour)
		}
		p.answer(http.StatusAccepted)
		send(t, a)
		if got := p.take(); got != nil {
			t.Errorf("after a day there came %q", got)
		}
	})
}

// Two processes on one database send each text once; one that dies with a text
// in its hands leaves it to the other.
func TestTextsAreLeased(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		p := newPhones(t)
		a, clock := anlotest.AppOn(t, url, p.option())
		anlotest.Register(t, a)
		for i := range 40 {
			d := anlotest.Declaration(clock.Now(), anlotest.An)
			d.Travellers[0].Phone = fmt.Sprintf("09123456%02d", i)
			owner, err := a.OpenLink(declare(t, a, d).ManageToken)
			if err == nil {
				err = a.TextOwn(t.Context(), owner)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if due, err := a.Store.MessagesDue(t.Context(), clock.Now(), clock.Now().Add(time.Minute), 5); err != nil || len(due) != 5 {
			t.Fatalf("%d leased, %v", len(due), err) // and then that process died
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { send(t, a) })
		}
		wg.Wait()
		send(t, a)
		if got := p.take(); len(got) != 35 {
			t.Errorf("%d arrived", len(got))
		}
		clock.Add(61 * time.Second)
		send(t, a)
		if got := p.take(); len(got) != 5 {
			t.Errorf("%d of the dead one arrived", len(got))
		}
	})
}

func TestAssistedText(t *testing.T) {
	p := newPhones(t)
	a, clock := anlotest.App(t, p.option())
	anlotest.Register(t, a)
	officer, _ := anlotest.Post(t, a)
	other, _ := anlotest.Post(t, a)
	r, err := a.DeclareFor(t.Context(), officer, anlotest.Declaration(clock.Now(), anlotest.An), "k")
	if err != nil {
		t.Fatal(err)
	}
	reference, err := a.SlipReference(officer, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.TextAssisted(t.Context(), other, reference); !errors.Is(err, anlo.ErrUnsigned) {
		t.Errorf("another officer: %v", err)
	}
	if err := a.TextAssisted(t.Context(), officer, reference); err != nil {
		t.Fatal(err)
	}
	send(t, a)
	if got := p.take(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestNobodyIsTextedWithoutAPhoneOrAGateway(t *testing.T) {
	p := newPhones(t)
	with, clock := anlotest.App(t, p.option())
	without, _ := anlotest.App(t)
	for phone, a := range map[string]*app.App{"": with, "02438251234": with, "+4915112345678": with, "0912345678": without} {
		anlotest.Register(t, a)
		d := anlotest.Declaration(clock.Now(), anlotest.An)
		d.Travellers[0].Phone = phone
		owner, err := a.OpenLink(declare(t, a, d).ManageToken)
		if err != nil {
			t.Fatal(err)
		}
		if err := a.TextOwn(t.Context(), owner); !errors.Is(err, anlo.ErrNotFound) || a.TextTo(d) != "" {
			t.Errorf("%q: %v, offered to %q", phone, err, a.TextTo(d))
		}
	}
	if d := anlotest.Declaration(clock.Now(), anlotest.An); with.TextTo(d) != "•••••••678" {
		t.Errorf("shown as %s", with.TextTo(d))
	}
}

// Each text is one message on the oldest phone, and says nothing of who it is
// for.
func TestTextsFitOneMessage(t *testing.T) {
	for _, lang := range locale.Languages {
		w := locale.For(lang)
		for _, body := range []string{w.T("text.code", "Code", "WWWW-WWWW", "Time", "15:04 02/01/2006"), w.T("text.reminder", "Time", "15:04 02/01/2006")} {
			if !notify.FitsOneText(body) {
				t.Errorf("%s: %d letters, or letters that are not GSM: %s", lang, len(body), body)
			}
		}
	}
}
