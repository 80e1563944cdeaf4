package credential

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"time"
)

// bundles are those by which the cases are judged, the first two; then those that
// a scanner must refuse, and which of them may replace which.
func (m *maker) bundles(documents map[string]document) {
	t := m.t
	full := contents()
	full.Status[1].Set(2<<16 - 1)
	full.Zones = append(full.Zones, Zone{"vn-2026", "00007", 3, noon.Add(-48 * time.Hour), noon.Add(-24 * time.Hour)}, Zone{"vn-2026", "00009", 3, noon.Add(-48 * time.Hour), noon})
	for _, name := range slices.Sorted(maps.Keys(documents)) {
		full.DCC = append(full.DCC, documents[name].der)
	}
	full.DCC = append(full.DCC, []byte("no certificate"), nil)
	m.open("full", signBundle(t, full, keys(), bundleKey), noon)
	bare := contents()
	bare.Status, bare.Zones = nil, nil
	m.open("bare", signBundle(t, bare, keys(), bundleKey), noon)

	for _, v := range [][2]uint64{{7, 42}, {7, 41}, {7, 43}, {8, 1}, {6, 99}} {
		l, b := keys(), contents()
		l.Version, b.Version = v[0], v[1]
		n := m.open(fmt.Sprintf("keys %d, bundle %d", v[0], v[1]), signBundle(t, b, l, bundleKey), noon)
		for than := 2; than <= n; than++ {
			m.c.Newer = append(m.c.Newer, corpusNewer{n, than, codeOf(m.opened[n].Newer(m.opened[than]))}, corpusNewer{than, n, codeOf(m.opened[than].Newer(m.opened[n]))})
		}
	}
	good := signBundle(t, contents(), keys(), bundleKey)
	for _, d := range []time.Duration{-5*time.Minute - time.Second, -5*time.Minute - time.Millisecond, -5 * time.Minute, 1000 * time.Hour} {
		m.open(fmt.Sprintf("opened %v from its issue", d), good, noon.Add(d))
	}
	for i := 0; i < len(good); i += 1 + len(good)/150 {
		b := bytes.Clone(good)
		b[i] ^= 0x41
		m.open(fmt.Sprintf("byte %d of %d altered", i, len(good)), b, noon)
	}
	for _, n := range []int{0, 1, 2, 100, len(good) - 1} {
		m.open(fmt.Sprint("cut to ", n), good[:n], noon)
	}
	m.open("a byte more", append(bytes.Clone(good), 0), noon)
	m.open("the key list alone", must(keys().Sign(rootKey)), noon)
	m.open("signed by a pass key", signBundle(t, contents(), keys(), passKey), noon)
	m.open("signed by a stranger", signBundle(t, contents(), keys(), stranger), noon)
	for _, d := range []time.Duration{-10*24*time.Hour - time.Second, -10 * 24 * time.Hour, 10 * 24 * time.Hour, 10*24*time.Hour + time.Second} {
		b := contents()
		b.Issued = noon.Add(d)
		m.open(fmt.Sprintf("issued %v from now", d), signBundle(t, b, keys(), bundleKey), noon.Add(d))
	}
	other := must(keys().Sign(keyOf("other root")))
	m.open("another root", must(contents().Sign(other, signerOf(t, bundleKey))), noon)
	m.wires()
}

