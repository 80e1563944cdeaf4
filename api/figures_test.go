package api

import (
	"testing"
)

func TestFigures(t *testing.T) {
	d := deskDoor(t)
	d.trip()
	if err := d.app.CountWork(t.Context()); err != nil {
		t.Fatal(err)
	}
	read := func(key, query string) (f figures) {
		t.Helper()
		d.as(key, "GET", "/api/v1/figures"+query, "").want(200).into(&f)
		return f
	}
	own := read("commune", "")
	if own.Area == nil || own.Area.Code != "00008" || len(own.Days) != 14 || own.Total.Arrivals != 2 || own.Total.Asked != 2 || own.Work.Fresh != 2 || own.CountedAt == nil {
		t.Errorf("%+v", own)
	}
	province := read("province", "?from=2026-11-22&until=2026-11-23")
	if province.Area.Name != "Thành phố Hà Nội" || len(province.Days) != 2 || province.Days[1].Exact != 2 || len(province.Areas) < 100 || len(province.Flows) != 0 {
		t.Errorf("%+v", province)
	}
	if country := read("national", ""); country.Area != nil || len(country.Areas) != 34 || len(country.Flows) != 1 || country.Flows[0].Travellers != 2 {
		t.Errorf("%+v", country)
	}
	read("province", "?area=vn-2026/00004")
	d.as("commune", "GET", "/api/v1/figures?area=00004", "").want(403)
	d.as("admin", "GET", "/api/v1/figures", "").want(403)
	for _, query := range []string{"?from=yesterday", "?until=2026", "?from=2026-11-23&until=2026-11-22", "?from=2026-01-01&until=2026-11-22"} {
		if p := d.as("commune", "GET", "/api/v1/figures"+query, "").want(422).problem(); len(p.Errors) != 1 {
			t.Errorf("%s: %+v", query, p)
		}
	}
}
