package identity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anlo"
)

// osiaPerson is how the register of the tests holds a person.
func osiaPerson(r anlo.Registered) map[string]any {
	family, given, _ := strings.Cut(r.FullName, " ")
	gender := 1
	if r.Sex == anlo.Female {
		gender = 2
	}
	return map[string]any{"uin": r.Number, "firstName": given, "lastName": family, "dateOfBirth": r.BirthDate.String(), "gender": gender,
		"oldId": r.OldNumber, "permanentWardCode": r.Permanent.Commune.Code, "permanentAddress": r.Permanent.Address}
}

func newOSIAServer() *osiaServer {
	s := &osiaServer{token: "secret", persons: map[string]map[string]any{}}
	for _, r := range []anlo.Registered{father, mother, twinAn, twinAnh} {
		s.persons[r.Number] = osiaPerson(r)
	}
	return s
}

func newTestOSIA(t *testing.T, url string, change func(c *OSIAConfig)) *OSIA {
	t.Helper()
	config := OSIAConfig{URL: url, Token: func(context.Context) (string, error) { return "secret", nil }}
	if change != nil {
		change(&config)
	}
	o, err := NewOSIA(config)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestOSIA(t *testing.T) {
	server := newOSIAServer()
	web := httptest.NewServer(server)
	defer web.Close()

	read := func(c *OSIAConfig) {
		c.Read = true
		c.Attributes = DefaultAttributes()
		c.Attributes.OldNumber, c.Attributes.UnitList = "oldId", "vn-2026"
		c.Attributes.PermanentCommune, c.Attributes.PermanentAddress = "permanentWardCode", "permanentAddress"
	}
	homes := func(c *OSIAConfig) {
		c.Attributes = DefaultAttributes()
		c.Attributes.PermanentCommune, c.Attributes.UnitList = "permanentWardCode", "vn-2026"
	}
	search := func(c *OSIAConfig) { read(c); c.Search = true }
	type typed func(c *Claim)
	for _, c := range []struct {
		name    string
		config  func(c *OSIAConfig)
		exactly bool
		typed   typed
		grade   anlo.Grade
		reasons []string
		asked   []string
	}{
		{"agrees", nil, true, nil, anlo.MatchExact, nil, []string{"POST match"}},
		{"capitals at a lenient register", nil, false, func(c *Claim) { c.FullName = "NGUYỄN VĂN HÒA" }, anlo.MatchExact, nil, []string{"POST match"}},
		{"capitals at a strict register", nil, true, func(c *Claim) { c.FullName = "NGUYỄN VĂN HÒA" }, anlo.MatchExact, nil, []string{"POST match", "POST match"}},
		{"given name first", nil, true, func(c *Claim) { c.FullName = "Hòa Nguyễn Văn" }, anlo.MatchProbable, []string{ReasonNameOrder}, []string{"POST match", "POST match", "POST match", "POST match"}},
		{"swapped date", nil, true, func(c *Claim) { c.BirthDate = day(1960, 8, 3) }, anlo.MatchProbable, []string{ReasonDateSwapped}, []string{"POST match", "POST match"}},
		{"another date", nil, true, func(c *Claim) { c.BirthDate = day(1960, 8, 4) }, anlo.MatchDiffers, []string{ReasonDate}, []string{"POST match", "POST match"}},
		{"a date that cannot be swapped", nil, true, func(c *Claim) { c.BirthDate = day(1960, 8, 30) }, anlo.MatchDiffers, []string{ReasonDate}, []string{"POST match"}},
		{"sex", nil, true, func(c *Claim) { c.Sex = anlo.Female }, anlo.MatchProbable, []string{ReasonSex}, []string{"POST match"}},
		{"another person", nil, true, func(c *Claim) { c.FullName, c.BirthDate = "Lê Mai", day(2000, 2, 3) }, anlo.MatchDiffers, []string{ReasonDate, ReasonName}, []string{"POST match"}},
		{"unknown number", nil, true, func(c *Claim) { c.Document = document("001060999999") }, anlo.MatchNotFound, nil, []string{"POST match"}},
		{"CMND, no search", nil, true, func(c *Claim) { c.Document = document(father.OldNumber) }, anlo.MatchNotFound, nil, nil},
		{"commune agrees", homes, true, nil, anlo.MatchExact, nil, []string{"POST match"}},
		{"commune differs", homes, true, func(c *Claim) { c.Permanent.Commune.Code = "17329" }, anlo.MatchProbable, []string{ReasonPermanent}, []string{"POST match"}},
		{"commune of another list", homes, true, func(c *Claim) { c.Permanent.Commune.List = "vn-2021" }, anlo.MatchExact, nil, []string{"POST match"}},

		{"reads the residence", read, true, nil, anlo.MatchExact, nil, []string{"POST match", "GET person"}},
		{"reads what differs", read, true, func(c *Claim) { c.FullName, c.BirthDate = "hoa nguyen van", day(1960, 8, 3) },
			anlo.MatchProbable, []string{ReasonNameAccents, ReasonNameOrder, ReasonDateSwapped}, []string{"POST match", "GET person"}},
		{"reads another person", read, true, func(c *Claim) { c.FullName = "Lê Mai" }, anlo.MatchDiffers, []string{ReasonName}, []string{"POST match", "GET person"}},
		{"year only", read, true, func(c *Claim) { c.BirthDate = anlo.Date{Year: 1960} }, anlo.MatchProbable, []string{ReasonDateYear}, []string{"POST match", "GET person"}},

		{"searches by CMND", search, true, func(c *Claim) { c.Document = document(father.OldNumber) }, anlo.MatchProbable, []string{ReasonNumberOld}, []string{"GET persons"}},
		{"searches by name", search, true, func(c *Claim) { c.Document = document("001060112235") }, anlo.MatchProbable, []string{ReasonNumberDigit}, []string{"POST match", "GET persons"}},
		{"finds nobody", search, true, func(c *Claim) { c.Document, c.FullName = document("001060999999"), "Lê Mai" }, anlo.MatchNotFound, nil, []string{"POST match", "GET persons"}},
	} {
		server.exactly = c.exactly
		o := newTestOSIA(t, web.URL+"/registry/", c.config)
		claim := claimOf(father)
		if c.typed != nil {
			c.typed(&claim)
		}
		m, err := o.Match(t.Context(), claim)
		slices.Sort(m.Reasons)
		slices.Sort(c.reasons)
		if err != nil || m.Grade != c.grade || !slices.Equal(m.Reasons, c.reasons) {
			t.Errorf("%s: %s %v, %v; want %s %v", c.name, m.Grade, m.Reasons, err, c.grade, c.reasons)
		}
		if asked := server.questions(); !slices.Equal(asked, c.asked) {
			t.Errorf("%s: asked %q, want %q", c.name, asked, c.asked)
		}
		if m.Register != nil && m.Register.Permanent != father.Permanent {
			t.Errorf("%s: residence %v", c.name, m.Register.Permanent)
		}
	}
}

// TestOSIAKeepsSecrets: a register that confirms the birth date without telling it.
func TestOSIAKeepsSecrets(t *testing.T) {
	server := newOSIAServer()
	server.fail(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "GET" {
			osiaAnswer(w, map[string]any{"firstName": "Văn Hòa", "lastName": "Nguyễn", "gender": 1,
				"dateOfBirth": map[string]any{"code": 7, "message": "not disclosed"}})
		}
		return r.Method == "GET"
	})
	web := httptest.NewServer(server)
	defer web.Close()
	o := newTestOSIA(t, web.URL+"/registry", func(c *OSIAConfig) { c.Read = true })
	claim := claimOf(father)
	claim.FullName = "Hòa Nguyễn Văn"
	if m, err := o.Match(t.Context(), claim); err != nil || m.Grade != anlo.MatchProbable || !slices.Equal(m.Reasons, []string{ReasonNameOrder}) {
		t.Errorf("%s %v, %v", m.Grade, m.Reasons, err)
	}
	claim.BirthDate = day(1960, 8, 4) // differs, and the record does not say from what
	if m, err := o.Match(t.Context(), claim); err != nil || m.Grade != anlo.MatchDiffers {
		t.Errorf("%s %v, %v", m.Grade, m.Reasons, err)
	}
}

