package web

import (
	"bytes"
	"encoding/csv"
	"hash/fnv"
	"math"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/xuri/excelize/v2"

	"anlo"
	"anlo/anlotest"
	"anlo/app"
	"anlo/store"
)

func ref(code string) anlo.UnitRef { return anlo.UnitRef{List: "vn-2026", Code: code} }

// officeSite is the pages with somebody signed in, who may change.
func officeSite(t testing.TB, by *anlo.Actor) *site {
	t.Helper()
	return newSite(t, Options{SignedIn: func(*http.Request) (anlo.Actor, error) { return *by, nil }})
}

// demoFigures fills the tables for the country, every province, and the
// communes of two, with two weeks such as there could be.
func demoFigures(t testing.TB, a *app.App, now time.Time) {
	t.Helper()
	const list = "vn-2026"
	today := now.Unix() / 86400
	luck := func(parts ...string) float64 { // between 0 and 1, the same each time
		h := fnv.New32a()
		h.Write([]byte(strings.Join(parts, "|")))
		return float64(h.Sum32()%1000) / 1000
	}
	var days []store.Day
	var flows []store.Flow
	var works []store.Work
	var country store.Work
	countryDays := make([]store.Day, 14)
	provinces := a.Units.Children(list, "")
	areas := append(append(provinces, a.Units.Children(list, "01")...), a.Units.Children(list, "56")...)
	for _, u := range areas {
		size := math.Pow(float64(u.Population)/1e5, 1.3)
		if u.Level > 1 {
			size = float64(u.Population) / 3e4
		}
		for back := range 14 {
			n := func(what string, share float64) int64 {
				return int64(size * share * (60 - float64(back)) * (.7 + .6*luck(u.Code, what, string(rune(back+'a')))))
			}
			d := store.Day{List: list, Area: u.Code, Day: today - int64(back), Arrivals: n("in", 1), Departures: n("out", .9), Exact: n("e", 1.5), Probable: n("p", .2),
				Mismatch: n("m", .06), NotFound: n("n", .05), Unavailable: n("u", .01), Asked: n("in", .95), Quarantined: n("q", .05), Released: n("r", .04)}
			d.Reached = int64(float64(d.Asked) * (.97 - .3*luck(u.Code) - .04*float64(13-back)/13))
			d.Found = int64(float64(d.Reached) * (.98 - .2*luck(u.Code, "found")))
			days = append(days, d)
			if u.Level == 1 {
				c := &countryDays[back]
				*c = store.Day{List: list, Day: d.Day, Arrivals: c.Arrivals, Departures: c.Departures, Exact: c.Exact + d.Exact,
					Probable: c.Probable + d.Probable, Mismatch: c.Mismatch + d.Mismatch, NotFound: c.NotFound + d.NotFound, Unavailable: c.Unavailable + d.Unavailable,
					Asked: c.Asked + d.Asked, Reached: c.Reached + d.Reached, Found: c.Found + d.Found, Quarantined: c.Quarantined + d.Quarantined, Released: c.Released + d.Released}
				for _, to := range provinces {
					share := math.Pow(float64(to.Population), 1.2) / 7e8 * (.2 + luck(u.Code, to.Code))
					if to.Code == u.Code {
						share = .4
					}
					if v := int64(float64(d.Departures) * share); v > 0 {
						c.Arrivals, c.Departures = c.Arrivals+v, c.Departures+v
						flows = append(flows, store.Flow{List: list, Day: d.Day, Origin: u.Code, Destination: to.Code, Travellers: v})
					}
				}
			}
		}
		open := int64(size * 50 * (.5 + luck(u.Code, "open")))
		w := store.Work{List: list, Area: u.Code, Open: open, Fresh: open / 3, Overdue: int64(float64(open) * .4 * luck(u.Code)), Monitoring: open / 5, CountedAt: now}
		w.AtProvince, w.AtMinistry = w.Overdue/3, w.Overdue/20
		works = append(works, w)
		if u.Level == 1 {
			country = store.Work{List: list, Open: country.Open + w.Open, Fresh: country.Fresh + w.Fresh, Overdue: country.Overdue + w.Overdue, Monitoring: country.Monitoring + w.Monitoring,
				AtProvince: country.AtProvince + w.AtProvince, AtMinistry: country.AtMinistry + w.AtMinistry, CountedAt: now}
		}
	}
	err := a.Store.Update(t.Context(), func(tx *store.Tx) error {
		if err := tx.AddFigures(t.Context(), append(days, countryDays...), flows); err != nil {
			return err
		}
		return tx.ReplaceWork(t.Context(), list, append(works, country))
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFiguresPages(t *testing.T) {
	by := anlo.Actor{Role: anlo.NationalSupervisor}
	s := officeSite(t, &by)
	empty := s.visitor("en")
	empty.get("/figures").expect(200, "Whole country", "has not been counted", "There is no open work anywhere", "10 Nov 2026 to 23 Nov 2026")
	demoFigures(t, s.app, s.clock.Now())

	v := s.visitor("vi")
	v.get("/figures").expect(200, "Số liệu · Cả nước", "Lượt đi lại ngày 23/11/2026", "Theo tỉnh, thành phố", "12:00 thứ Hai, 23/11/2026", "Các tuyến đông nhất", "Bảng từ đâu đến đâu")
	if n := strings.Count(v.body, `tabindex="-1"><title>`); n != 34 {
		t.Errorf("%d provinces on the map", n)
	}
	rows := func() (names []string) {
		for tr := range v.all("tbody") {
			for th := range tr.Descendants() {
				if th.Data == "th" {
					names = append(names, strings.TrimSpace(text(th)))
				}
			}
			break
		}
		return names
	}
	if r := rows(); len(r) != 34 {
		t.Errorf("%d provinces in the table", len(r))
	}
	v.get("/figures?by=arrivals")
	most := rows()[0]
	v.link("by=arrivals&up=1#areas")
	if r := rows(); r[33] != most || !strings.Contains(v.body, `aria-sort="ascending"`) {
		t.Errorf("turned around, %s is not the last but %v", most, r)
	}
	v.get("/figures?by=name&from=2026-11-20&until=2026-11-22").expect(200, "20/11/2026 – 22/11/2026", "ngày 22/11/2026")
	if r := rows(); r[0] != "An Giang" || r[33] != "Vĩnh Long" {
		t.Errorf("by name: %v", r)
	}
	v.link("/figures/01?by=name&from=2026-11-20&until=2026-11-22").expect(200, "Thành phố Hà Nội", "20/11/2026 – 22/11/2026", "Theo xã, phường", "Đến từ đâu", "Vòng tròn")
	v.get("/figures/01").link("/figures/00004").expect(200, "Phường Ba Đình", "Cả nước", "Kết quả theo dõi")
	v.link("/figures/01").expect(200, "Thành phố Hà Nội")
	v.get("/figures?from=2026-11-20&until=2026-11-01").expect(422, "Chọn từ 1 đến 31 ngày", "10/11/2026")
	v.get("/figures?from=yesterday").expect(422, "Chọn từ 1 đến 31 ngày")
	v.get("/figures/99").expect(404)
	for _, path := range []string{"/figures", "/figures/01", "/figures/00004"} {
		v.get(path)
		if key := regexp.MustCompile(`(figures|export)\.[a-z-]+`).FindString(regexp.MustCompile(`/figures\.(csv|xlsx)`).ReplaceAllString(v.body, "")); key != "" {
			t.Errorf("%s shows the key %s", path, key)
		}
	}

	by = anlo.Actor{Role: anlo.ProvinceSupervisor, Area: ref("01")}
	v.get("/figures").expect(200, "Thành phố Hà Nội", "Theo xã, phường")
	v.get("/figures/48").expect(403)
	by = anlo.Actor{Role: anlo.CommuneOfficer, Area: ref("00004")}
	v.get("/figures").expect(200, "Phường Ba Đình", "Lượt đến ngày 23/11/2026")
	v.get("/figures/01").expect(403)
	v.get("/figures.csv?area=01").expect(403)
	by = anlo.Actor{Role: anlo.Auditor}
	v.get("/figures").expect(403)
}

// The whole page of the country, its map included, is small on the wire.
func TestFiguresAreLight(t *testing.T) {
	by := anlo.Actor{Role: anlo.NationalSupervisor}
	s := officeSite(t, &by)
	demoFigures(t, s.app, s.clock.Now())
	if n := len(wire(t, s.url+"/figures")); n > 40<<10 {
		t.Errorf("%d bytes", n)
	}
}

func TestFiguresFiles(t *testing.T) {
	by := anlo.Actor{Role: anlo.NationalSupervisor}
	s := officeSite(t, &by)
	demoFigures(t, s.app, s.clock.Now())
	v := s.visitor("vi")
	read := func() [][]string {
		t.Helper()
		body, bom := strings.CutPrefix(v.body, "\ufeff")
		records, err := csv.NewReader(strings.NewReader(body)).ReadAll()
		if err != nil || !bom || v.header.Get("Cache-Control") != "no-store" {
			t.Fatalf("%v, %v", err, v.header)
		}
		return records
	}
	v.get("/figures").link("table=areas&until=2026-11-23").expect(200)
	if r := read(); len(r) != 35 || r[0][1] != "Địa bàn" || len(r[1]) != 20 || r[1][1] != "Tỉnh An Giang" {
		t.Errorf("%d provinces: %q", len(r)-1, r[:2])
	}
	if got := v.header.Get("Content-Disposition"); got != "attachment; filename=so-lieu-2026-11-10-2026-11-23-areas.csv" {
		t.Error(got)
	}
	v.get("/figures.csv?area=00004&table=flows&from=2026-11-20&until=2026-11-23").expect(200)
	if r := read(); len(r) != 5 || r[4][0] != "2026-11-23" {
		t.Errorf("days of a commune: %q", r)
	}
	v.get("/figures.xlsx?area=01").expect(200)
	f, err := excelize.OpenReader(bytes.NewReader([]byte(v.body)))
	if err != nil {
		t.Fatal(err)
	}
	if got := f.GetSheetList(); strings.Join(got, "|") != "Theo ngày|Theo địa bàn|Luồng đi lại" {
		t.Errorf("sheets %q", got)
	}
	if rows, err := f.GetRows("Theo địa bàn"); err != nil || len(rows) != 127 || rows[1][0] < "00004" {
		t.Errorf("%d communes, %v", len(rows)-1, err)
	}
	if n, err := s.app.Store.AuditCount(t.Context(), anlo.ActFigures); n != 3 || err != nil {
		t.Errorf("%d files in the audit, %v", n, err)
	}
	v.get("/figures.xlsx?from=2026-01-01&until=2026-03-01").expect(422)
}

func TestDeskFiles(t *testing.T) {
	by := anlo.Actor{Role: anlo.CommuneOfficer, Area: ref("00008"), Staff: anlo.NewID(anlotest.Noon)}
	s := officeSite(t, &by)
	d := anlotest.Declaration(s.clock.Now(), anlotest.An)
	d.Trip.Destination.Address = "=HYPERLINK(\"http://x\")"
	if _, err := s.app.Declare(t.Context(), anlotest.Citizen, d, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.app.Route(t.Context()); err != nil {
		t.Fatal(err)
	}
	v := s.visitor("en")
	v.get("/desk.csv?view=all").expect(200)
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(v.body, "\ufeff"))).ReadAll()
	if err != nil || len(records) != 2 {
		t.Fatalf("%q, %v", records, err)
	}
	row := strings.Join(records[1], "|")
	for _, want := range []string{"Nguyễn Văn An|1990|Male|•••••••678|'=HYPERLINK", "Phường Ngọc Hà, Thành phố Hà Nội", "29A12345", "2026-11-24 13:00"} {
		if !strings.Contains(row, want) {
			t.Errorf("no %q in %s", want, row)
		}
	}
	v.get("/desk.xlsx?view=arrivals").expect(200)
	f, err := excelize.OpenReader(bytes.NewReader([]byte(v.body)))
	if err != nil {
		t.Fatal(err)
	}
	if rows, err := f.GetRows("List"); err != nil || len(rows) != 2 || rows[1][4] != d.Trip.Destination.Address {
		t.Errorf("%q, %v", rows, err)
	}
	if n, err := s.app.Store.AuditCount(t.Context(), anlo.ActExport); n != 2 || err != nil {
		t.Errorf("%d in the audit, %v", n, err)
	}
	found := func() string { // whom a file of a search names
		t.Helper()
		records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(v.body, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range records[1:] {
			names = append(names, r[0])
		}
		return strings.Join(names, ", ")
	}
	v.get("/desk").submit("/desk/search?view=new", "text", "nguyen van an").expect(200, "Nguyễn Văn An")
	search := strings.Replace(v.at.RequestURI(), "/desk?", "/desk.csv?", 1)
	v.link(search)
	if found() != "Nguyễn Văn An" {
		t.Errorf("a search: %s", found())
	}
	if v.get("/desk").submit("/desk/search?view=new", "text", "tran thi binh").get(strings.Replace(v.at.RequestURI(), "/desk?", "/desk.csv?", 1)); found() != "" {
		t.Errorf("a search for somebody else: %s", found())
	}
	s.clock.Add(searchLife + time.Minute)
	v.get(search).expect(409, "more than a day old")
	v.get("/desk.csv?area=20242").expect(404)
	by.Role = anlo.HealthOfficer
	v.get("/desk.csv").expect(403)
}

// figureStates are the pages of figures in every state.
func (b *browser) figureStates(by *anlo.Actor, see func(name string)) {
	b.t.Helper()
	visit := func(path, name string) { b.t.Helper(); b.get(path); see(name) }
	*by = anlo.Actor{Role: anlo.NationalSupervisor}
	visit("/figures", "figures-empty")
	demoFigures(b.t, b.site.app, b.site.clock.Now())
	visit("/figures", "figures-country")
	visit("/figures?by=confirmed&up=1", "figures-confirmed")
	visit("/figures?from=2026-01-01&until=2026-11-01", "figures-wrong")
	visit("/figures/01", "figures-province")
	visit("/figures/56?by=arrivals", "figures-islands")
	*by = anlo.Actor{Role: anlo.CommuneOfficer, Area: ref("00004")}
	visit("/figures", "figures-commune")
}

func TestFiguresAccessibility(t *testing.T) {
	t.Parallel()
	var by anlo.Actor
	b := newBrowser(t, officeSite(t, &by))
	b.size(360, false)
	b.language("vi")
	b.figureStates(&by, func(name string) {
		b.do(`document.querySelectorAll("details").forEach((d) => { d.open = true })`)
		b.accessible(name, 360)
		b.run(chromedp.EmulateViewport(320, 800))
		b.fits(name, 320)
		b.run(chromedp.EmulateViewport(1280, 800))
		b.accessible(name, 1280)
		b.run(chromedp.EmulateViewport(360, 800))
	})
}
