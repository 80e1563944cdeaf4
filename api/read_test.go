package api

import (
	"bytes"
	"image/png"
	"net/url"
	"strings"
	"testing"
)

func TestPassesAreDrawn(t *testing.T) {
	d := newDoor(t)
	r := d.declare(func(b, _ object) {
		b["travellers"] = append(b["travellers"].([]any), personWith("001090123457", "Trần Thị Bình"))
	})
	for _, p := range append(r.Passes, *r.PartyPass) {
		path := "/api/v1/passes/" + p.ID.String()
		if res := d.do("GET", path+"/qr.svg", "", bearerOf(r)...).want(200); !bytes.Contains(res.body, []byte("<svg")) {
			t.Errorf("not SVG: %.80s", res.body)
		}
		res := d.do("GET", path+"/pass.pdf", "", append(bearerOf(r), "Accept-Language", "en")...).want(200)
		if !bytes.HasPrefix(res.body, []byte("%PDF-")) || res.header.Get("Content-Language") != "en" || res.header.Get("Cache-Control") != "no-store" {
			t.Errorf("not a private English PDF: %v %.20q", res.header, res.body)
		}
		width := func(query string) int {
			res := d.do("GET", path+"/qr.png"+query, "", bearerOf(r)...).want(200)
			config, err := png.DecodeConfig(bytes.NewReader(res.body))
			if err != nil {
				t.Fatal(err)
			}
			return config.Width
		}
		if one, eight, twenty := width("?scale=1"), width(""), width("?scale=20"); eight != 8*one || twenty != 20*one {
			t.Errorf("widths %d, %d, %d pixels", one, eight, twenty)
		}
	}
	for _, scale := range []string{"0", "21", "-1", "1e9", "big", "99999999999999999999"} {
		p := d.do("GET", "/api/v1/passes/"+r.Passes[0].ID.String()+"/qr.png?scale="+scale, "", bearerOf(r)...).want(422).problem()
		if len(p.Errors) != 1 || p.Errors[0].Field != "query.scale" || p.Errors[0].Code != "value" {
			t.Errorf("scale %s: %+v", scale, p)
		}
	}
}

func TestVerdicts(t *testing.T) {
	d := newDoor(t)
	device := []string{"Authorization", "Bearer " + d.device(), "Accept-Language", "en"}
	r := d.declare(nil)
	qr := r.Passes[0].QR
	judge := func(body string, lang string) (v verdict) {
		t.Helper()
		d.do("POST", "/api/v1/verdicts", body, device[0], device[1], "Accept-Language", lang).want(200).into(&v)
		if len(v.Reasons) != len(v.ReasonTexts) {
			t.Errorf("reasons %q with texts %q", v.Reasons, v.ReasonTexts)
		}
		return v
	}
	quote := func(qr string) string { return `{"qr":"` + strings.ReplaceAll(qr, `"`, `\"`) + `"}` }

	v := judge(quote(qr), "vi")
	if v.Verdict == "stop" || v.Checkpoint == "" || v.Bearer == nil || v.Bearer.Party != 1 || v.Bearer.Travellers[0].BirthYear != 1990 ||
		v.Bearer.Commune.Code != "00004" || !strings.Contains(v.Bearer.Commune.Name, "Phường Ba Đình") {
		t.Errorf("a good pass: %+v", v)
	}
	altered := []byte(qr)
	altered[len(altered)/2] ^= 1
	for name, qr := range map[string]string{
		"truncated":                 qr[:len(qr)-9],
		"altered":                   string(altered),
		"a certificate's prefix":    "HC1" + qr[3:],
		"nothing of ours":           "https://example.vn/",
		"an identity card":          "001090123456|012345678|Nguyễn Văn A|01011990|Nam|Hà Nội|15042021",
		"the longest QR code":       strings.Repeat("A", 4296),
		"characters of another map": "AL1:\u0000đ",
	} {
		texts := map[string]string{}
		for _, lang := range []string{"vi", "en"} {
			v := judge(quote(strings.ReplaceAll(qr, "\x00", `\u0000`)), lang)
			if v.Verdict != "stop" || len(v.Reasons) == 0 || v.ReasonTexts[0] == v.Reasons[0] {
				t.Errorf("%s: %+v", name, v)
				continue
			}
			texts[lang] = v.ReasonTexts[0]
		}
		if texts["vi"] == texts["en"] {
			t.Errorf("%s: both languages say %q", name, texts["vi"])
		}
	}
	d.do("DELETE", "/api/v1/declarations/"+r.DeclarationID.String(), "", bearerOf(r)...).want(204)
	if v := judge(quote(qr), "en"); v.Verdict != "stop" || v.Reasons[0] != "revoked" {
		t.Errorf("a cancelled pass: %+v", v)
	}

	for body, fields := range map[string]string{
		`{}`:                         "qr required",
		`{"qr":""}`:                  "qr required",
		`{"qr":"x","at":"today"}`:    "at datetime.malformed",
		`{"at":"today"}`:             "qr required, at datetime.malformed",
		`{"qr":"x","checkpoint":""}`: "checkpoint unknown-field",
	} {
		var got []string
		for _, f := range d.do("POST", "/api/v1/verdicts", body, device...).want(422).problem().Errors {
			got = append(got, f.Field+" "+f.Code)
		}
		if strings.Join(got, ", ") != fields {
			t.Errorf("%s: %q, want %q", body, got, fields)
		}
	}
	d.do("POST", "/api/v1/verdicts", quote(strings.Repeat("A", 4<<20)), device...).want(413)
}

