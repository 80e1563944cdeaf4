package web

import (
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"anlo"
	"anlo/credential"
)

// readings are codes and bundles for the scanner in the browser, with what is to
// be said of each; see corpus in package credential, whose file this reads.
type readings struct {
	Root    []byte          `json:"root"`
	Bundles []readingBundle `json:"bundles"`
	Newer   []struct {
		Bundle int    `json:"bundle"`
		Than   int    `json:"than"`
		Error  string `json:"error"`
	} `json:"newer"`
	Cases []readingCase `json:"cases"`
}

type readingBundle struct {
	Name  string `json:"name"`
	Data  []byte `json:"data"`
	At    int64  `json:"at"`
	Error string `json:"error"`
}

type readingCase struct {
	Name   string     `json:"name"`
	Bundle int        `json:"bundle"`
	Code   string     `json:"code"`
	At     int64      `json:"at"`
	Want   judgedCode `json:"want"`
}

type judgedCode struct {
	Kind    anlo.ScanKind `json:"kind"`
	Outcome anlo.Outcome  `json:"outcome"`
	Reasons []anlo.Reason `json:"reasons"`
	Bearer  *struct {
		Travellers []struct {
			Name      string `json:"name"`
			BirthYear int    `json:"birthYear"`
			Tag       uint32 `json:"tag"`
		} `json:"travellers"`
		Commune   string           `json:"commune"`
		Purpose   anlo.TripPurpose `json:"purpose"`
		Plate     string           `json:"plate"`
		Party     int              `json:"party"`
		IssuedAt  int64            `json:"issuedAt"`
		ExpiresAt int64            `json:"expiresAt"`
	} `json:"bearer"`
	Pass string `json:"pass"`
	CTI  string `json:"cti"`
}

const readScript = `(async (dir, c) => {
	const { openBundle, newer } = await import(dir + "bundle.js");
	const bytes = (text) => Uint8Array.from(atob(text ?? ""), (b) => b.charCodeAt(0));
	const said = (error) => error.message;
	const root = bytes(c.root);
	const bundles = [], errors = [], replaced = [], cases = [];
	for (const b of c.bundles) {
		const opened = await openBundle(bytes(b.data), root, b.at).catch(said);
		bundles.push(opened);
		errors.push(typeof opened === "string" ? opened : "");
	}
	for (const n of c.newer ?? []) {
		try { newer(bundles[n.bundle], bundles[n.than]); replaced.push("") } catch (error) { replaced.push(said(error)) }
	}
	for (const k of c.cases ?? []) {
		const r = await bundles[k.bundle].judge(k.code, k.at);
		cases.push({ ...r, cti: [...r.cti ?? []].map((b) => b.toString(16).padStart(2, "0")).join("") });
	}
	return JSON.stringify({ errors, replaced, cases });
})(%s, %s)`

// readsAlike has the browser judge all and compares every field.
func (b *browser) readsAlike(r readings) {
	b.t.Helper()
	var got struct {
		Errors, Replaced []string
		Cases            []judgedCode
	}
	data, err := json.Marshal(r)
	if err != nil {
		b.t.Fatal(err)
	}
	said := b.do(readScript, b.site.assetPath("js/scan/"), json.RawMessage(data))
	if err := json.Unmarshal([]byte(said), &got); err != nil {
		b.t.Fatal(err)
	}
	if len(got.Errors) != len(r.Bundles) || len(got.Cases) != len(r.Cases) || len(got.Replaced) != len(r.Newer) {
		b.t.Fatalf("%d bundles and %d codes were judged, not %d and %d", len(got.Errors), len(got.Cases), len(r.Bundles), len(r.Cases))
	}
	for i, want := range r.Bundles {
		if got.Errors[i] != want.Error {
			b.t.Errorf("bundle %s: %q, want %q\n%s", want.Name, got.Errors[i], want.Error, short(want.Data))
		}
	}
	for i, want := range r.Newer {
		if got.Replaced[i] != want.Error {
			b.t.Errorf("%s instead of %s: %q, want %q", r.Bundles[want.Bundle].Name, r.Bundles[want.Than].Name, got.Replaced[i], want.Error)
		}
	}
	for i, want := range r.Cases {
		if !reflect.DeepEqual(got.Cases[i], want.Want) {
			g, _ := json.Marshal(got.Cases[i])
			w, _ := json.Marshal(want.Want)
			b.t.Errorf("%s: %.400q\n got %s\nwant %s", want.Name, want.Code, g, w)
		}
	}
}

