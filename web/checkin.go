package web

import (
	"errors"
	"net/http"
	"strconv"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// atHome is a traveller under home quarantine, who says every day how they are.
type atHome struct {
	*locale.Words
	Traveller int
	Name      string
	Until     string
	Last      string // when they, or an officer, said so last; "" for never
	Today     bool   // that was today
	Hour      int    // by which they are to say so
	Fields    []field
}

// checkInInputs are the two questions of the day. Who is well only sends them.
var checkInInputs = []input{
	{name: "check-in-symptoms", options: texts(anlo.Symptoms), words: "symptoms", many: true, optional: true},
	{name: "check-in-temperature", mode: "decimal", max: 8, autocomplete: "off", optional: true},
}

// atHome prepares the daily check-in of whoever is monitored.
func (s *server) atHome(r *http.Request, d app.Declared) ([]atHome, error) {
	by, err := s.owner(r)
	if err != nil {
		return nil, err
	}
	monitored, err := s.Monitoring(r.Context(), by)
	if err != nil {
		return nil, err
	}
	var out []atHome
	w, now := words(r), s.Now()
	for _, m := range monitored {
		if m.Traveller >= len(d.Declaration.Travellers) || len(out) > 0 && out[len(out)-1].Traveller == m.Traveller {
			continue // two communes ask: one answer is for both
		}
		h := atHome{Words: w, Traveller: m.Traveller, Name: d.Declaration.Travellers[m.Traveller].FullName, Until: w.Date(m.Until), Hour: anlo.CheckInHour}
		if !m.LastCheckIn.IsZero() {
			h.Last = s.moment(w, m.LastCheckIn)
			h.Today = anlo.DateOf(m.LastCheckIn.In(locale.Zone)) == anlo.DateOf(now.In(locale.Zone))
		}
		h.ask(s, answers{}, nil)
		out = append(out, h)
	}
	return out, nil
}

// ask prepares the questions. Each traveller's have names of their own.
func (h *atHome) ask(s *server, a answers, wrong map[string]string) {
	h.Fields = nil
	for _, in := range checkInInputs {
		code := wrong[in.name]
		in.label = in.name
		if a[in.name] != nil {
			a[in.name+h.suffix()] = a[in.name]
		}
		in.name += h.suffix()
		f := s.field(h.Words, in, a, code, s.Now())
		h.Fields = append(h.Fields, f)
	}
}

func (h *atHome) suffix() string { return "-" + strconv.Itoa(h.Traveller) }

// checkIn keeps how somebody is today, as they say themselves.
func (s *server) checkIn(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	by, err := s.owner(r)
	if err == nil && s.wait(r.RemoteAddr) > 0 {
		err = anlo.ErrTooMany
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	traveller, err := strconv.Atoi(r.PostForm.Get("traveller"))
	if err != nil {
		s.problem(w, r, http.StatusUnprocessableEntity)
		return
	}
	suffix := (&atHome{Traveller: traveller}).suffix()
	typed, wrong := answers{}, map[string]string{}
	var f anlo.FollowUp
	for _, v := range r.PostForm["check-in-symptoms"+suffix] {
		typed.set("check-in-symptoms", append(typed["check-in-symptoms"], v)...)
		f.Symptoms = append(f.Symptoms, anlo.Symptom(v))
	}
	typed.set("check-in-temperature", shorten(r.PostForm.Get("check-in-temperature"+suffix), 20))
	var ok bool
	if f.Temperature, ok = readTemperature(typed.get("check-in-temperature")); !ok {
		wrong["check-in-temperature"] = "temperature.malformed"
	} else if err = s.CheckInOwn(r.Context(), by, traveller, f); err != nil {
		addFaults(wrong, anlo.DoCheckIn, err)
	}
	switch {
	case len(wrong) > 0:
		s.askAgain(w, r, traveller, typed, wrong)
	case errors.Is(err, anlo.ErrNotFound): // released since the page was opened
		http.Redirect(w, r, "/my/"+r.PathValue("token"), http.StatusSeeOther)
	case err != nil:
		s.fail(w, r, err)
	default:
		w.Header().Set("Cache-Control", "no-store")
		http.Redirect(w, r, "/my/"+r.PathValue("token")+"#at-home"+suffix, http.StatusSeeOther)
	}
}

// askAgain shows the page with what was typed and what is wrong with it.
func (s *server) askAgain(w http.ResponseWriter, r *http.Request, traveller int, typed answers, wrong map[string]string) {
	p, err := s.myPage(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for i := range p.Home {
		if p.Home[i].Traveller == traveller {
			p.Home[i].Today = false // the form is not folded away
			p.Home[i].ask(s, typed, wrong)
		}
	}
	for _, in := range checkInInputs {
		if code := wrong[in.name]; code != "" {
			p.Problems = append(p.Problems, problem{"#" + in.name + "-" + strconv.Itoa(traveller), p.T("field."+in.name) + ": " + p.T(code)})
		}
	}
	p.Wrong = true
	s.show(w, r, http.StatusUnprocessableEntity, "my", p)
}
