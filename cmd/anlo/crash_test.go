package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"anlo/anlotest"
)

// server is `anlo serve` as a process of its own.
type server struct {
	cmd  *exec.Cmd
	base string
	log  *bytes.Buffer
}

func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "anlo") // by which TestMain knows what to be
	if err := os.Symlink(self, name); err != nil {
		t.Fatal(err)
	}
	s := &server{cmd: exec.Command(name, args...), log: &bytes.Buffer{}}
	s.cmd.Stderr = s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if base, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			s.base = base
			go io.Copy(io.Discard, out)
			return s
		}
	}
	s.cmd.Wait()
	t.Fatalf("the server never said ready:\n%s", s.log)
	return nil
}

// kill ends the process as a power cut would.
func (s *server) kill() {
	if s.cmd.ProcessState == nil {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	}
}

// call sends a request and returns the status and the body.
func (s *server) call(method, path, token, body string) (int, []byte, error) {
	req, err := http.NewRequest(method, s.base+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	return res.StatusCode, got, err
}

// Whatever was acknowledged is there after the process was killed in the middle
// of writing, and nothing is there by half.
func TestKilledWhileWriting(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		data := t.TempDir()
		args := []string{"serve", "--data", data, "--database", url, "--listen", "127.0.0.1:0"}
		declarations, err := benchDeclarations(2000)
		if err != nil {
			t.Fatal(err)
		}
		s := startServer(t, args...)
		type receipt struct {
			ID     string `json:"declaration_id"`
			Token  string `json:"manage_token"`
			Passes []struct {
				QR string `json:"qr"`
			} `json:"passes"`
		}
		var mu sync.Mutex
		var acknowledged []receipt
		var next atomic.Int64
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for {
					i := int(next.Add(1)) - 1
					if i >= len(declarations) {
						return
					}
					body, _ := json.Marshal(declarationJSON(declarations[i]))
					status, got, err := s.call("POST", "/api/v1/declarations", "", string(body))
					if err != nil { // it is dead
						return
					}
					var r receipt
					if json.Unmarshal(got, &r); status == http.StatusCreated {
						mu.Lock()
						acknowledged = append(acknowledged, r)
						if len(acknowledged) == 60 {
							s.cmd.Process.Kill()
						}
						mu.Unlock()
					}
				}
			})
		}
		wg.Wait()
		s.kill()
		if len(acknowledged) < 60 {
			t.Fatalf("only %d declarations were taken:\n%s", len(acknowledged), s.log)
		}
		whole(t, url)
		s = startServer(t, args...)
		for _, r := range acknowledged {
			status, got, err := s.call("GET", "/api/v1/declarations/"+r.ID, r.Token, "")
			if err != nil || status != http.StatusOK || !bytes.Contains(got, []byte(r.Passes[0].QR)) {
				t.Fatalf("acknowledged, and afterwards %d %s %v", status, got, err)
			}
		}
	})
}

// whole checks that every declaration has its pass and its audit entry.
func whole(t *testing.T, url string) {
	t.Helper()
	db := anlotest.Store(t, url)
	n, err := db.Halves(t.Context())
	if err != nil || n != 0 {
		t.Errorf("%d declarations are there by half, %v", n, err)
	}
}

// A message to another system is sent again, under the same id, when the
// process is killed after the receiver has it and before that is written down.
func TestKilledWhileTelling(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		place := place{Data: t.TempDir(), Database: url}
		got := make(chan string, 10)
		hold := make(chan struct{})
		var told atomic.Bool
		receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			got <- r.Header.Get("webhook-id")
			if !told.Swap(true) {
				<-hold // the answer never comes
			}
		}))
		defer receiver.Close()
		defer close(hold)
		const inside = "127.0.0.0/8"
		add := webhooksAddCmd{place: place, networks: networks{[]string{inside}}, URL: receiver.URL, Label: "police"}
		if err := add.Run(t.Context(), std{out: io.Discard, err: io.Discard}); err != nil {
			t.Fatal(err)
		}
		args := []string{"serve", "--data", place.Data, "--database", url, "--listen", "127.0.0.1:0", "--webhook-network", inside}
		s := startServer(t, args...)
		before := <-got
		s.kill()
		db := anlotest.Store(t, url)
		hooks, err := db.Webhooks(t.Context())
		if err != nil || len(hooks) != 1 || hooks[0].Waiting != 1 {
			t.Fatalf("%+v %v", hooks, err)
		}
		if err := db.ReleaseWebhook(t.Context(), hooks[0].ID); err != nil { // instead of waiting a minute
			t.Fatal(err)
		}
		startServer(t, args...)
		if after := <-got; after != before { // the test's own time limit ends this
			t.Errorf("sent as %s, and again as %s", before, after)
		}
	})
}