// TestOSIAGenderNumber: a register that wants numbers, and one that refuses them.
func TestOSIAGenderNumber(t *testing.T) {
	server := newOSIAServer()
	web := httptest.NewServer(server)
	defer web.Close()
	o := newTestOSIA(t, web.URL+"/registry", func(c *OSIAConfig) {
		c.Attributes = DefaultAttributes()
		c.Attributes.GenderNumber = true
	})
	m, err := o.Match(t.Context(), claimOf(father))
	unavailable(t, m, err, ErrRegisterRefused)
	server.integers = true
	if m, err := o.Match(t.Context(), claimOf(father)); err != nil || m.Grade != anlo.MatchExact {
		t.Errorf("%s, %v", m.Grade, err)
	}
}

// TestOSIAFailures: whatever happens, the grade is unavailable, the kind of the
// error says so, and nothing in it is about the person.
func TestOSIAFailures(t *testing.T) {
	answer := func(status int, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
			return true
		}
	}
	huge := `[{"attributeName":"` + strings.Repeat("x", maxAnswer) + `","errorCode":1}]`
	for name, c := range map[string]struct {
		fault func(http.ResponseWriter, *http.Request) bool
		want  error
		asked int
	}{
		"500": {answer(500, `{"code":1,"message":"001060112233"}`), ErrRegisterDown, maxAttempts},
		"503": {answer(503, ""), ErrRegisterDown, maxAttempts},
		"429": {answer(429, ""), ErrRegisterDown, maxAttempts},
		"401": {answer(401, ""), ErrRegisterRefused, 1},
		"403": {answer(403, ""), ErrRegisterRefused, 1},
		"400": {answer(400, `{"code":1,"message":"x"}`), ErrRegisterRefused, 1},
		"204": {answer(204, ""), ErrRegisterGarbled, 1},
		"redirect": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "https://elsewhere.example/"+r.URL.Path, http.StatusFound)
			return true
		}, ErrRegisterGarbled, 1},
		"empty":                       {answer(200, ""), ErrRegisterGarbled, 1},
		"null is not an empty list":   {answer(200, "null"), ErrRegisterGarbled, 1},
		"an object":                   {answer(200, "{}"), ErrRegisterGarbled, 1},
		"HTML":                        {answer(200, "<html>[]</html>"), ErrRegisterGarbled, 1},
		"more after the list":         {answer(200, "[] []"), ErrRegisterGarbled, 1},
		"cut off":                     {answer(200, `[{"attributeName":"firstName","errorCode":1}`), ErrRegisterGarbled, 1},
		"an unknown code":             {answer(200, `[{"attributeName":"firstName","errorCode":7}]`), ErrRegisterGarbled, 1},
		"no code":                     {answer(200, `[{"attributeName":"firstName"}]`), ErrRegisterGarbled, 1},
		"a code of text":              {answer(200, `[{"attributeName":"firstName","errorCode":"1"}]`), ErrRegisterGarbled, 1},
		"something not asked for":     {answer(200, `[{"attributeName":"shoeSize","errorCode":1}]`), ErrRegisterGarbled, 1},
		"an attribute it has not got": {answer(200, `[{"attributeName":"dateOfBirth","errorCode":0}]`), ErrRegisterRefused, 1},
		"huge":                        {answer(200, huge), ErrRegisterGarbled, 1},
		"hangs up":                    {func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, ErrRegisterDown, maxAttempts},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newOSIAServer()
			server.fail(c.fault)
			web := httptest.NewServer(server)
			defer web.Close()
			o := newTestOSIA(t, web.URL+"/registry", nil)
			m, err := o.Match(t.Context(), claimOf(father))
			unavailable(t, m, err, c.want)
			if n := len(server.questions()); n != c.asked {
				t.Errorf("asked %d times, want %d", n, c.asked)
			}
		})
	}
}

