package auth

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anlo"
)

func TestClaimsBecomeGrants(t *testing.T) {
	rules := []ClaimRule{
		{Claim: "groups", Value: "ca-xa", Role: anlo.CommuneOfficer, AreaClaim: "code"},
		{Claim: "groups", Value: "ktv", Role: anlo.Auditor},
		{Claim: "title", Value: "ktv", Role: anlo.Auditor},
	}
	for text, want := range map[string]string{
		`{"groups":["x","ca-xa"],"code":"00004"}`:              "commune-officer 00004",
		`{"groups":"ca-xa","code":["00004"," 00008","00004"]}`: "commune-officer 00004, commune-officer 00008",
		`{"groups":["ca-xa"],"code":12345}`:                    "commune-officer 12345",
		`{"groups":["ca-xa"]}`:                                 "",
		`{"groups":["ca-xa"],"code":["",{}, null]}`:            "",
		`{"groups":["ktv"],"title":"ktv"}`:                     "auditor ",
		`{"groups":"ktv-2 ktv"}`:                               "",
		`{"groups":{"ktv":true}}`:                              "",
		`{"Groups":["ktv"]}`:                                   "",
		`{}`:                                                   "",
	} {
		c, err := readClaims([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, g := range c.grants(rules, "vn-2026") {
			got = append(got, string(g.Role)+" "+g.Area.Code)
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("%s gives %q, want %q", text, s, want)
		}
	}
}

func TestMultiFactor(t *testing.T) {
	for text, want := range map[string]bool{
		`{"amr":["mfa"]}`:                                  true,
		`{"amr":["pwd","otp"]}`:                            true,
		`{"amr":["face","hwk"]}`:                           true,
		`{"acr":"phr","amr":["pwd"]}`:                      true,
		`{"acr":"https://refeds.org/profile/mfa"}`:         true,
		`{"amr":["pwd"]}`:                                  false,
		`{"amr":["otp","hwk"]}`:                            false,
		`{"amr":["pwd","geo","user"]}`:                     false,
		`{"amr":"pwd otp"}`:                                false,
		`{"acr":"2"}`:                                      false,
		`{"acr":{"phr":true},"amr":{"0":"pwd","1":"otp"}}`: false,
		`{}`: false,
	} {
		c, err := readClaims([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.multiFactor(); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// Whatever a provider says, no role comes of it but those of the rules.
func FuzzClaims(f *testing.F) {
	rules := []ClaimRule{{Claim: "groups", Value: "ca-xa", Role: anlo.CommuneOfficer, AreaClaim: "code"}, {Claim: "groups", Value: "ktv", Role: anlo.Auditor}}
	for _, seed := range []string{`{"groups":["ca-xa"],"code":"00004","amr":["pwd","otp"]}`, `{"groups":[[["ktv"]]],"code":1e999}`, `null`, `[]`, `{"groups":"ktv"} {}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := readClaims(text)
		if err != nil {
			return
		}
		c.multiFactor()
		for _, g := range c.grants(rules, "vn-2026") {
			if g.Role == anlo.CommuneOfficer && (g.Area.List != "vn-2026" || g.Area.Code == "") || g.Role == anlo.Auditor && !g.Area.IsZero() {
				t.Errorf("%q gives %+v", text, g)
			}
		}
	})
}

func TestConfigurationIsChecked(t *testing.T) {
	dir := t.TempDir()
	read := func(text string) (OIDCConfig, error) {
		path := filepath.Join(dir, "oidc.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return ReadOIDC(path)
	}
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const good = `{"issuer": "https://sso.example", "client_id": "anlo", "client_secret_file": "secret", "trust_mfa": true,
		"rules": [{"claim": "groups", "value": "ca-xa", "role": "commune-officer", "area_claim": "commune_code"}]}`
	c, err := read(good)
	if err != nil {
		t.Fatal(err)
	}
	if secret, err := c.secret(); secret != "s3cret" || err != nil {
		t.Errorf("secret %q %v", secret, err)
	}
	for what, change := range map[string][2]string{
		"issuer":     {"https://sso.example", "http://sso.example"},
		"a path":     {"https://sso.example", "https://sso.example/?x=1"},
		"no issuer":  {"https://sso.example", ""},
		"client":     {`"anlo"`, `""`},
		"role":       {"commune-officer", "operator"},
		"area":       {"area_claim", "areaclaim"},
		"no area":    {`, "area_claim": "commune_code"`, ""},
		"claim":      {`"groups"`, `""`},
		"no rules":   {`"rules"`, `"label": {"vi": "x"}, "rule"`},
		"secret":     {`"secret"`, `"none"`},
		"not JSON":   {`{"issuer"`, `"issuer"`},
		"many texts": {`"}]}`, `"}]} {"issuer": "https://evil.example"}`},
	} {
		text := strings.Replace(good, change[0], change[1], 1)
		if text == good {
			t.Fatal(what)
		}
		if _, err := read(text); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
}
