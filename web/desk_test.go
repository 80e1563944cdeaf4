package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
)

var (
	baDinh  = anlo.UnitRef{List: "vn-2026", Code: "00004"}
	ngocHa  = anlo.UnitRef{List: "vn-2026", Code: "00008"}
	hanoi   = anlo.UnitRef{List: "vn-2026", Code: "01"}
	haiChau = anlo.UnitRef{List: "vn-2026", Code: "20242"}
)

// officers are those who are signed in by the cookie "officer" in tests.
var officers = map[string]anlo.Actor{
	"ngoc-ha":  {Role: anlo.CommuneOfficer, Area: ngocHa, Staff: anlo.NewID(anlotest.Noon)},
	"ba-dinh":  {Role: anlo.CommuneOfficer, Area: baDinh, Staff: anlo.NewID(anlotest.Noon)},
	"hai-chau": {Role: anlo.CommuneOfficer, Area: haiChau, Staff: anlo.NewID(anlotest.Noon)},
	"hanoi":    {Role: anlo.ProvinceSupervisor, Area: hanoi, Staff: anlo.NewID(anlotest.Noon)},
	"ministry": {Role: anlo.NationalSupervisor, Staff: anlo.NewID(anlotest.Noon)},
	"auditor":  {Role: anlo.Auditor, Staff: anlo.NewID(anlotest.Noon)},
}

const officerCookie = "officer"

func signedInByCookie(r *http.Request) (anlo.Actor, error) {
	by, ok := officers[cookie(r, officerCookie)]
	if !ok {
		return anlo.Actor{}, anlo.ErrUnsigned
	}
	return by, nil
}

func newOffice(t testing.TB) *site { return newSite(t, Options{SignedIn: signedInByCookie}) }

// officer is a visitor who is signed in.
func (s *site) officer(name string) *visitor {
	v := s.visitor("vi")
	home, _ := url.Parse(s.url)
	v.client.Jar.SetCookies(home, []*http.Cookie{{Name: officerCookie, Value: name, Path: "/"}})
	return v
}

// declare makes a declaration and brings it to the desks.
func (s *site) declare(d anlo.Declaration) app.Receipt {
	s.t.Helper()
	r, err := s.app.Declare(s.t.Context(), anlotest.Citizen, d, "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.route()
	return r
}

func (s *site) route() {
	s.t.Helper()
	if _, err := s.app.Route(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

// open follows the link of somebody in a list.
func (v *visitor) open(name string) *visitor {
	v.t.Helper()
	for n := range v.all("a") {
		if strings.TrimSpace(text(n)) == name {
			return v.get(attr(n, "href"))
		}
	}
	v.t.Fatalf("%s is not on %s: %.600s", name, v.title(), v.text())
	return nil
}

// act sends the form of a record in which a kind of act is.
func (v *visitor) act(kind anlo.FollowUpKind, pairs ...string) *visitor {
	v.t.Helper()
	for f := range v.all("form") {
		if action := attr(f, "action"); strings.Contains(action, "/follow-up") {
			values := url.Values{"kind": {string(kind)}}
			for n := range f.Descendants() {
				if attr(n, "name") == "version" {
					values.Set("version", attr(n, "value"))
				}
			}
			for i := 0; i < len(pairs); i += 2 {
				values.Add(pairs[i], pairs[i+1])
			}
			return v.post(action, values)
		}
	}
	v.t.Fatalf("nothing to do on %s: %.600s", v.title(), v.text())
	return nil
}

func (v *visitor) post(path string, values url.Values) *visitor {
	v.t.Helper()
	res, err := v.client.PostForm(v.site.url+path, values)
	return v.read(res, err)
}

func (v *visitor) without(texts ...string) *visitor {
	v.t.Helper()
	for _, bad := range texts {
		if strings.Contains(v.title()+" "+v.text(), bad) {
			v.t.Fatalf("%s shows %q: %.900s", v.title(), bad, v.text())
		}
	}
	return v
}

func TestDesk(t *testing.T) {
	s := newOffice(t)
	s.declare(anlotest.Declaration(s.clock.Now(), anlotest.An, anlotest.Binh))
	v := s.officer("ngoc-ha")
	v.get("/desk").expect(200, "Phường Ngọc Hà", "Nguyễn Văn An", "Trần Thị Bình", "Số 1 Hoàng Hoa Thám", "13:00 ngày mai", "Đến đây").without("0912345678", "001090123456")
	v.open("Nguyễn Văn An").expect(200, "Số 1 Hoàng Hoa Thám", "•••••••678", "Khớp hoàn toàn", "Trần Thị Bình", "Cùng hộ theo dân cư", "Phường Ba Đình").
		without("0912345678", "001090123456")
	v.act(anlo.DoVerify).expect(200, "Đã lưu: Đã gặp tại địa chỉ", "Tiếp theo", "Trần Thị Bình")
}