// wires are signed by the right keys, but say what we would not.
func (m *maker) wires() {
	status := NewStatusList(20_000, 100).pack()
	key := func(k steady, use KeyUse) map[any]any {
		id := KeyID(&k.PublicKey)
		return map[any]any{1: id[:], 2: must(k.PublicKey.Bytes()), 3: use, 4: 0, 5: 1 << 33}
	}
	list := map[any]any{1: 7, 2: noon.Unix(), 3: []any{key(bundleKey, UseBundle)}}
	usual := map[any]any{1: 42, 2: noon.Unix(), 3: noon.Unix() + 3600, 4: []any{status}, 5: []any{[]any{"vn-2026", "00007", 3, 0, 1}}, 6: "vn-2026",
		7: map[any]any{1: 86400, 2: 259200, 3: 300}, 8: []any{}}
	sign := func(name string, list, bundle []byte) {
		l := must(signerOf(m.t, rootKey).message(typeKeyList, nil, list))
		m.open(name, must(signerOf(m.t, bundleKey).message(typeBundle, l, bundle)), noon)
	}
	plainList, plain := must(encoding.Marshal(list)), must(encoding.Marshal(usual))
	sign("by hand", plainList, plain)
	changed := func(of map[any]any, k, v any) []byte {
		c := maps.Clone(of)
		c[k] = v
		return must(encoding.Marshal(c))
	}
	rules := func(stale, reject, skew any) map[any]any { return map[any]any{1: stale, 2: reject, 3: skew} }
	zone := func(z ...any) []any { return []any{z} }
	for _, c := range []struct {
		name string
		k, v any
	}{
		{"a key that we do not know", 99, map[any]any{"later": []any{1, 2}}}, {"a text key", "later", true}, {"bytes for a key", byteKey("x"), 1},
		{"version 0", 1, 0}, {"version -1", 1, -1}, {"version null", 1, nil}, {"version 2⁵³-1", 1, 1<<53 - 1}, {"version 2⁵³", 1, 1 << 53}, {"version 2⁶⁴-1", 1, uint64(1<<64 - 1)},
		{"version as text", 1, "42"}, {"version 42.0", 1, 42.0}, {"version true", 1, true}, {"issued null", 2, nil}, {"issued far ahead", 2, 1 << 41}, {"issued -2⁶³", 2, int64(-1 << 63)},
		{"next update before all", 3, -1 << 41}, {"status null", 4, nil}, {"status is a map", 4, map[any]any{}}, {"a day twice", 4, []any{status, status}},
		{"status is null", 4, []any{nil}}, {"size -1", 4, []any{map[any]any{1: 1, 2: -1, 3: status.Bits}}}, {"size too large", 4, []any{map[any]any{1: 1, 2: MaxStatusSize + 1, 3: status.Bits}}},
		{"size and bits differ", 4, []any{map[any]any{1: 1, 2: 200, 3: status.Bits}}}, {"size 104", 4, []any{map[any]any{1: 1, 2: 104, 3: status.Bits}}}, {"size 105", 4, []any{map[any]any{1: 1, 2: 105, 3: status.Bits}}},
		{"bits with more behind", 4, []any{map[any]any{1: 1, 2: 100, 3: append(bytes.Clone(status.Bits), 1)}}}, {"bits cut", 4, []any{map[any]any{1: 1, 2: 100, 3: status.Bits[:len(status.Bits)-1]}}},
		{"bits are numbers", 4, []any{map[any]any{1: 1, 2: 100, 3: numbers(status.Bits)}}}, {"no bits", 4, []any{map[any]any{1: 1, 2: 100}}}, {"an empty list", 4, []any{NewStatusList(3, 0).pack()}},
		{"day too far", 4, []any{map[any]any{1: 1 << 41, 2: 100, 3: status.Bits}}}, {"eight lists", 4, lists(8)}, {"nine lists", 4, lists(9)},
		{"zones null", 5, nil}, {"a zone is a map", 5, zone(map[any]any{})}, {"a zone of four", 5, zone("vn-2026", "1", 3, 0)}, {"a zone of six", 5, zone("vn-2026", "1", 3, 0, 1, 2)},
		{"a zone of null", 5, []any{nil}}, {"nothing in a zone", 5, zone(nil, nil, nil, nil, nil)}, {"level as text", 5, zone("vn-2026", "1", "3", 0, 1)}, {"zone code as number", 5, zone("vn-2026", 1, 3, 0, 1)},
		{"zone too far", 5, zone("vn-2026", "1", 3, 0, 1<<41)}, {"unit list null", 6, nil}, {"unit list as bytes", 6, []byte("vn")}, {"rules null", 7, nil}, {"rules empty", 7, map[any]any{}},
		{"stale at once", 7, rules(0, 5, 0)}, {"stale after 1 s", 7, rules(1, 1, 0)}, {"rejected before stale", 7, rules(10, 9, 0)}, {"366 days", 7, rules(1, 366*86400, 3600)},
		{"more than 366 days", 7, rules(1, 366*86400+1, 0)}, {"stale after 2⁶²", 7, rules(1<<62, 1<<62, 0)}, {"skew -1", 7, rules(1, 1, -1)}, {"skew of an hour and more", 7, rules(1, 1, 3601)},
		{"certificates null", 8, nil}, {"a certificate is null", 8, []any{nil}}, {"a certificate is text", 8, []any{"x"}}, {"a certificate is garbage", 8, []any{[]byte("x")}},
	} {
		sign("bundle: "+c.name, plainList, changed(usual, c.k, c.v))
	}
	short := append([]byte{plain[0] + 1}, plain[1:]...)
	sign("bundle: a key twice", plainList, append(short, 1, 42))
	sign("bundle: open map", plainList, append(append([]byte{0xbf}, plain[1:]...), 0xff))
	sign("bundle: tagged", plainList, append([]byte{0xd9, 0xd9, 0xf7}, plain...))
	sign("bundle: more behind", plainList, append(bytes.Clone(plain), 0))
	sign("bundle: empty", plainList, nil)
	sign("bundle: null", plainList, []byte{0xf6})
	sign("bundle: an array", plainList, []byte{0x80})
	sign("bundle: not in the shortest form", plainList, append(append([]byte{0xb8, 8}, plain[1:]...), []byte{}...))
	sign("bundle: deep", plainList, append(short, 0x18, 99, 0x81, 0x81, 0x81, 0x81, 0x01))
	sign("bundle: nearly deep", plainList, append(short, 0x18, 99, 0x81, 0x81, 0x81, 0x01))
	sign("bundle: invalid text that nobody reads", plainList, append(short, 0x18, 99, 0x61, 0xff))
	sign("bundle: invalid text", plainList, bytes.Replace(plain, []byte("00007"), []byte("0000\xff"), 1))
	bad := func(change map[any]any) []any {
		k := key(bundleKey, UseBundle)
		maps.Copy(k, change)
		return []any{k}
	}
	point := must(bundleKey.PublicKey.Bytes())
	off := bytes.Clone(point)
	off[64] ^= 1
	for _, c := range []struct {
		name string
		k, v any
	}{
		{"a key that we do not know", 9, 1}, {"version 0", 1, 0}, {"version 2⁵³", 1, 1 << 53}, {"issued too far", 2, 1 << 41}, {"no keys", 3, nil}, {"the same key twice", 3, []any{key(bundleKey, UseBundle), key(bundleKey, UsePass)}},
		{"a key for everything", 3, bad(map[any]any{3: uint64(1<<64 - 1)})}, {"a key for passes", 3, bad(map[any]any{3: UsePass})}, {"use -1", 3, bad(map[any]any{3: -1})}, {"identifier of another", 3, bad(map[any]any{1: []byte("12345678")})},
		{"no identifier", 3, bad(map[any]any{1: nil})}, {"point beside the curve", 3, bad(map[any]any{2: off})}, {"compressed point", 3, bad(map[any]any{2: append([]byte{2}, point[1:33]...)})}, {"no point", 3, bad(map[any]any{2: nil})},
		{"point of 66 bytes", 3, bad(map[any]any{2: append(bytes.Clone(point), 0)})}, {"ends before it begins", 3, bad(map[any]any{4: 10, 5: 9})}, {"begins too far", 3, bad(map[any]any{4: -1 << 41})}, {"a key is null", 3, []any{nil}},
	} {
		sign("keys: "+c.name, changed(list, c.k, c.v), plain)
	}
}

func lists(n int) (out []any) {
	for i := range n {
		out = append(out, NewStatusList(int64(i), 8).pack())
	}
	return out
}

// byteKey is written as a byte string, as a key of a map.
type byteKey string

func (k byteKey) MarshalCBOR() ([]byte, error) { return appendBytes(nil, []byte(k)), nil }