func unavailable(t *testing.T, m anlo.Match, err, want error) {
	t.Helper()
	if m.Grade != anlo.MatchUnavailable || m.Register != nil || !errors.Is(err, want) || anlo.KindOf(err) != anlo.Unavailable {
		t.Errorf("%s, %v; want %v", m.Grade, err, want)
	}
	for _, secret := range []string{father.Number, "Nguy", "H%C3%B2a", "1960", "secret", "/v1/persons/"} {
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("the error tells %q: %v", secret, err)
		}
	}
}

func TestOSIAUnreachable(t *testing.T) {
	web := httptest.NewServer(newOSIAServer())
	url := web.URL
	web.Close()
	m, err := newTestOSIA(t, url, nil).Match(t.Context(), claimOf(father))
	unavailable(t, m, err, ErrRegisterDown)
}

func TestOSIAReadFails(t *testing.T) {
	server := newOSIAServer()
	web := httptest.NewServer(server)
	defer web.Close()
	claim := claimOf(father)
	claim.FullName = "Nguyen Van Hoa"
	for _, body := range []string{"null", "[]", `{"firstName":["a"]}`, `{"firstName":{"first":"a"}}`, `{"firstName":"` + strings.Repeat("a", maxValue+1) + `"}`} {
		server.fail(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == "GET" {
				fmt.Fprint(w, body)
			}
			return r.Method == "GET"
		})
		m, err := newTestOSIA(t, web.URL+"/registry", func(c *OSIAConfig) { c.Read = true }).Match(t.Context(), claim)
		unavailable(t, m, err, ErrRegisterGarbled)
	}
	server.fail(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "GET" {
			w.WriteHeader(404)
		}
		return r.Method == "GET"
	})
	m, err := newTestOSIA(t, web.URL+"/registry", func(c *OSIAConfig) { c.Read = true }).Match(t.Context(), claim)
	unavailable(t, m, err, ErrRegisterGarbled)
}