func short(data []byte) string {
	if len(data) > 2000 {
		return "…"
	}
	return hex.EncodeToString(data)
}

// judgeHere says what the server makes of a code.
func judgeHere(b *credential.Bundle, code string, at time.Time) (r judgedCode) {
	v, p := b.Judge(code, at)
	said := map[string]any{"kind": anlo.ReadOther, "outcome": v.Outcome, "reasons": v.Reasons, "pass": "", "cti": ""}
	switch {
	case p != nil:
		said["kind"], said["pass"], said["cti"] = anlo.ReadPass, p.ID().String(), hex.EncodeToString(p.CTI[:])
	case credential.IsHCERT(code):
		said["kind"] = anlo.ReadCertificate
	}
	if v.Reasons == nil {
		said["reasons"] = []anlo.Reason{}
	}
	if w := v.Bearer; w != nil {
		named := []map[string]any{}
		for _, n := range w.Travellers {
			named = append(named, map[string]any{"name": n.Name, "birthYear": n.BirthYear, "tag": n.Tag})
		}
		said["bearer"] = map[string]any{"travellers": named, "commune": w.Commune, "purpose": w.Purpose, "plate": w.Plate, "party": w.Party,
			"issuedAt": w.IssuedAt.UnixMilli(), "expiresAt": w.ExpiresAt.UnixMilli()}
	}
	data, _ := json.Marshal(said)
	json.Unmarshal(data, &r)
	return r
}

// open adds a bundle and what the server says when it opens it.
func (r *readings) open(name string, data []byte, root *ecdsa.PublicKey, at time.Time) *credential.Bundle {
	b, err := credential.OpenBundle(data, root, at)
	var e *anlo.Error
	errors.As(err, &e)
	code := ""
	if e != nil {
		code = e.Code
	}
	r.Bundles = append(r.Bundles, readingBundle{name, data, at.UnixMilli(), code})
	return b
}

// The scanner says of every code and bundle of the corpus what the server says.
func TestScannerJudgesAlike(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../credential/testdata/corpus.json")
	if err != nil {
		t.Fatal(err)
	}
	var r readings
	if err := json.Unmarshal(data, &r); err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, newSite(t, Options{}))
	b.get("/declare")
	b.readsAlike(r)
}

// Identity cards are recognised, never taken for a pass, and compared with one.
func TestScannerReadsCards(t *testing.T) {
	t.Parallel()
	a, f := newForge(t), readings{}
	f.Root = a.spki
	bundle := f.open("good", a.bundle, &a.root.PublicKey, forgedAt)
	card := readingCase{Name: "card", Code: cardText, At: forgedAt.UnixMilli()}
	card.Want = judgedCode{Kind: anlo.ReadCard, Outcome: anlo.Look, Reasons: []anlo.Reason{anlo.ReasonNotChecked}}
	almost := readingCase{Name: "no card", Code: cardText[1:], At: forgedAt.UnixMilli(), Want: judgeHere(bundle, cardText[1:], forgedAt)}
	f.Cases = []readingCase{card, almost}
	b := newBrowser(t, newSite(t, Options{}))
	b.get("/declare")
	b.readsAlike(f)

	pass := a.pass()
	pass.Travellers = []anlo.Named{{Name: "Lê An", BirthYear: 2020, Tag: 0}}
	for _, number := range []string{"001090123456", "012345678", "N1234567"} {
		d := anlo.Document{Kind: anlo.CCCD, Number: number, Country: "VN"}
		pass.Travellers = append(pass.Travellers, anlo.Named{Name: "An", BirthYear: 1990, Tag: credential.IDTag(pass.CTI, d)})
	}
	code, err := a.signer.Sign(pass)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ code, card, want string }{
		{code, `{"number":"001090123456","oldNumber":""}`, "agrees 1"},
		{code, `{"number":"001090123456"}`, "agrees 1"},
		{code, `{"number":"099999999999","oldNumber":"012345678"}`, "agrees 2"},
		{code, `{"number":"N1234567","oldNumber":""}`, "agrees 3"},
		{code, `{"number":"001090123457","oldNumber":"012345679"}`, "differs -1"},
		{"AL1:", `{"number":"001090123456"}`, " -1"},
	} {
		got := b.do(`(async (dir, root, bundle, code, card) => {
			const { openBundle } = await import(dir + "bundle.js"), { compare } = await import(dir + "tag.js");
			const bytes = (text) => Uint8Array.from(atob(text), (b) => b.charCodeAt(0));
			const opened = await openBundle(bytes(bundle), bytes(root), %s);
			const { compared, traveller } = await compare(await opened.judge(code, %s), JSON.parse(card));
			return compared + " " + traveller;
		})(%s, %s, %s, %s, %s)`, forgedMS, forgedMS, b.site.assetPath("js/scan/"), a.spki, a.bundle, c.code, c.card)
		if got != c.want {
			t.Errorf("%.20s and %s: %q, want %q", c.code, c.card, got, c.want)
		}
	}
}

