// Package anlotest helps tests run against the real thing: a PostgreSQL server
// of their own, stores on both databases, a whole application on either, a
// clock that can be set, and a browser.
package anlotest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the "pgx" driver
)

// Postgres returns the URL of a fresh, empty database on a PostgreSQL server
// that belongs to this test process: started at first use on a free loopback
// port in a temporary folder, stopped when the process ends. Where the server
// binaries are missing the test fails and says what to install.
func Postgres(t testing.TB) string {
	t.Helper()
	base, err := server()
	if err != nil {
		t.Fatalf("PostgreSQL: %v\n(the tests need its server binaries; `make test` installs Debian's postgresql-15)", err)
	}
	name := fmt.Sprintf("anlo_%d", databases.Add(1))
	admin, err := sql.Open("pgx", base+"postgres")
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	return base + name
}

var (
	databases atomic.Int64
	server    = sync.OnceValues(StartPostgres)
	folders   []string
)

// PostgresFolder is where the server of this test process keeps its files.
func PostgresFolder() string { return filepath.Join(folders[0], "data") }

// StartPostgres starts a server whose data vanish with this process and
// returns its URL up to the database name.
func StartPostgres() (string, error) {
	bin, err := postgresBin()
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "anlo-postgres-")
	if err != nil {
		return "", err
	}
	folders = append(folders, dir)
	who, err := unprivileged(dir)
	if err != nil {
		return "", err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "anlo", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = &syscall.SysProcAttr{Credential: who}, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return "", fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort()
	if err != nil {
		return "", err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return "", err
	}
	args := []string{"-D", data, "-k", dir, "-p", strconv.Itoa(port), "-c", "listen_addresses=127.0.0.1",
		"-c", "max_connections=200", "-c", "shared_buffers=128MB"}
	if os.Getenv("ANLO_TEST_FSYNC") == "" {
		args = append(args, "-c", "fsync=off", "-c", "full_page_writes=off")
	}
	cmd := exec.Command(filepath.Join(bin, "postgres"), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	// SIGQUIT at our death: an immediate shutdown, even when the tests are killed.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who, Pdeathsig: syscall.SIGQUIT}
	if err := startPinned(cmd); err != nil {
		return "", err
	}
	url := fmt.Sprintf("postgres://anlo@127.0.0.1:%d/", port)
	return url, waitReady(url, filepath.Join(dir, "log"))
}

// startPinned starts cmd from a thread that lives as long as the process,
// because the kernel sends Pdeathsig when the thread that forked dies.
func startPinned(cmd *exec.Cmd) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		started <- cmd.Start()
		select {}
	}()
	return <-started
}

func waitReady(url, log string) error {
	db, err := sql.Open("pgx", url+"postgres")
	if err != nil {
		return err
	}
	defer db.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for {
		if err = db.PingContext(ctx); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			said, _ := os.ReadFile(log)
			return fmt.Errorf("the server does not answer: %w\n%s", err, said)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func postgresBin() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	for _, name := range []string{"postgres"} {
		if p, err := exec.LookPath(name); err == nil {
			if p, err = filepath.EvalSymlinks(p); err == nil {
				found = append(found, p)
			}
		}
	}
	for i := len(found) - 1; i >= 0; i-- {
		dir := filepath.Dir(found[i])
		if _, err := os.Stat(filepath.Join(dir, "initdb")); err == nil {
			return dir, nil
		}
	}
	return "", errors.New("no server binaries (postgres, initdb) found")
}

// unprivileged hands dir to the user "nobody" when we are root, since the
// server refuses to run as root.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, uid, gid)
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Main runs the tests of a package and removes what they left behind.
//
//	func TestMain(m *testing.M) { anlotest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	for _, dir := range folders {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}