func TestOSIAToken(t *testing.T) {
	server := newOSIAServer()
	web := httptest.NewServer(server)
	defer web.Close()
	for name, token := range map[string]func(context.Context) (string, error){
		"none":  func(context.Context) (string, error) { return "", errors.New("no token") },
		"wrong": func(context.Context) (string, error) { return "expired", nil },
	} {
		m, err := newTestOSIA(t, web.URL+"/registry", func(c *OSIAConfig) { c.Token = token }).Match(t.Context(), claimOf(father))
		if m.Grade != anlo.MatchUnavailable || !errors.Is(err, ErrRegisterRefused) {
			t.Errorf("%s: %s, %v", name, m.Grade, err)
		}
	}
}

// TestOSIASlow: a register that does not answer costs no more than the timeout.
func TestOSIASlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newOSIAServer()
		server.fail(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
		o := newTestOSIA(t, "http://register.test/registry", func(c *OSIAConfig) {
			c.Client = &http.Client{Transport: inProcess{server}}
			c.Timeout = 4 * time.Second
		})
		start := time.Now()
		m, err := o.Match(t.Context(), claimOf(father))
		unavailable(t, m, err, ErrRegisterDown)
		if took := time.Since(start); took != 4*time.Second {
			t.Errorf("gave up after %v, want 4s", took)
		}
		if n := len(server.questions()); n != 2 {
			t.Errorf("asked %d times, want 2: no request takes more than half", n)
		}
	})
}

