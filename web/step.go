package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"anlo"
)

// stepPage is one screen of the form.
type stepPage struct {
	page
	Step       string
	Number     int // counted from 1; 0 for a companion
	Of         int
	Draft      string // sealed
	Back       string // what the back button asks for
	Camera     bool   // identity cards can be read on this screen
	Decoder    string // address of the reader for browsers that have none; "" when the program was built without it
	Welcome    string // the name of whoever is remembered on this phone
	SameAgain  string // where their last declaration is made once more; "" while it cannot be
	Problems   []problem
	Correcting string // until when the pass of the declaration that is corrected lasts

	fields map[string]field
}

// problem is a line of the summary of what must be corrected.
type problem struct{ Link, Text string }

// Field returns a question of this screen.
func (p stepPage) Field(name string) field { return p.fields[name] }

// Progress lists the screens of the form.
func (p stepPage) Progress() (all []progressStep) {
	for i, name := range stepNames {
		all = append(all, progressStep{p.T("step." + name), i+1 < p.Number, i+1 == p.Number})
	}
	return all
}

type progressStep struct {
	Name          string
	Done, Current bool
}

// stepNames are the screens in order; the last is shown by checkPage.
var stepNames = []string{"who", "home", "trip", "health", "check"}

// validStep reports whether a screen can be shown for the draft.
func (d draft) validStep(step string) bool {
	if n, ok := strings.CutPrefix(step, "person:"); ok {
		i, err := strconv.Atoi(n)
		return err == nil && i >= 1 && i <= len(d.People) && i < anlo.MaxTravellers
	}
	return slices.Contains(stepNames, step)
}

// next is the first screen that was not answered yet, or not well; the last one
// when all were.
func (d draft) next(faults []fault) string {
	order := []string{"who", "home", "trip", "health"}
	for i := 1; i < len(d.People); i++ {
		order = append(order, "person:"+strconv.Itoa(i))
	}
	for _, step := range order {
		if !slices.Contains(d.Seen, step) || slices.ContainsFunc(faults, func(f fault) bool { return f.step == step }) {
			return step
		}
	}
	return "check"
}

// showStep shows a screen of the form. complain says whether its faults are
// shown; they are not when somebody only came back to it.
func (s *server) showStep(w http.ResponseWriter, r *http.Request, d draft, step string, complain bool) {
	d.Now = s.Now()
	if step == "check" {
		s.showCheck(w, r, d, nil)
		return
	}
	p, err := s.stepPage(r, d, step, complain)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	status := http.StatusOK
	if p.Wrong {
		status = http.StatusUnprocessableEntity
	}
	if p.Camera {
		w.Header().Set("Content-Security-Policy", cameraPolicy)
		w.Header().Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	}
	s.show(w, r, status, templateOf(step), p)
}

func templateOf(step string) string {
	switch {
	case strings.HasPrefix(step, "person:"):
		return "person"
	case step == "home":
		return "home-step"
	}
	return step
}

func (s *server) stepPage(r *http.Request, d draft, step string, complain bool) (stepPage, error) {
	person := personOf(step)
	title := "step." + step
	if person > 0 {
		title = "step.person"
	}
	p := stepPage{page: s.page(r, title), Step: step, Of: len(stepNames), Number: slices.Index(stepNames, step) + 1,
		Back: back(step), fields: map[string]field{}}
	p.Form, p.Path, p.Script = "step", "", "declare"
	a := d.Trip
	if step != "trip" {
		a = answers{}
		if person < len(d.People) {
			a = d.People[person]
		} else {
			a.set("document", "id")
			a.set("same_home", "yes")
			a.set("nationality", "VN")
		}
	}
	codes := map[string]string{}
	if complain {
		_, faults := s.read(d, d.Now)
		for _, f := range faults {
			if f.step == step {
				codes[f.input] = f.code
			}
		}
	}
	blank := true
	for _, in := range inputsOf(step) {
		if in.name == "depart" && d.Link != "" && a.get("departs_at") != "" {
			in.options = []string{"kept", "now", "later"}
		}
		f := s.field(p.Words, in, a, codes[in.name], d.Now)
		p.fields[in.name] = f
		if f.Error != "" {
			p.Problems = append(p.Problems, problem{"#" + f.Anchor(), f.Label() + ": " + f.Error})
		}
		blank = blank && (f.Value == "" || len(in.options) > 0 || in.name == "nationality")
	}
	p.Wrong = len(p.Problems) > 0
	if p.Wrong && person > 0 { // the way back leads past an unfinished companion
		p.Back = "remove:" + strconv.Itoa(person)
	}
	p.personal, p.keep = !blank, blank
	if p.Camera = step == "who" || person > 0; p.Camera {
		p.Decoder = s.decoder()
	}
	if d.Link != "" {
		p.Correcting = p.Time(d.Until)
	}
	var err error
	p.Draft, err = s.seal(d)
	return p, err
}