// What the judgement needs may be missing or broken: the answer is still stop.
func TestScannerNeverLetsThroughByAccident(t *testing.T) {
	t.Parallel()
	a := newForge(t)
	code, err := a.signer.Sign(a.pass())
	if err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, newSite(t, Options{}))
	b.get("/declare")
	got := b.do(`(async (dir, root, bundle, code) => {
		const { openBundle } = await import(dir + "bundle.js"), { judge } = await import(dir + "judge.js");
		const bytes = (text) => Uint8Array.from(atob(text), (b) => b.charCodeAt(0));
		const out = [(await openBundle(new Uint8Array((4 << 20) + 1), bytes(root), 0).catch((e) => e.message))];
		const opened = await openBundle(bytes(bundle), bytes(root), %s);
		const say = async (b, text, at) => { const r = await judge(b, text, at); out.push(r.outcome + " " + r.reasons) };
		await say(opened, code, %s);
		await say(null, code, 0);
		await say({ ...opened, keys: null }, code, 0);
		for (const text of [null, undefined, 1, {}, "\ud800", " ".repeat(1e6) + "x", "x" + " ".repeat(1e6) + "x"]) await say(opened, text, 0);
		crypto.subtle.verify = () => { throw new Error() };
		await say(opened, code, %s);
		return out.join("\n");
	})(%s, %s, %s, %s)`, forgedMS, forgedMS, forgedMS, b.site.assetPath("js/scan/"), a.spki, a.bundle, code)
	want := "bundle.malformed\ngo "
	for range 10 {
		want += "\nstop unreadable"
	}
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// The member states' certificates mean the same to both; see credential/dgc_test.go.
func TestScannerReadsMemberStates(t *testing.T) {
	t.Parallel()
	root := os.Getenv("DGC_TESTDATA")
	if root == "" {
		root = "../../shared/vectors/dgc"
	}
	if _, err := os.Stat(root); err != nil {
		t.Skipf("NOT TESTED against the vectors of others: %s is missing", root)
	}
	type vector struct {
		name, code string
		at         time.Time
	}
	var vectors []vector
	content := &credential.Bundle{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var v struct {
			Prefix  string
			Context struct {
				Certificate string
				Clock       time.Time `json:"VALIDATIONCLOCK"`
			} `json:"TESTCTX"`
		}
		if json.Unmarshal(data, &v); v.Prefix == "" {
			return nil // a schema
		}
		der, _ := base64.StdEncoding.DecodeString(v.Context.Certificate)
		content.DCC = append(content.DCC, der)
		vectors = append(vectors, vector{path, v.Prefix, v.Context.Clock})
		return nil
	})
	if err != nil || len(vectors) < 150 {
		t.Fatal(len(vectors), err)
	}
	a, r := newForge(t), readings{}
	r.Root = a.spki
	bundle := r.open("states", a.sign(content), &a.root.PublicKey, forgedAt)
	outcomes := map[anlo.Outcome]int{}
	for _, v := range vectors {
		for _, at := range []time.Time{v.at, forgedAt, time.Date(2021, 7, 1, 0, 0, 0, 0, time.UTC)} {
			r.Cases = append(r.Cases, readingCase{v.name, 0, v.code, at.UnixMilli(), judgeHere(bundle, v.code, at)})
			outcomes[r.Cases[len(r.Cases)-1].Want.Outcome]++
		}
	}
	if outcomes[anlo.Look] < 100 || outcomes[anlo.Stop] < 100 {
		t.Errorf("outcomes are %v", outcomes)
	}
	t.Logf("%d vectors, %v", len(vectors), outcomes)
	b := newBrowser(t, newSite(t, Options{}))
	b.get("/declare")
	b.readsAlike(r)
}