// TestOSIARecovers: a failure that passes is not noticed.
func TestOSIARecovers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newOSIAServer()
		failures := 2
		server.fail(func(w http.ResponseWriter, r *http.Request) bool {
			failures--
			if failures >= 0 {
				w.WriteHeader(503)
			}
			return failures >= 0
		})
		o := newTestOSIA(t, "http://register.test/registry", func(c *OSIAConfig) { c.Client = &http.Client{Transport: inProcess{server}} })
		if m, err := o.Match(t.Context(), claimOf(father)); err != nil || m.Grade != anlo.MatchExact {
			t.Errorf("%s, %v", m.Grade, err)
		}
	})
}

// TestOSIABreaker: a register that is down is left alone, then tried again.
func TestOSIABreaker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newOSIAServer()
		down := func(w http.ResponseWriter, r *http.Request) bool { w.WriteHeader(500); return true }
		o := newTestOSIA(t, "http://register.test/registry", func(c *OSIAConfig) { c.Client = &http.Client{Transport: inProcess{server}} })
		match := func() (anlo.Match, error) { return o.Match(t.Context(), claimOf(father)) }

		// People whom the register does not know do not trip it.
		for range 3 * breakAfter {
			unknown := claimOf(father)
			unknown.Document = document("001060999999")
			if m, err := o.Match(t.Context(), unknown); err != nil || m.Grade != anlo.MatchNotFound {
				t.Fatalf("%s, %v", m.Grade, err)
			}
		}
		server.questions()
		server.fail(down)
		for range 10 {
			m, err := match()
			unavailable(t, m, err, ErrRegisterDown)
		}
		if n := len(server.questions()); n != breakAfter {
			t.Errorf("asked %d times while it was down, want %d", n, breakAfter)
		}
		time.Sleep(breakFor + time.Second)
		m, err := match() // half open: one try, which fails
		unavailable(t, m, err, ErrRegisterDown)
		if n := len(server.questions()); n != 1 {
			t.Errorf("asked %d times to see whether it is back, want once", n)
		}
		server.fail(nil)
		m, err = match()
		unavailable(t, m, err, ErrRegisterDown)
		time.Sleep(breakFor + time.Second)
		for range 3 {
			if m, err := match(); err != nil || m.Grade != anlo.MatchExact {
				t.Errorf("back again: %s, %v", m.Grade, err)
			}
		}
	})
}

// TestOSIACancelled: callers who hang up do not trip the breaker.
func TestOSIACancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := newOSIAServer()
		server.fail(func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true })
		o := newTestOSIA(t, "http://register.test/registry", func(c *OSIAConfig) { c.Client = &http.Client{Transport: inProcess{server}} })
		for range 2 * breakAfter {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(100*time.Millisecond, cancel)
			m, err := o.Match(ctx, claimOf(father))
			unavailable(t, m, err, ErrRegisterDown)
		}
		server.fail(nil)
		if m, err := o.Match(t.Context(), claimOf(father)); err != nil || m.Grade != anlo.MatchExact {
			t.Errorf("%s, %v", m.Grade, err)
		}
	})
}

