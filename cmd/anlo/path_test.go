package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// demo is what `anlo demo` leaves for whoever drives it.
type demo struct {
	*server
	demoFile
	dir string
}

func startDemo(t *testing.T, dir string) demo {
	t.Helper()
	d := demo{server: startServer(t, "demo", "--listen", "127.0.0.1:0", "--data", dir, "--people", "300"), dir: dir}
	text, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d.demoFile); err != nil {
		t.Fatal(err)
	}
	return d
}

// body is a declaration of the n-th person of the demonstration.
func (d demo) body(t *testing.T, n ...int) string {
	t.Helper()
	var travellers []any
	for _, i := range n {
		p := d.People[i]
		travellers = append(travellers, map[string]any{
			"id_number": p.IDNumber, "full_name": p.FullName, "date_of_birth": p.DateOfBirth, "sex": p.Sex, "phone": "0912345678",
			"residence": map[string]any{"permanent": map[string]any{"commune": p.Commune, "address": p.Address}},
			"health":    map[string]any{"symptoms": []string{}, "contact_with_case": false},
		})
	}
	text, err := json.Marshal(map[string]any{"travellers": travellers, "trip": map[string]any{
		"origin": map[string]any{"commune": d.People[n[0]].Commune}, "destination": map[string]any{"commune": "00008"},
		"departs_at": time.Now().Format(time.RFC3339), "vehicle": map[string]any{"kind": "car", "plate": "29A-123.45"}, "reason": "work",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// must calls and insists on a status.
func (d demo) must(t *testing.T, want int, method, path, token, body string) []byte {
	t.Helper()
	status, got, err := d.call(method, path, token, body)
	if err != nil || status != want {
		t.Fatalf("%s %s: %d, want %d: %s %v", method, path, status, want, got, err)
	}
	return got
}

// verify runs `anlo verify` on a fresh bundle and returns the verdict and the
// exit code.
func (d demo) verify(t *testing.T, args ...string) (verified, int) {
	t.Helper()
	bundle := filepath.Join(d.dir, "bundle.cose")
	if err := os.WriteFile(bundle, d.must(t, http.StatusOK, "GET", "/api/v1/bundle", "", ""), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := run(t.Context(), append([]string{"verify", "--bundle", bundle}, args...), std{strings.NewReader(""), &out, &errs})
	var v verified
	if err := json.Unmarshal(out.Bytes(), &v); err != nil {
		t.Fatalf("%q %q: %v", out.String(), errs.String(), err)
	}
	if errs.Len() == 0 {
		t.Error("verify says nothing to a person")
	}
	return v, code
}

// zbar reads the codes of a picture with a program that is not ours.
func zbar(t *testing.T, picture string) []string {
	t.Helper()
	out, err := exec.Command("zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", picture).Output()
	if err != nil {
		t.Fatalf("zbarimg (Debian: zbar-tools) on %s: %v", filepath.Base(picture), err)
	}
	return strings.Split(strings.TrimRight(string(out), "\n"), "\n")
}

// The whole way: declare, see the pass in every form, read it with a foreign
// reader, judge it online and offline, correct it, cancel it.
func TestWholePath(t *testing.T) {
	d := startDemo(t, t.TempDir())
	var r struct {
		ID     string `json:"declaration_id"`
		Token  string `json:"manage_token"`
		Passes []struct {
			ID, QR string
		}
		PartyPass *struct{ ID, QR string } `json:"party_pass"`
	}
	if err := json.Unmarshal(d.must(t, http.StatusCreated, "POST", "/api/v1/declarations", "", d.body(t, 0, 1)), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Passes) != 2 || r.PartyPass == nil {
		t.Fatalf("%+v", r)
	}
	for _, p := range append(r.Passes, *r.PartyPass) {
		if v, code := d.verify(t, p.QR); code != exitOK || v.Verdict != "go" {
			t.Fatalf("a fresh pass: %+v", v)
		}
	}
	pass := r.Passes[0]
	d.readForms(t, pass.ID, pass.QR, r.Token)
	d.refusals(t, pass.QR)

	// Corrected: the old code is refused online and offline, the new one is not.
	var changed struct {
		Passes []struct{ QR string }
	}
	if err := json.Unmarshal(d.must(t, http.StatusOK, "PUT", "/api/v1/declarations/"+r.ID, r.Token, d.body(t, 0)), &changed); err != nil {
		t.Fatal(err)
	}
	fresh := changed.Passes[0].QR
	for code, want := range map[string]int{pass.QR: exitRefused, r.PartyPass.QR: exitRefused, fresh: exitOK} {
		if v, got := d.verify(t, code); got != want {
			t.Errorf("after the correction: exit %d, want %d: %+v", got, want, v)
		}
	}
	before := d.must(t, http.StatusOK, "GET", "/api/v1/bundle", "", "")
	d.must(t, http.StatusNoContent, "DELETE", "/api/v1/declarations/"+r.ID, r.Token, "")
	if v, code := d.verify(t, fresh); code != exitRefused || v.Reasons[0] != "revoked" {
		t.Errorf("after cancelling: %+v", v)
	}

	// A bundle from before the cancellation does not replace the one held.
	older, newer := filepath.Join(d.dir, "older.cose"), filepath.Join(d.dir, "bundle.cose")
	if err := os.WriteFile(older, before, 0o600); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	if code := run(t.Context(), []string{"verify", "--bundle", older, "--held", newer, fresh}, std{nil, &bytes.Buffer{}, &errs}); code == exitOK || !strings.Contains(errs.String(), "older") {
		t.Errorf("an older bundle: exit %d, %q", code, errs.String())
	}

	// Started again on the same folder it carries on.
	d.kill()
	again := startDemo(t, d.dir)
	if again.Devices[0] != d.Devices[0] || again.People[3] != d.People[3] {
		t.Error("the demonstration forgot who is who")
	}
	body, _ := json.Marshal(map[string]string{"qr": fresh})
	if got := again.must(t, http.StatusOK, "POST", "/api/v1/verdicts", again.Devices[0].Token, string(body)); !bytes.Contains(got, []byte(`"revoked"`)) {
		t.Errorf("after a restart: %s", got)
	}
}

// readForms reads the pass as PNG, SVG and PDF with zbar, and the PNG with
// `anlo verify` too.
func (d demo) readForms(t *testing.T, id, qr, token string) {
	t.Helper()
	dir := t.TempDir()
	file := func(name, form string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, d.must(t, http.StatusOK, "GET", "/api/v1/passes/"+id+"/"+form, token, ""), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	png := file("pass.png", "qr.png")
	if got := zbar(t, png); got[0] != qr {
		t.Errorf("the PNG reads %q", got)
	}
	if v, code := d.verify(t, png); code != exitOK {
		t.Errorf("the PNG: %+v", v)
	}
	pdf := file("pass.pdf", "pass.pdf")
	if out, err := exec.Command("pdftoppm", "-r", "150", "-png", pdf, filepath.Join(dir, "page")).CombinedOutput(); err != nil {
		t.Fatalf("pdftoppm (Debian: poppler-utils): %v %s", err, out)
	}
	pages, _ := filepath.Glob(filepath.Join(dir, "page*.png"))
	if len(pages) != 1 {
		t.Fatalf("the PDF has %d pages", len(pages))
	}
	if got := zbar(t, pages[0]); got[0] != qr {
		t.Errorf("the PDF reads %q", got)
	}
	if svg, err := os.ReadFile(file("pass.svg", "qr.svg")); err != nil || !bytes.Contains(svg, []byte("<svg")) {
		t.Error("the SVG is none")
	}
	d.must(t, http.StatusUnauthorized, "GET", "/api/v1/passes/"+id+"/qr.png", "", "")
}

// refusals shows that a pass is refused after its time and with any character
// changed, each with its reason.
func (d demo) refusals(t *testing.T, qr string) {
	t.Helper()
	if v, code := d.verify(t, "--at", time.Now().Add(73*time.Hour).Format(time.RFC3339), qr); code != exitRefused || v.Reasons[0] != "expired" {
		t.Errorf("after 72 hours: %+v", v)
	}
	for _, i := range []int{4, 60, 120, len(qr) - 2} {
		other := byte('7')
		if qr[i] == other {
			other = '8'
		}
		altered := qr[:i] + string(other) + qr[i+1:]
		if v, code := d.verify(t, altered); code != exitRefused || v.Pass != nil {
			t.Errorf("character %d changed: %+v", i, v)
		}
	}
	if v, code := d.verify(t, qr[:len(qr)/2]); code != exitRefused || v.Reasons[0] != "unreadable" {
		t.Errorf("truncated: %+v", v)
	}
	if v, code := d.verify(t, "HC1:"+qr[4:]); code != exitRefused {
		t.Errorf("as a certificate: %+v", v)
	}
}
