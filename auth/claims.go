package auth

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"anlo"
)

// ClaimRule gives a role to everybody of whom the provider says one thing.
type ClaimRule struct {
	Claim     string    `json:"claim"`                // "groups"
	Value     string    `json:"value"`                // "ca-xa": the claim, or one of its values
	Role      anlo.Role `json:"role"`                 // "commune-officer"
	AreaClaim string    `json:"area_claim,omitempty"` // where: the claim that holds the code of a unit, or several
}

// claims is what a provider says about somebody.
type claims map[string]any

func readClaims(text []byte) (claims, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber() // a code of digits that came as a number
	var c claims
	return c, d.Decode(&c)
}

// texts returns the values of a claim, whether it holds one or a list.
func (c claims) texts(name string) []string {
	values, many := c[name].([]any)
	if !many {
		values = []any{c[name]}
	}
	var out []string
	for _, v := range values {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case json.Number:
			out = append(out, v.String())
		}
	}
	return out
}

func (c claims) text(name string) string {
	for _, t := range c.texts(name) {
		return strings.TrimSpace(t)
	}
	return ""
}

// grants returns what the rules make of the claims, each grant once. list is
// the list of units that a bare code belongs to. Whether a grant is possible
// (the unit exists, the role fits it) is for its Check to say.
func (c claims) grants(rules []ClaimRule, list string) []anlo.Grant {
	var out []anlo.Grant
	add := func(g anlo.Grant) {
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	for _, r := range rules {
		if !slices.Contains(c.texts(r.Claim), r.Value) {
			continue
		}
		if r.AreaClaim == "" {
			add(anlo.Grant{Role: r.Role})
			continue
		}
		for _, code := range c.texts(r.AreaClaim) {
			if code = strings.TrimSpace(code); code != "" {
				add(anlo.Grant{Role: r.Role, Area: anlo.UnitRef{List: list, Code: code}})
			}
		}
	}
	return out
}

// named lists the claims that the rules look at.
func named(rules []ClaimRule) []string {
	var names []string
	for _, r := range rules {
		names = append(names, r.Claim)
		if r.AreaClaim != "" {
			names = append(names, r.AreaClaim)
		}
	}
	return names
}

// factors sorts the methods of RFC 8176 by what they prove: something known,
// something held, something one is.
var factors = map[string]int{
	"pwd": 1, "pin": 1, "kba": 1,
	"otp": 2, "hwk": 2, "swk": 2, "sc": 2, "pop": 2, "sms": 2, "tel": 2,
	"face": 3, "fpt": 3, "iris": 3, "retina": 3, "vbm": 3,
}

// strong are the contexts (acr) that always mean more than one factor.
var strong = []string{"phr", "phrh", "https://refeds.org/profile/mfa", "http://schemas.openid.net/pape/policies/2007/06/multi-factor"}

// multiFactor reports whether the provider asked for more than one factor.
func (c claims) multiFactor() bool {
	if slices.Contains(strong, c.text("acr")) {
		return true
	}
	seen := 0
	for _, method := range c.texts("amr") {
		if method == "mfa" {
			return true
		}
		kind := factors[method]
		if kind != 0 && seen != 0 && kind != seen {
			return true
		}
		if kind != 0 {
			seen = kind
		}
	}
	return false
}
