package credential

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"anlo"
)

// corpus is testdata/corpus.json: several hundred codes and bundles with what is
// to be said of each, every reason and both sides of every boundary. This package
// and the scanner in the browser (web/scan_judge_test.go) are held to it alike.
// Times are milliseconds since 1970.
type corpus struct {
	Root    []byte         `json:"root"` // SubjectPublicKeyInfo
	Bundles []corpusBundle `json:"bundles"`
	Newer   []corpusNewer  `json:"newer"`
	Cases   []corpusCase   `json:"cases"`
}

type corpusBundle struct {
	Name  string `json:"name"`
	Data  []byte `json:"data"`
	At    int64  `json:"at"`
	Error string `json:"error"` // empty when it opens
}

// corpusNewer says what is said when one bundle is to replace another.
type corpusNewer struct {
	Bundle int    `json:"bundle"` // place in Bundles
	Than   int    `json:"than"`
	Error  string `json:"error"`
}

type corpusCase struct {
	Name   string        `json:"name"`
	Bundle int           `json:"bundle"`
	Code   string        `json:"code"`
	At     int64         `json:"at"`
	Want   corpusReading `json:"want"`
}

// corpusReading is Reading of web/assets/js/scan/types.d.ts.
type corpusReading struct {
	Kind    anlo.ScanKind `json:"kind"`
	Outcome anlo.Outcome  `json:"outcome"`
	Reasons []anlo.Reason `json:"reasons"`
	Bearer  *corpusBearer `json:"bearer"`
	Pass    string        `json:"pass"`
	CTI     string        `json:"cti"`
}

type corpusBearer struct {
	Travellers []corpusNamed    `json:"travellers"`
	Commune    string           `json:"commune"`
	Purpose    anlo.TripPurpose `json:"purpose"`
	Plate      string           `json:"plate"`
	Party      int              `json:"party"`
	IssuedAt   int64            `json:"issuedAt"`
	ExpiresAt  int64            `json:"expiresAt"`
}

type corpusNamed struct {
	Name      string `json:"name"`
	BirthYear int    `json:"birthYear"`
	Tag       uint32 `json:"tag"`
}

// read is what the scanner makes of a code.
func (b *Bundle) read(code string, at time.Time) corpusReading {
	v, p := b.Judge(code, at)
	r := corpusReading{Kind: anlo.ReadOther, Outcome: v.Outcome, Reasons: append([]anlo.Reason{}, v.Reasons...)}
	switch {
	case p != nil:
		r.Kind, r.Pass, r.CTI = anlo.ReadPass, p.ID().String(), hex.EncodeToString(p.CTI[:])
	case IsHCERT(code):
		r.Kind = anlo.ReadCertificate
	}
	if v.Bearer != nil {
		w := v.Bearer
		r.Bearer = &corpusBearer{nil, w.Commune, w.Purpose, w.Plate, w.Party, w.IssuedAt.UnixMilli(), w.ExpiresAt.UnixMilli()}
		for _, n := range w.Travellers {
			r.Bearer.Travellers = append(r.Bearer.Travellers, corpusNamed(n))
		}
	}
	return r
}

func codeOf(err error) string {
	var e *anlo.Error
	errors.As(err, &e)
	if e == nil {
		return ""
	}
	return e.Code
}

func TestCorpus(t *testing.T) {
	file := filepath.Join("testdata", "corpus.json")
	if *update {
		data, err := json.MarshalIndent(makeCorpus(t), "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, append(data, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var c corpus
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParsePKIXPublicKey(c.Root)
	if err != nil {
		t.Fatal(err)
	}
	bundles, failures := make([]*Bundle, len(c.Bundles)), map[string]int{}
	for i, b := range c.Bundles {
		bundles[i], err = OpenBundle(b.Data, root.(*ecdsa.PublicKey), time.UnixMilli(b.At))
		if codeOf(err) != b.Error || (err == nil) != (b.Error == "") {
			t.Errorf("bundle %s: %v, want %q", b.Name, err, b.Error)
		}
		failures[b.Error]++
	}
	for _, n := range c.Newer {
		err := bundles[n.Bundle].Newer(bundles[n.Than])
		if codeOf(err) != n.Error {
			t.Errorf("%s instead of %s: %v, want %q", c.Bundles[n.Bundle].Name, c.Bundles[n.Than].Name, err, n.Error)
		}
		failures[n.Error]++
	}
	reasons := map[anlo.Reason]int{}
	for _, k := range c.Cases {
		got, want := must(json.Marshal(bundles[k.Bundle].read(k.Code, time.UnixMilli(k.At)))), must(json.Marshal(k.Want))
		if !bytes.Equal(got, want) {
			t.Errorf("%s\n%s, want\n%s", k.Name, got, want)
		}
		for _, r := range k.Want.Reasons {
			reasons[r]++
		}
	}
	for _, r := range []anlo.Reason{anlo.ReasonUnreadable, anlo.ReasonForged, anlo.ReasonKeyUnknown, anlo.ReasonExpired, anlo.ReasonNotYetValid,
		anlo.ReasonRevoked, anlo.ReasonIdentity, anlo.ReasonZone, anlo.ReasonBundleStale, anlo.ReasonNotPass} {
		if reasons[r] < 3 {
			t.Errorf("%s comes %d times", r, reasons[r])
		}
	}
	for _, e := range []*anlo.Error{ErrMalformed, ErrNotRoot, ErrNotSigned, ErrOlder, ErrFuture} {
		if failures[e.Code] == 0 {
			t.Errorf("no bundle is %s", e.Code)
		}
	}
	if len(c.Cases) < 600 {
		t.Errorf("only %d cases", len(c.Cases))
	}
	t.Logf("%d cases, %d bundles; %v %v", len(c.Cases), len(c.Bundles), reasons, failures)
}
