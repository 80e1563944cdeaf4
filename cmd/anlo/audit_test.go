package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"anlo/anlotest"
	"anlo/app"
)

// A process that is killed again and again in the middle of sealing leaves a
// log that the next one goes on with: nothing is lost, nothing is by half.
func TestKilledWhileSealing(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		data := t.TempDir()
		declarations, err := benchDeclarations(3000)
		if err != nil {
			t.Fatal(err)
		}
		var next atomic.Int64
		for range 5 {
			s := startServer(t, "serve", "--data", data, "--database", url, "--listen", "127.0.0.1:0")
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for {
						body, _ := json.Marshal(declarationJSON(declarations[int(next.Add(1))%len(declarations)]))
						if status, _, err := s.call("POST", "/api/v1/declarations", "", string(body)); err != nil || status != http.StatusCreated {
							return
						}
					}
				})
			}
			time.Sleep(1500*time.Millisecond + time.Duration(rand.IntN(1000))*time.Millisecond)
			s.kill()
			wg.Wait()
		}
		time.Sleep(1100 * time.Millisecond)
		if code, out := runAudit(t, "seal", data, url); code != exitOK {
			t.Fatal(out)
		}
		code, out := runAudit(t, "verify", data, url, "--json")
		var r app.AuditReport
		if err := json.Unmarshal([]byte(out), &r); err != nil || code != exitOK || r.Waiting > 0 || r.Rows < 500 || len(r.Strays) > 0 {
			t.Fatalf("%d %v %s", code, err, out)
		}
		t.Logf("%d rows, %d sealed twice", r.Rows, r.Repeated)
		fsck(t, data, url)
	})
}

// fsck has the checker of the library's authors judge the log, as it is and
// with a changed byte.
func fsck(t *testing.T, data, url string) {
	t.Helper()
	code, key := runAudit(t, "key", data, url)
	if code != exitOK {
		t.Fatal(key)
	}
	public := filepath.Join(t.TempDir(), "key.pub")
	if err := os.WriteFile(public, []byte(strings.TrimSpace(key)), 0o644); err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(data, "audit-log")
	// It says what it finds and always exits with 0. With one worker it waits for
	// ever after the first fault.
	check := func() string {
		out, err := exec.Command("go", "tool", "fsck", "--ui=false", "--N=8", "--storage_url=file://"+log, "--public_key="+public).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return string(out)
	}
	if said := check(); !strings.Contains(said, "Successfully fsck'd") || strings.Contains(said, "fsck failed") {
		t.Errorf("fsck: %s", said)
	}
	name := filepath.Join(log, "tile", "entries", "000")
	entries, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	entries[77] ^= 1
	if err := os.WriteFile(name, entries, 0o644); err != nil {
		t.Fatal(err)
	}
	if said := check(); strings.Contains(said, "Successfully fsck'd") || !strings.Contains(said, "fsck failed") {
		t.Errorf("a byte was changed, and fsck said: %s", said)
	}
	if code, out := runAudit(t, "verify", data, url); code != exitRefused || !strings.Contains(out, "FAULTS") {
		t.Errorf("a byte was changed: %d %s", code, out)
	}
}

func runAudit(t *testing.T, command, data, url string, more ...string) (int, string) {
	t.Helper()
	if url == "" {
		url = filepath.Join(data, "anlo.db")
	}
	var out bytes.Buffer
	code := run(t.Context(), append([]string{"audit", command, "--data", data, "--database", url}, more...), std{nil, &out, &out})
	return code, out.String()
}
