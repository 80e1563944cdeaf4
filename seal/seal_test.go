package seal

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type mapVault struct {
	sync.Mutex
	m map[string][]byte
}

func (v *mapVault) WrappedKey(_ context.Context, name string) ([]byte, error) {
	v.Lock()
	defer v.Unlock()
	w, ok := v.m[name]
	if ok && w == nil {
		return nil, ErrDestroyed
	}
	return w, nil
}

func (v *mapVault) KeepKey(_ context.Context, name string, wrapped []byte) error {
	v.Lock()
	defer v.Unlock()
	if _, ok := v.m[name]; !ok {
		v.m[name] = wrapped
	}
	return nil
}

func open(t testing.TB, path string, v *mapVault) *Keyring {
	t.Helper()
	master, err := MasterFile(path)
	if err != nil {
		t.Fatal(err)
	}
	k, err := Open(t.Context(), master, v)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestSealedValuesOpenOnlyInTheirPlace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	v := &mapVault{m: map[string][]byte{}}
	k := open(t, path, v)
	again := open(t, path, v) // as after a restart
	ctx := t.Context()
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		day := Day(rapid.Int32Range(0, 40000).Draw(t, "day"))
		row := rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "row")
		sealed, err := k.Seal(ctx, day, AD("declaration", "sealed", row), plain)
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) > 3 && bytes.Contains(sealed, plain) {
			t.Fatal("the plain text shows")
		}
		got, err := again.Open(ctx, AD("declaration", "sealed", row), sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("got %x, %v", got, err)
		}
		if _, err := k.Open(ctx, AD("pass", "sealed", row), sealed); err == nil {
			t.Fatal("opened in another table")
		}
		sealed[rapid.IntRange(4, len(sealed)-1).Draw(t, "byte")] ^= 1
		if _, err := k.Open(ctx, AD("declaration", "sealed", row), sealed); err == nil {
			t.Fatal("opened after a bit was changed")
		}
	})
}

func TestDestroyedDayIsGone(t *testing.T) {
	v := &mapVault{m: map[string][]byte{}}
	k := open(t, filepath.Join(t.TempDir(), "master.key"), v)
	day := DayOf(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
	sealed, err := k.Seal(t.Context(), day, nil, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	v.m[DayKeyName(day)] = nil
	k.Forget()
	if _, err := k.Open(t.Context(), nil, sealed); !errors.Is(err, ErrDestroyed) {
		t.Fatalf("got %v, want ErrDestroyed", err)
	}
}

func TestIndexIsKeyedAndStable(t *testing.T) {
	dir := t.TempDir()
	v := &mapVault{m: map[string][]byte{}}
	k := open(t, filepath.Join(dir, "a"), v)
	if k.Index("number", "001090123456") != open(t, filepath.Join(dir, "a"), v).Index("number", "001090123456") {
		t.Error("the index changed after a restart")
	}
	if k.Index("number", "001090123456") == k.Index("phone", "001090123456") {
		t.Error("two kinds share an index")
	}
	other := open(t, filepath.Join(dir, "b"), &mapVault{m: map[string][]byte{}})
	if k.Index("number", "001090123456") == other.Index("number", "001090123456") {
		t.Error("two keys share an index")
	}
	if k.Index("number", "1") < 0 {
		t.Error("an index is negative")
	}
}

func TestMasterFileIsPrivateAndChecked(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	if _, err := MasterFile(path); err != nil {
		t.Fatal(err)
	}
	if fi, _ := os.Stat(path); fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", fi.Mode())
	}
	os.WriteFile(path, []byte("garbage"), 0o600)
	if _, err := MasterFile(path); err == nil {
		t.Error("garbage was taken for a key")
	}
}

func BenchmarkSeal(b *testing.B) {
	k := open(b, filepath.Join(b.TempDir(), "m"), &mapVault{m: map[string][]byte{}})
	plain := make([]byte, 600)
	ad := AD("declaration", "sealed", make([]byte, 16))
	for b.Loop() {
		k.Seal(b.Context(), 20000, ad, plain)
	}
}

func BenchmarkIndex(b *testing.B) {
	k := open(b, filepath.Join(b.TempDir(), "m"), &mapVault{m: map[string][]byte{}})
	for b.Loop() {
		k.Index("number", "001090123456")
	}
}

// slowVault keeps new keys only once it may, as a database whose only writer is
// busy.
type slowVault struct {
	*mapVault
	asked, may chan struct{}
}

func (v *slowVault) KeepKey(ctx context.Context, name string, wrapped []byte) error {
	close(v.asked)
	<-v.may
	return v.mapVault.KeepKey(ctx, name, wrapped)
}

// The transaction that the maker of a new key waits for may itself need an older
// key that is not in memory.
func TestMakingAKeyHoldsUpNobodyWhoNeedsAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "master.key")
	v := &mapVault{m: map[string][]byte{}}
	sealed, err := open(t, path, v).Seal(t.Context(), 1, nil, []byte("old"))
	if err != nil {
		t.Fatal(err)
	}
	slow := &slowVault{v, make(chan struct{}), make(chan struct{})}
	master, err := MasterFile(path)
	if err != nil {
		t.Fatal(err)
	}
	k, err := Open(t.Context(), master, slow)
	if err != nil {
		t.Fatal(err)
	}
	made := make(chan error)
	go func() {
		_, err := k.Seal(t.Context(), 2, nil, []byte("new"))
		made <- err
	}()
	<-slow.asked
	if plain, err := k.Open(t.Context(), nil, sealed); string(plain) != "old" || err != nil {
		t.Errorf("%q %v", plain, err)
	}
	close(slow.may)
	if err := <-made; err != nil {
		t.Error(err)
	}
}
