package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// cli runs a command on the data of a running server, and returns what it
// prints.
func (d demo) cli(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(t.Context(), append(args, "--data", filepath.Clean(d.dir)), std{strings.NewReader(""), &out, &errs}); code != exitOK {
		t.Fatalf("%v: %d %s", args, code, errs.String())
	}
	return out.String()
}

// becomes waits until a pass is judged so by what the server publishes.
func (d demo) becomes(t *testing.T, want, qr string) {
	t.Helper()
	var v verified
	for range 600 { // a minute, which a loaded machine never needs
		if v, _ = d.verify(t, qr); strings.Join(append([]string{string(v.Verdict)}, v.Reasons...), " ") == want {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%+v, want %s", v, want)
}

// What the command line does to the data of a running server, scanners hear
// from that server.
func TestServerHeedsTheCommandLine(t *testing.T) {
	d := startDemo(t, t.TempDir())
	declare := func(n int) string {
		var r struct{ Passes []struct{ QR string } }
		if err := json.Unmarshal(d.must(t, http.StatusCreated, "POST", "/api/v1/declarations", "", d.body(t, n)), &r); err != nil {
			t.Fatal(err)
		}
		return r.Passes[0].QR
	}
	qr := declare(0)
	d.becomes(t, "go", qr)

	zone := strings.TrimSpace(d.cli(t, "zones", "add", "00008", "--level", "4", "--why", "QĐ 12"))
	d.becomes(t, "look zone", qr)
	d.cli(t, "zones", "end", zone)
	d.becomes(t, "go", qr)

	var keys []struct{ KID, Use, State string }
	if err := json.Unmarshal([]byte(d.cli(t, "keys", "list", "--json")), &keys); err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		if k.State == "signing" {
			d.cli(t, "keys", "withdraw", k.KID)
		}
	}
	d.becomes(t, "stop key-unknown", qr)
	d.becomes(t, "go", declare(1))
}
