package identity_test

import (
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"anlo/identity"
	"anlo/simulate"
)

func TestZZ(t *testing.T) {
	n := 200000
	if os.Getenv("ZN") != "" {
		fmt.Sscan(os.Getenv("ZN"), &n)
	}
	seed := uint64(9)
	communes := towns(n)
	reg := identity.NewSample(registered(simulate.Population(seed, n, communes)))
	miss := map[string]int{}
	ex := map[string]string{}
	for tr := range trials(simulate.Declarations(seed, n, communes)) {
		m, _ := reg.Match(t.Context(), tr.Claim)
		if m.Grade.Confirmed() && m.Register.Number != tr.Truth {
			fmt.Println("WRONG", tr.Errors, m.Grade, m.Reasons, tr.Claim.Document.Number, tr.Claim.FullName, tr.Claim.BirthDate.String(), "->", m.Register.Number, m.Register.FullName, m.Register.BirthDate.String(), tr.Truth)
		}
		if tr.Truth == "" || m.Grade.Confirmed() {
			continue
		}
		var e []string
		for _, x := range tr.Errors {
			if x != "name.case" && x != "address" && x != "name.tone-place" {
				e = append(e, x)
			}
		}
		k := strings.Join(e, "+")
		miss[k]++
		ex[k] = fmt.Sprint(m.Grade, m.Reasons, tr.Claim.Document.Number, tr.Claim.FullName, tr.Claim.BirthDate.String(), " T:", tr.Truth)
	}
	var ks []string
	for k := range miss {
		ks = append(ks, k)
	}
	sort.Slice(ks, func(i, j int) bool { return miss[ks[i]] > miss[ks[j]] })
	for _, k := range ks[:min(60, len(ks))] {
		fmt.Println(miss[k], k, ex[k])
	}
}
