package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

type benchFootprintCmd struct {
	JSON bool `help:"Print JSON."`
}

// Run prints what measure finds.
func (c *benchFootprintCmd) Run(ctx context.Context, s std) error {
	rows, err := c.measure(ctx)
	if err != nil {
		return err
	}
	return report(s.out, c.JSON, rows)
}

// measure starts this same binary as a server of its own and looks at it.
func (c *benchFootprintCmd) measure(ctx context.Context) ([]row, error) {
	binary, err := os.Executable()
	if err != nil {
		return nil, err
	}
	size, err := os.Stat(binary)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "anlo-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var startUps []time.Duration
	var memory, page float64
	for i := range 5 { // the first makes the keys
		startUp, err := c.start(ctx, binary, dir, func(base string, pid int) (err error) {
			if i == 4 {
				if page, err = firstLoad(base); err == nil {
					memory, err = resident(pid)
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		startUps = append(startUps, startUp)
	}
	return []row{
		{What: "start-up to ready", Got: float64(quantile(startUps[1:], 0.5)) / float64(time.Millisecond), Unit: "ms", Note: "median of 4"},
		{What: "memory, idle after one page", Got: memory, Unit: "MB"},
		{What: "binary", Got: float64(size.Size()) / 1e6, Unit: "MB"},
		{What: "first page load, gzipped", Got: page / 1e3, Unit: "kB", Bound: "< 50"},
	}, nil
}

func (c *benchFootprintCmd) start(ctx context.Context, binary, dir string, look func(base string, pid int) error) (took time.Duration, err error) {
	cmd := exec.CommandContext(ctx, binary, "serve", "--data", filepath.Join(dir, "data"), "--listen", "127.0.0.1:0")
	cmd.Stderr = io.Discard
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		cmd.Process.Signal(os.Interrupt)
		err = errors.Join(err, cmd.Wait())
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	took = time.Since(begin)
	base, ok := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ok {
		return 0, fmt.Errorf("the server said %q: %w", line, err)
	}
	return took, look(base, cmd.Process.Pid)
}

var linked = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)

// firstLoad counts the bytes, as they travel, of the declaration's first page
// and of everything that it loads by itself.
func firstLoad(base string) (total float64, err error) {
	seen := map[string]bool{}
	queue := []string{"/declare"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		n, body, err := fetch(base + path)
		if err != nil {
			return 0, err
		}
		total += float64(n)
		for _, m := range linked.FindAllSubmatch(body, -1) {
			queue = append(queue, string(m[1]))
		}
	}
	return total, nil
}

// fetch returns the bytes of an answer as sent, and its content.
func fetch(url string) (sent int, body []byte, err error) {
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		return 0, nil, err
	}
	plain, err := http.DefaultClient.Do(req) // unpacks by itself
	if err != nil {
		return 0, nil, err
	}
	defer plain.Body.Close()
	if body, err = io.ReadAll(plain.Body); err != nil {
		return 0, nil, err
	}
	if plain.StatusCode != http.StatusOK {
		return 0, nil, fmt.Errorf("%s: %s", url, plain.Status)
	}
	req.Header.Set("Accept-Encoding", "gzip")
	packed, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer packed.Body.Close()
	data, err := io.ReadAll(packed.Body)
	return len(data), body, err
}

// resident returns the memory of a process in megabytes, as Linux counts it.
func resident(pid int) (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmRSS:" {
			kb, err := strconv.ParseFloat(f[1], 64)
			return kb / 1000, err
		}
	}
	return 0, errors.New("the memory of the process is not told")
}