func TestNewOSIARefuses(t *testing.T) {
	token := func(context.Context) (string, error) { return "", nil }
	for name, c := range map[string]OSIAConfig{
		"no URL":         {Token: token},
		"a path":         {URL: "/registry", Token: token},
		"another scheme": {URL: "ftp://registry.example", Token: token},
		"a query":        {URL: "https://registry.example?a=b", Token: token},
		"no token":       {URL: "https://registry.example"},
		"no name":        {URL: "https://registry.example", Token: token, Attributes: Attributes{BirthDate: "dob", FirstName: "given"}},
		"no birth date":  {URL: "https://registry.example", Token: token, Attributes: Attributes{FullName: "name"}},
		"search, no UIN": {URL: "https://registry.example", Token: token, Search: true, Attributes: Attributes{FullName: "name", BirthDate: "dob"}},
	} {
		if _, err := NewOSIA(c); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestAttributes(t *testing.T) {
	c := claimOf(twinAnh)
	c.FullName = "  Nguyễn  Văn Anh "
	whole := Attributes{FullName: "name", BirthDate: "dob"}
	last := DefaultAttributes()
	last.FamilyLast = true
	mapped := DefaultAttributes()
	mapped.PermanentCommune, mapped.TemporaryCommune, mapped.UnitList = "home", "stay", "vn-2026"
	number := DefaultAttributes()
	number.GenderNumber = true
	one := c
	one.FullName, one.Sex = "Ysô", anlo.Other
	for _, x := range []struct {
		attributes Attributes
		claim      Claim
		want       string
	}{
		{DefaultAttributes(), c, `{"dateOfBirth":"1992-05-17","firstName":"Văn Anh","gender":"1","lastName":"Nguyễn"}`},
		{number, c, `{"dateOfBirth":"1992-05-17","firstName":"Văn Anh","gender":1,"lastName":"Nguyễn"}`},
		{whole, c, `{"dob":"1992-05-17","name":"Nguyễn Văn Anh"}`},
		{last, c, `{"dateOfBirth":"1992-05-17","firstName":"Nguyễn Văn","gender":"1","lastName":"Anh"}`},
		{mapped, c, `{"dateOfBirth":"1992-05-17","firstName":"Văn Anh","gender":"1","home":"00004","lastName":"Nguyễn","stay":"26734"}`},
		{DefaultAttributes(), one, `{"dateOfBirth":"1992-05-17","firstName":"Ysô","lastName":""}`},
	} {
		got, err := json.Marshal(x.attributes.claim(x.claim))
		if err != nil || string(got) != x.want {
			t.Errorf("%s, %v; want %s", got, err, x.want)
		}
	}
	attributes := map[string]string{"firstName": "Văn Anh", "lastName": "Nguyễn", "dateOfBirth": "1992-05-17T00:00:00Z", "gender": "1", "home": "00004", "stay": "26734"}
	got := mapped.record(attributes)
	want := anlo.Registered{FullName: "Nguyễn Văn Anh", BirthDate: twinAnh.BirthDate, Sex: anlo.Male,
		Permanent: home("00004", ""), Temporary: home("26734", "")}
	if got != want {
		t.Errorf("record %#v", got)
	}
}

// FuzzOSIA: no answer, of whatever bytes, breaks the decoders, and none but a
// list without entries says that everything agrees.
func FuzzOSIA(f *testing.F) {
	f.Add([]byte(`[]`))
	f.Add([]byte(`[{"attributeName":"firstName","errorCode":1}]`))
	f.Add([]byte(`{"firstName":"John","lastName":"Doo","dob":{"code":1023,"message":"Unknown attribute name"}}`))
	f.Add([]byte(`[{"uin":"1","firstName":"John","dob":1984,"alive":true}]`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a := DefaultAttributes()
		differences, err := decodeDifferences(body)
		if err == nil && len(differences) == 0 && strings.Join(strings.Fields(string(body)), "") != "[]" {
			t.Fatalf("%q says that everything agrees", body)
		}
		if err != nil && anlo.KindOf(err) != anlo.Unavailable {
			t.Fatal(err)
		}
		asked := a.claim(claimOf(father))
		if reasons, err := a.reasons(asked, differences); err == nil && slices.Contains(reasons, "") {
			t.Fatalf("reasons %q", reasons)
		}
		if attributes, err := decodeAttributes(body); err == nil {
			Compare(claimOf(father), []anlo.Registered{a.record(attributes)})
		}
		if list, err := decodeList(body); err == nil {
			for _, attributes := range list {
				Compare(claimOf(father), []anlo.Registered{a.record(attributes)})
			}
		}
	})
}
