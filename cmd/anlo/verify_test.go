package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A certificate of a member state's own test data, as text, as a picture and
// from standard input, at moments before, during and after its validity.
func TestVerifyCertificate(t *testing.T) {
	data, err := os.ReadFile("../../../shared/vectors/dgc/AT/2DCode/raw/1.json")
	if err != nil {
		t.Skip("NOT TESTED: the EU test data is not beside this checkout (../shared/vectors/dgc)")
	}
	var vector struct {
		Prefix  string                       `json:"PREFIX"`
		Picture []byte                       `json:"2DCODE"`
		Context struct{ Certificate string } `json:"TESTCTX"`
	}
	if err := json.Unmarshal(data, &vector); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	der, err := base64.StdEncoding.DecodeString(vector.Context.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	trust, picture := filepath.Join(dir, "trust.pem"), filepath.Join(dir, "code.png")
	if err := writePEM(trust, "CERTIFICATE", der, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(picture, vector.Picture, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		code, stdin, at string
		exit            int
		reason          string
	}{
		"text":             {vector.Prefix, "", "2021-06-01T00:00:00Z", exitOK, ""},
		"picture":          {picture, "", "2021-06-01T00:00:00Z", exitOK, ""},
		"standard input":   {"-", vector.Prefix + "\n", "2021-06-01T00:00:00Z", exitOK, ""},
		"too early":        {vector.Prefix, "", "2021-05-01T00:00:00Z", exitRefused, "hcert.not-yet-valid"},
		"too late":         {vector.Prefix, "", "2022-06-01T00:00:00Z", exitRefused, "hcert.expired"},
		"one letter wrong": {strings.Replace(vector.Prefix, "A", "B", 1), "", "2021-06-01T00:00:00Z", exitRefused, ""}, // the reason depends on the letter
	} {
		var out, errs bytes.Buffer
		exit := run(t.Context(), []string{"verify", "--trust", trust, "--at", c.at, c.code}, std{strings.NewReader(c.stdin), &out, &errs})
		var v verified
		if err := json.Unmarshal(out.Bytes(), &v); err != nil {
			t.Fatalf("%s: %v: %s%s", name, err, &out, &errs)
		}
		reason := strings.Join(v.Reasons, " ")
		if exit != c.exit || v.Valid != (c.exit == exitOK) || c.reason != "" && reason != c.reason {
			t.Errorf("%s: exit %d, %v, %q; want %d, %q", name, exit, v.Valid, reason, c.exit, c.reason)
		}
		if v.Valid && (v.HCERT.Kind != "vaccination" || v.HCERT.Alg != "ES256" || v.HCERT.Content["dob"] != "1998-02-26") {
			t.Errorf("%s: %+v", name, v.HCERT)
		}
	}
}