func TestBundleAndUnitsMayBeKept(t *testing.T) {
	d := newDoor(t)
	for _, path := range []string{"/api/v1/bundle", "/api/v1/units", "/api/v1/units?parent=01", "/api/v1/units/search?q=ba", "/api/openapi.json"} {
		res := d.do("GET", path, "").want(200)
		etag := res.header.Get("ETag")
		if !strings.HasPrefix(etag, `"`) || !strings.HasPrefix(res.header.Get("Cache-Control"), "public, max-age=") || len(res.body) == 0 {
			t.Errorf("%s: ETag %s, Cache-Control %s", path, etag, res.header.Get("Cache-Control"))
		}
		for _, match := range []string{etag, "W/" + etag, `"other", ` + etag, "*"} {
			if again := d.do("GET", path, "", "If-None-Match", match).want(304); len(again.body) > 0 || again.header.Get("ETag") != etag {
				t.Errorf("%s with If-None-Match %s: %d bytes", path, match, len(again.body))
			}
		}
		d.do("GET", path, "", "If-None-Match", `"other"`).want(200)
		d.do("HEAD", path, "").want(200)
	}
	if got := d.do("GET", "/api/v1/bundle", "").header.Get("Content-Type"); got != "application/cose" {
		t.Errorf("a bundle of %s", got)
	}
}

func TestUnits(t *testing.T) {
	d := newDoor(t)
	get := func(path string) (l unitList) {
		t.Helper()
		d.do("GET", path, "").want(200).into(&l)
		return l
	}
	provinces := get("/api/v1/units")
	if provinces.List != d.app.UnitList || len(provinces.Units) != 34 || provinces.Units[0].Level != 1 {
		t.Errorf("%d units of %s", len(provinces.Units), provinces.List)
	}
	total := 0
	for _, p := range provinces.Units {
		for _, c := range get("/api/v1/units?parent=" + p.Code).Units {
			if c.Parent != p.Code || c.Level != 2 || !strings.HasSuffix(c.FullName, p.Name) {
				t.Errorf("in %s: %+v", p.Name, c)
			}
			total++
		}
	}
	if total != 3321 {
		t.Errorf("%d communes, want 3,321 (Decision 19/2025/QĐ-TTg)", total)
	}
	for _, q := range []string{"Phường Ba Đình", "phuong ba dinh", "BA ĐÌNH"} {
		if l := get("/api/v1/units/search?limit=5&q=" + url.QueryEscape(q)); len(l.Units) == 0 || len(l.Units) > 5 || l.Units[0].Code != "00004" {
			t.Errorf("%s: %+v", q, l)
		}
	}
	for path, want := range map[string]string{
		"/api/v1/units?list=xx":                 "404 units.unknown-list",
		"/api/v1/units/search?q=a&list=xx":      "404 units.unknown-list",
		"/api/v1/units?parent=xx":               "404 units.unknown",
		"/api/v1/units?parnet=01":               "422 query.parnet unknown-field",
		"/api/v1/units/search":                  "422 query.q required",
		"/api/v1/units/search?q=a&limit=0":      "422 query.limit value",
		"/api/v1/units/search?q=a&limit=51":     "422 query.limit value",
		"/api/v1/units/search?q=a&limit=plenty": "422 query.limit value",
	} {
		res := d.do("GET", path, "")
		p := res.problem()
		got := "404 " + p.Code
		if res.status == 422 && len(p.Errors) == 1 {
			got = "422 " + p.Errors[0].Field + " " + p.Errors[0].Code
		}
		if got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}
