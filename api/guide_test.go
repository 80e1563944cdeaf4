package api

import (
	"bufio"
	"context"
	"net"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/notify"
)

// The receiver in the guide works as it is printed: it verifies what comes,
// asks for the notice, and refuses what somebody else sends.
func TestReceiverOfTheGuide(t *testing.T) {
	guide, err := os.ReadFile("../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile("(?s)```js\n(.*?)```").FindSubmatch(guide)
	if code == nil {
		t.Fatal("the guide has no receiver")
	}
	d := newDoor(t, func(c *app.Config) {
		c.Sender = &notify.Sender{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	})
	d.clock.Add(time.Since(d.clock.Now())) // their library looks at the clock on the wall
	if err := d.app.EnsureKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.serve(Options{OpenKey: func(context.Context, string) (anlo.Actor, error) {
		return anlo.Actor{Role: anlo.CommuneOfficer, Area: ngocHa}, nil
	}})
	server := httptest.NewServer(d.handler)
	defer server.Close()
	port := freePort(t)
	hook := "http://127.0.0.1:" + port + "/"
	_, secret, err := d.app.AddWebhook(t.Context(), anlo.Actor{Role: anlo.Administrator}, hook, "Công an", ngocHa)
	if err != nil {
		t.Fatal(err)
	}
	said := startReceiver(t, string(code[1]), hook, "ANLO_URL="+server.URL, "ANLO_KEY=key", "ANLO_SECRET="+secret, "PORT="+port)
	r, err := d.app.Declare(t.Context(), anlotest.Citizen, anlotest.Declaration(d.clock.Now(), anlotest.An), "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.app.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.app.QueueWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := d.app.SendWebhooks(t.Context()); err != nil {
		t.Fatal(err)
	}
	if said.Scan(); said.Text() != "notice.created new Nguyễn Văn An" {
		t.Errorf("the receiver says %q", said.Text())
	}
	ws, err := d.app.Webhooks(t.Context(), anlo.Actor{Role: anlo.Administrator})
	if err != nil || len(ws) != 1 || ws[0].Waiting != 0 || ws[0].Failures != 0 {
		t.Errorf("%+v %v", ws, err)
	}
	forged := notify.Message{ID: r.ID, At: time.Now(), Body: []byte(`{"type":"notice.created"}`)}
	if status, err := (&notify.Sender{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}).Post(t.Context(), hook, forged, notify.NewSecret()); status != 400 || err != nil {
		t.Errorf("a forged message: %d %v", status, err)
	}
}

// startReceiver runs a program of node until the test ends and returns what it
// prints, once it listens.
func startReceiver(t *testing.T, code, url string, env ...string) *bufio.Scanner {
	t.Helper()
	cmd := exec.Command("node", "--input-type=module", "-e", code)
	cmd.Dir, cmd.Env, cmd.Stderr = "..", append(os.Environ(), env...), os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal("the tests need node, which `make test` installs: ", err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	address := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/")
	for range 3000 { // a minute
		conn, err := net.Dial("tcp", address)
		if err == nil {
			conn.Close()
			return bufio.NewScanner(out)
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatal("the receiver does not listen: is standardwebhooks there? (`make assets`)")
	return nil
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}
