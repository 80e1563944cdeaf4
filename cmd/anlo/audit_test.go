package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"path/filepath"
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
	})
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
