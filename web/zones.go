package web

import (
	"net/http"
	"strconv"
	"time"

	"anlo"
	"anlo/identity"
	"anlo/locale"
)

// zoneRoutes are for health officers: the areas whose travellers readers look at
// more closely.
var zoneRoutes = []officeRoute{
	{"GET /zones", anlo.ActZones, (*server).zones},
	{"POST /zones", anlo.ActZones, (*server).addZone},
	{"POST /zones/{id}/end", anlo.ActZones, (*server).endZone},
}

type zonesPage struct {
	officePage
	questions
	Zones []zoneLine
}

// zoneLine is a zone in words.
type zoneLine struct {
	ID                       anlo.ID
	Where, Level, State, Why string
	Time                     string
	Now                      bool
}

var (
	askZoneArea  = input{name: "zone_area", commune: true, autocomplete: "off", max: 120}
	askLevel     = input{name: "level", words: "zone.level"}
	askZoneFrom  = input{name: "zone_from", kind: "date", optional: true}
	askZoneUntil = input{name: "zone_until", kind: "date", optional: true}
	askZoneWhy   = input{name: "zone_why", autocomplete: "off", max: 220}
)

var zoneNames = map[string]string{"unit": "zone_area", "from": "zone_from", "until": "zone_until", "why": "zone_why"}

func (s *server) zones(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showZones(w, r, by, nil)
}

// showZones shows the list and the form, with what was wrong with the last try.
func (s *server) showZones(w http.ResponseWriter, r *http.Request, by anlo.Actor, wrong error) {
	zones, err := s.Zones(r.Context(), by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := zonesPage{officePage: s.officePage(r, by, "zones.title")}
	p.Path, p.Wrong = "/zones", wrong != nil
	for _, z := range zones {
		p.Zones = append(p.Zones, s.zoneLine(p.Words, z))
	}
	v, m := r.PostForm, mistakes(wrong, "zone_area", zoneNames)
	f := p.ask(p.Words, askZoneArea, v.Get("zone_area"), m["zone_area"])
	if m["zone_area"] == "commune.choose" {
		for _, u := range s.areas("", v.Get("zone_area")) {
			f.Places = append(f.Places, suggestion{u.Code, s.Units.FullName(u.UnitRef)})
		}
	}
	f = p.ask(p.Words, askLevel, v.Get("level"), m["level"])
	for n := 1; n <= anlo.MaxZoneLevel; n++ {
		level := strconv.Itoa(n)
		f.Choices = append(f.Choices, choice{Value: level, Label: p.T("zone.level." + level), ID: "level-" + level, Checked: f.Value == level})
	}
	today := s.Now().In(locale.Zone).Format(time.DateOnly)
	p.ask(p.Words, askZoneFrom, v.Get("zone_from"), m["zone_from"]).Min = today
	p.ask(p.Words, askZoneUntil, v.Get("zone_until"), m["zone_until"]).Min = today
	p.ask(p.Words, askZoneWhy, v.Get("zone_why"), m["zone_why"])
	s.show(w, r, statusOf(wrong), "zones", p)
}

func (s *server) zoneLine(w *locale.Words, z anlo.Zone) zoneLine {
	l := zoneLine{ID: z.ID, Where: s.Units.FullName(z.Unit), Level: w.T("zone.level." + strconv.Itoa(z.Level)), Why: z.Why,
		State: w.T("zone.state." + z.State(s.Now())), Now: z.State(s.Now()) == "now"}
	if z.Until.IsZero() {
		l.Time = w.T("zones.open", "From", w.Time(z.From))
	} else {
		l.Time = w.T("zones.between", "From", w.Time(z.From), "Until", w.Time(z.Until))
	}
	return l
}

func (s *server) addZone(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	v := r.PostForm
	var fields []anlo.FieldError
	area, code := s.area("", identity.CleanName(v.Get("zone_area")), v.Get("zone_area_pick"))
	if code != "" {
		fields = append(fields, anlo.FieldError{Field: "zone_area", Code: code})
	}
	day := func(name string) (d anlo.Date) {
		if text := v.Get(name); text != "" {
			var err error
			if d, err = anlo.ParseDateTyped(text); err != nil || d.Month == 0 {
				fields = append(fields, anlo.FieldError{Field: name, Code: "date.malformed"})
			}
		}
		return d
	}
	var from, until time.Time
	if d := day("zone_from"); !d.IsZero() && d.At(0, locale.Zone).After(s.Now()) { // today is from now on
		from = d.At(0, locale.Zone)
	}
	if d := day("zone_until"); !d.IsZero() {
		until = d.AddDays(1).At(0, locale.Zone) // the last day counts
	}
	level, _ := strconv.Atoi(v.Get("level")) // SetZone refuses what is no level
	var err error = &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: fields}
	if fields == nil {
		_, err = s.SetZone(r.Context(), by, area, level, from, until, identity.CleanName(v.Get("zone_why")))
	}
	switch {
	case err == nil:
		goTo(w, r, "/zones")
	case correctable(err), anlo.KindOf(err) == anlo.Forbidden, anlo.KindOf(err) == anlo.Conflict:
		s.showZones(w, r, by, err)
	default:
		s.fail(w, r, err)
	}
}

func (s *server) endZone(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	id, err := anlo.ParseID(r.PathValue("id"))
	if err != nil {
		s.fail(w, r, anlo.ErrNotFound)
		return
	}
	if err := s.EndZone(r.Context(), by, id); err != nil {
		s.fail(w, r, err)
		return
	}
	goTo(w, r, "/zones")
}
