package credential

import (
	"bytes"
	"compress/zlib"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestBundleRoundTrip(t *testing.T) {
	b := contents()
	b.DCC = [][]byte{dsc(t, "de", ecKey, "").der}
	got := opened(t, b)
	if d := cmp.Diff(b, got, cmpopts.IgnoreUnexported(Bundle{}), cmpopts.IgnoreFields(Bundle{}, "Keys"), cmp.Comparer(func(a, b *StatusList) bool {
		return a.Day == b.Day && a.size == b.size && bytes.Equal(a.bits, b.bits)
	})); d != "" {
		t.Error(d)
	}
	if l := keys(); !cmp.Equal(*got.Keys, l) || got.Trust().Len() != 1 {
		t.Errorf("keys %+v, %d certificates", got.Keys, got.Trust().Len())
	}
	data := signBundle(t, b, keys(), bundleKey)
	if again := signBundle(t, b, keys(), bundleKey); !bytes.Equal(data, again) {
		t.Error("the same bundle is written in two ways")
	}
}

func TestOpenBundleRefuses(t *testing.T) {
	root := &rootKey.PublicKey
	good := signBundle(t, contents(), keys(), bundleKey)
	list, err := keys().Sign(rootKey)
	if err != nil {
		t.Fatal(err)
	}
	falseList, err := keys().Sign(stranger)
	if err != nil {
		t.Fatal(err)
	}
	impostor := &Signer{KeyID(&bundleKey.PublicKey), stranger}
	signed := func(list []byte, s *Signer) []byte {
		t.Helper()
		data, err := contents().Sign(list, s)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	expired := keys()
	expired.Keys[1].NotAfter = noon.Add(-time.Second)
	for _, c := range []struct {
		name string
		data []byte
		at   time.Time
		want error
	}{
		{"good", good, noon, nil},
		{"a year old", good, noon.AddDate(1, 0, 0), nil},
		{"clock a little behind", good, noon.Add(-5 * time.Minute), nil},
		{"clock far behind", good, noon.Add(-6 * time.Minute), ErrFuture},
		{"empty", nil, noon, ErrMalformed},
		{"a key list", list, noon, ErrMalformed},
		{"trailing", append(slices.Clone(good), 0), noon, ErrMalformed},
		{"too large", make([]byte, MaxBundle+1), noon, ErrMalformed},
		{"list of a stranger", signed(falseList, signerOf(t, bundleKey)), noon, ErrNotRoot},
		{"no list", must(signerOf(t, bundleKey).message(typeBundle, []byte{}, nil)), noon, ErrMalformed},
		{"pass key", signBundle(t, contents(), keys(), passKey), noon, ErrNotSigned},
		{"stranger", signed(list, signerOf(t, stranger)), noon, ErrNotSigned},
		{"stranger in our name", signed(list, impostor), noon, ErrNotSigned},
		{"expired key", signBundle(t, contents(), expired, bundleKey), noon, ErrNotSigned},
	} {
		b, err := OpenBundle(c.data, root, c.at)
		if !errors.Is(err, c.want) || (err == nil) != (b != nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if _, err := contents().Sign(nil, signerOf(t, bundleKey)); err == nil {
		t.Error("signed without a key list")
	}
	if _, err := OpenBundle(good, &stranger.PublicKey, noon); !errors.Is(err, ErrNotRoot) {
		t.Errorf("another root: %v", err)
	}
	if _, err := OpenKeyList(good, root); !errors.Is(err, ErrMalformed) {
		t.Errorf("a bundle taken for a key list: %v", err)
	}
	for i := 0; i < 8*len(good); i += 23 {
		mutant := bytes.Clone(good)
		mutant[i/8] ^= 1 << (i % 8)
		if _, err := OpenBundle(mutant, root, noon); err == nil {
			t.Fatalf("believed with bit %d flipped", i)
		}
	}
}

// Well signed content is still bounded: a bundle key is on a server.
func TestBundleBounds(t *testing.T) {
	list, err := keys().Sign(rootKey)
	if err != nil {
		t.Fatal(err)
	}
	var bomb bytes.Buffer
	z := zlib.NewWriter(&bomb)
	z.Write(make([]byte, 3<<20))
	z.Close()
	rules := wireRules{1, 1, 1}
	for name, w := range map[string]any{
		"no version":    wireBundle{Rules: rules},
		"huge version":  wireBundle{Version: 1 << 53, Rules: rules},
		"no rules":      wireBundle{Version: 1},
		"skew":          wireBundle{Version: 1, Rules: wireRules{1, 1, 3601}},
		"red before":    wireBundle{Version: 1, Rules: wireRules{2, 1, 1}},
		"never stale":   wireBundle{Version: 1, Rules: wireRules{1 << 40, 1 << 40, 1}},
		"bomb":          wireBundle{Version: 1, Rules: rules, Status: []wireStatus{{1, 1 << 20, bomb.Bytes()}}},
		"large list":    wireBundle{Version: 1, Rules: rules, Status: []wireStatus{{1, MaxStatusSize + 1, bomb.Bytes()}}},
		"negative list": wireBundle{Version: 1, Rules: rules, Status: []wireStatus{{1, -1, nil}}},
		"short list":    wireBundle{Version: 1, Rules: rules, Status: []wireStatus{{1, 1 << 23, NewStatusList(1, 8).pack().Bits}}},
		"not zlib":      wireBundle{Version: 1, Rules: rules, Status: []wireStatus{{1, 8, []byte{1, 2, 3}}}},
		"same day":      wireBundle{Version: 1, Rules: rules, Status: []wireStatus{NewStatusList(1, 8).pack(), NewStatusList(1, 8).pack()}},
		"nine days":     wireBundle{Version: 1, Rules: rules, Status: make([]wireStatus, 9)},
		"zones":         wireBundle{Version: 1, Rules: rules, Zones: make([]wireZone, MaxZones+1)},
		"not a map":     []int{1},
		"nested":        map[int]any{1: 1, 99: [][][][][]int{{{{{1}}}}}},
	} {
		payload, err := encoding.Marshal(w)
		if err != nil {
			t.Fatal(err)
		}
		data, err := signerOf(t, bundleKey).message(typeBundle, list, payload)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenBundle(data, &rootKey.PublicKey, noon); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
		if w, ours := w.(wireBundle); ours {
			if _, err := w.bundle(); err == nil {
				t.Errorf("%s: could be signed", name)
			}
		}
	}
	later := map[int]any{1: 1, 2: noon.Unix(), 7: map[int]int{1: 1, 2: 1, 3: 1, 4: 1}, 99: "a later version"}
	payload, err := encoding.Marshal(later)
	if err != nil {
		t.Fatal(err)
	}
	data, err := signerOf(t, bundleKey).message(typeBundle, list, payload)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenBundle(data, &rootKey.PublicKey, noon); err != nil {
		t.Errorf("what a later version adds is not ignored: %v", err)
	}
}

func TestKeyListBounds(t *testing.T) {
	l := keys()
	if _, err := OpenKeyList(must(l.Sign(rootKey)), &rootKey.PublicKey); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*KeyList){
		"version 0": func(l *KeyList) { l.Version = 0 },
		"version":   func(l *KeyList) { l.Version = 1 << 53 },
		"twice":     func(l *KeyList) { l.Keys = append(l.Keys, l.Keys[0]) },
		"wrong kid": func(l *KeyList) { l.Keys[0].ID[0]++ },
		"backwards": func(l *KeyList) { l.Keys[0].NotAfter = l.Keys[0].NotBefore.Add(-time.Second) },
	} {
		l := keys()
		spoil(&l)
		if _, err := l.Sign(rootKey); err == nil {
			t.Errorf("%s: signed", name)
		}
	}
}

func TestNewer(t *testing.T) {
	bundle := func(list, version uint64) *Bundle { return &Bundle{Version: version, Keys: &KeyList{Version: list}} }
	for _, c := range []struct {
		b, than *Bundle
		want    error
	}{
		{bundle(1, 5), nil, nil},
		{bundle(1, 5), bundle(1, 4), nil},
		{bundle(1, 5), bundle(1, 5), nil},
		{bundle(1, 5), bundle(1, 6), ErrOlder},
		{bundle(1, 99), bundle(2, 6), ErrOlder},           // a thief brings back a list on which their key stood
		{bundle(2, 6), bundle(1, maxVersion), nil},        // the root undoes what a thief counted up to
		{&Bundle{Version: 9}, bundle(1, 1), ErrMalformed}, // nobody signed it
	} {
		if err := c.b.Newer(c.than); !errors.Is(err, c.want) {
			t.Errorf("%+v after %+v: %v, want %v", c.b, c.than, err, c.want)
		}
	}
}

func TestStatusList(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(0, 1000).Draw(t, "size")
		l := NewStatusList(20_000, size)
		set := map[uint32]bool{}
		for _, i := range rapid.SliceOf(rapid.Uint32Range(0, 1100)).Draw(t, "set") {
			l.Set(i)
			set[i] = int(i) < size
		}
		back, err := l.pack().unpack()
		if err != nil {
			t.Fatal(err)
		}
		for i := range uint32(1200) {
			if back.Get(i) != set[i] || back.Covers(i) != (int(i) < size) {
				t.Fatalf("place %d of %d", i, size)
			}
		}
	})
	if got := NewStatusList(1, MaxStatusSize*2).Size(); got != MaxStatusSize {
		t.Errorf("size %d", got)
	}
	l := NewStatusList(1, MaxStatusSize)
	l.Set(MaxStatusSize - 1)
	l.Set(MaxStatusSize)
	if back, err := l.pack().unpack(); err != nil || !back.Get(MaxStatusSize-1) || back.Get(MaxStatusSize) {
		t.Errorf("the largest list: %v", err)
	}
}

// Three million live passes of which one in a thousand is revoked: the file
// that a scanner fetches over a weak network.
func TestBundleSize(t *testing.T) {
	b := contents()
	b.Status = nil
	r := rand.New(rand.NewPCG(1, 2))
	today := noon.Unix() / day
	for d := range int64(3) {
		l := NewStatusList(today-d, 1_000_000)
		for range 1000 {
			l.Set(r.Uint32N(1_000_000))
		}
		b.Status = append(b.Status, l)
	}
	data := signBundle(t, b, keys(), bundleKey)
	if len(data) > 8<<10 {
		t.Errorf("%d bytes", len(data))
	}
	t.Logf("3 million live passes, 0.1 %% revoked: %d bytes", len(data))
}