// decoder is the address of the reader of QR codes, "" when the program was
// built without it.
func (s *server) decoder() string {
	if !s.assets.has("vendor/zxing-wasm/es/reader/index.js") {
		return ""
	}
	return s.assets.base + "/vendor/zxing-wasm/"
}

// back is the screen before a step; "" on the first.
func back(step string) string {
	if strings.HasPrefix(step, "person:") {
		return "check"
	}
	if i := slices.Index(stepNames, step); i > 0 {
		return stepNames[i-1]
	}
	return ""
}

// begin shows the first screen, filled in from the last time where the phone
// remembers.
func (s *server) begin(w http.ResponseWriter, r *http.Request) {
	d, step := newDraft(), "who"
	remembered, ok := s.recall(r)
	if ok {
		d.People[0], d.Trip = remembered.Person, remembered.Trip
		d.Seen = []string{"who", "home"}
		step = "trip"
	}
	d.Now = s.Now()
	p, err := s.stepPage(r, d, step, false)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p.Path = "/declare" // nothing is lost yet: a link will do for the language
	if step == "trip" {
		p.Welcome = d.People[0].get("full_name")
		p.SameAgain = s.sameAgain(r, remembered)
		p.personal = true
	}
	if p.Camera {
		w.Header().Set("Content-Security-Policy", cameraPolicy)
		w.Header().Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
	}
	s.show(w, r, http.StatusOK, templateOf(step), p)
}

// declare takes one screen of the form and shows the next.
func (s *server) declare(w http.ResponseWriter, r *http.Request) {
	if !s.readForm(w, r) {
		return
	}
	d, err := s.openDraft(r.PostForm.Get("draft"))
	if err != nil {
		s.draftExpired(w, r)
		return
	}
	step, to := r.PostForm.Get("step"), r.PostForm.Get("go")
	if !d.validStep(step) {
		s.problem(w, r, http.StatusUnprocessableEntity)
		return
	}
	lang := r.PostForm.Get("lang")
	if step != "check" && to != "check" { // back from a companion drops what was typed there
		s.take(&d, step, r.PostForm)
	}
	if i, ok := strings.CutPrefix(to, "remove:"); ok {
		n, _ := strconv.Atoi(i)
		d.remove(n)
		to = "check"
	}
	switch {
	case lang != "":
		r = withWords(r, lang)
		rememberLanguage(w, r, words(r).Lang)
		s.showStep(w, r, d, step, false)
	case to != "" && d.validStep(to):
		s.showStep(w, r, d, to, false)
	case step == "check" && to == "":
		s.send(w, r, d)
	default:
		s.showStep(w, r, d, "check", true) // or whatever still comes before it
	}
}

func (s *server) draftExpired(w http.ResponseWriter, r *http.Request) {
	p := s.problemPage(r, http.StatusUnprocessableEntity)
	p.Title, p.Text, p.Start = p.T("draft.expired-title"), p.T("draft.expired"), true
	s.showProblem(w, r, p)
}

// MoreHealth reports whether the part of the health screen that few need is
// open: it holds something.
func (p stepPage) MoreHealth() bool {
	for _, name := range []string{"places", "test_result", "test_date", "doses"} {
		if f := p.fields[name]; f.Value != "" || f.Error != "" {
			return true
		}
	}
	return false
}

// HasNote does the same for the note of a trip.
func (p stepPage) HasNote() bool { return p.fields["note"].Value != "" || p.fields["note"].Error != "" }
