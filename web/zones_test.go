package web

import (
	"testing"
	"time"

	"anlo"
	"anlo/anlotest"
)

func TestZonesPage(t *testing.T) {
	province := anlo.UnitRef{List: "vn-2026", Code: "01"}
	s := newHookSite(t, anlo.Actor{Role: anlo.HealthOfficer, Area: province, Staff: anlo.NewID(anlotest.Noon)})
	v := s.visitor("en")
	v.get("/zones").expect(200, "no zone in your area")
	v.submit("/zones", "zone_area", "nowhere at all", "zone_until", "soon").expect(422, "No such commune", "day/month/year")
	v.submit("/zones", "zone_area", "hai chau da nang", "zone_until", "", "level", "2", "zone_why", "QĐ 1").expect(403, "You may not do this")
	v.submit("/zones", "zone_area", "ngoc ha ha noi", "level", "3", "zone_until", "2026-11-20", "zone_why", "").expect(422, "The last day must come after", "Please fill this in")
	v.submit("/zones", "zone_from", "2026-11-23", "zone_until", "2026-11-30", "zone_why", "QĐ 12/QĐ-UBND").
		expect(200, "Phường Ngọc Hà", "Level 3: high risk", "In force", "QĐ 12/QĐ-UBND", "until 00:00 Tuesday, 1 Dec 2026")
	began := s.clock.Now().Truncate(time.Second)
	s.clock.Add(time.Second)
	v.submit("/zones", "zone_area", "Hà Nội", "level", "1", "zone_from", "2026-11-25", "zone_why", "QĐ 13").
		expect(200, "Thành phố Hà Nội", "Level 1: low risk", "Not yet in force", "until lifted")
	zones, err := s.app.Zones(t.Context(), operator)
	if err != nil || len(zones) != 2 || !zones[1].Until.Equal(time.Date(2026, 12, 1, 0, 0, 0, 0, anlo.Hanoi)) || !zones[1].From.Equal(began) {
		t.Errorf("%+v %v", zones, err)
	}
	v.button("/end").button("/end")
	v.expect(200, "no zone in your area")
	v.post("/zones/x/end", nil).expect(404)
}
