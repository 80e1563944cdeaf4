package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"anlo"
	"anlo/app"
	"anlo/identity"
	"anlo/locale"
)

// postRoutes are the posts on the roads: how they stand, their phones, and what
// they ask. No page of them shows anybody's data.
var postRoutes = []officeRoute{
	{"GET /posts", anlo.ActReadPost, (*server).posts},
	{"GET /posts/part", anlo.ActReadPost, (*server).postsPart},
	{"GET /posts/events", anlo.ActReadPost, (*server).postsEvents},
	{"GET /posts/new", anlo.ActDevices, (*server).newPost},
	{"POST /posts/new", anlo.ActDevices, (*server).addPost},
	{"GET /posts/{id}", anlo.ActReadPost, (*server).post},
	{"GET /posts/{id}/part", anlo.ActReadPost, (*server).postPart},
	{"GET /posts/{id}/events", anlo.ActReadPost, (*server).postEvents},
	{"POST /posts/{id}/queue", anlo.ActCountQueue, (*server).countQueue},
	{"GET /posts/{id}/enrol", anlo.ActEnrol, (*server).enrolPhone},
	{"POST /posts/{id}/enrol", anlo.ActEnrol, (*server).makeEnrolment},
	{"GET /posts/{id}/phones/{device}", anlo.ActEnrol, (*server).phone},
	{"POST /posts/{id}/phones/{device}/withdraw", anlo.ActEnrol, (*server).withdrawPhone},
	{"POST /posts/{id}/surge", anlo.ActSurge, (*server).beginSurge},
	{"POST /posts/{id}/surge/end", anlo.ActSurge, (*server).endSurge},
	{"POST /posts/{id}/cards", anlo.ActSurge, (*server).setCardHours},
}

// postsPage lists the posts of an officer's area.
type postsPage struct {
	officePage
	Place  string
	At     string
	Search string
	Part   string // address of the list alone
	Posts  []postLine
	Add    bool
}

// postLine is one post at a glance.
type postLine struct {
	ID      anlo.ID
	Name    string
	Commune string
	Wait    waitText
	Surge   string
	Alerts  string // "" when there are none
	Facts   []fact
}

// fact is a number with a word.
type fact struct{ Label, Value, Class string }

func (s *server) posts(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showPosts(w, r, by, "layout")
}

// postsPart shows the list alone, for the page that shows it already.
func (s *server) postsPart(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.showPosts(w, r, by, "list")
}

func (s *server) showPosts(w http.ResponseWriter, r *http.Request, by anlo.Actor, part string) {
	states, err := s.Posts(r.Context(), by)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := postsPage{officePage: s.officePage(r, by, "posts.title"), Place: s.Units.FullName(by.Area), Add: by.May(anlo.ActDevices)}
	p.Script, p.At, p.Search = "post", clock(s.Now()), shorten(strings.TrimSpace(r.FormValue("q")), longestSearch)
	p.Part = "/posts/part?" + url.Values{"q": {p.Search}}.Encode()
	states = slices.DeleteFunc(states, func(st app.PostState) bool { return !s.isMeant(st.Checkpoint, p.Search) })
	slices.SortStableFunc(states, func(a, b app.PostState) int {
		return cmp.Or(compareWaits(b.Wait, a.Wait), cmp.Compare(b.Alerts, a.Alerts))
	})
	for _, st := range states {
		p.Posts = append(p.Posts, s.postLine(p.Words, st))
	}
	s.showPart(w, r, http.StatusOK, "posts", part, p)
}

// glance is how often the list is read again while somebody looks at it.
const glance = 15 * time.Second

func (s *server) postsEvents(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.streams.enter(by.Staff) {
		s.fail(w, r, anlo.ErrTooMany)
		return
	}
	defer s.streams.leave(by.Staff)
	s.stream(w, r, by, heartbeat, func(ctx context.Context, changed func()) error {
		tick := time.NewTicker(glance)
		defer tick.Stop()
		for {
			changed()
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	})
}

func (s *server) postLine(w *locale.Words, st app.PostState) postLine {
	line := postLine{ID: st.ID, Name: st.Name, Commune: s.Units.FullName(st.Commune), Wait: waitOf(w, st.Wait, st.Flow.Trend())}
	if !st.Surge.IsZero() {
		line.Surge = w.T("posts.surge", "Time", clock(st.Surge.Ends))
	}
	if st.Alerts > 0 {
		line.Alerts = w.T("posts.alerts", "Count", st.Alerts)
	}
	line.Facts = []fact{
		{Label: w.T("posts.people"), Value: perMinute(w, st.Flow.PeopleAMinute())},
		{Label: w.T("posts.lanes"), Value: w.Number(int64(st.Flow.Lanes))},
		{Label: w.T("posts.phones"), Value: w.Number(int64(st.Devices))},
	}
	if st.Silent > 0 {
		line.Facts = append(line.Facts, fact{w.T("posts.silent"), w.Number(int64(st.Silent)), "unsure"})
	}
	return line
}

// newPostPage asks for a new post.
type newPostPage struct {
	officePage
	questions
}

var (
	askPostName    = input{name: "post_name", autocomplete: "off", max: 60}
	askPostCommune = input{name: "post_commune", commune: true, autocomplete: "off", max: 120}
)

func (s *server) newPost(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	s.askPost(w, r, by, nil)
}

func (s *server) askPost(w http.ResponseWriter, r *http.Request, by anlo.Actor, wrong error) {
	p := newPostPage{officePage: s.officePage(r, by, "posts.new")}
	p.Path, p.Script, p.Wrong = "/posts/new", "post", wrong != nil
	m := mistakes(wrong, askPostName.name, map[string]string{"name": askPostName.name, "commune": askPostCommune.name})
	v := r.PostForm
	p.ask(p.Words, askPostName, v.Get(askPostName.name), m[askPostName.name])
	f := p.ask(p.Words, askPostCommune, v.Get(askPostCommune.name), m[askPostCommune.name])
	if m[askPostCommune.name] == "commune.choose" {
		f.Places = s.suggest(f.Value)
	}
	s.show(w, r, statusOf(wrong), "post-new", p)
}

func (s *server) addPost(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	commune, code := s.postCommune(r.PostForm)
	var err error
	var c anlo.Checkpoint
	if code != "" {
		err = &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "commune", Code: code}}}
	} else {
		c, err = s.AddCheckpoint(r.Context(), by, identity.CleanName(r.PostForm.Get(askPostName.name)), commune)
	}
	switch {
	case correctable(err):
		s.askPost(w, r, by, err)
	case err != nil:
		s.fail(w, r, err)
	default:
		goTo(w, r, postPath(c.ID)+"?done=new")
	}
}

// postCommune finds the commune that is meant, or says what is wrong with it.
func (s *server) postCommune(v url.Values) (anlo.UnitRef, string) {
	text := identity.CleanName(v.Get(askPostCommune.name))
	if picked := (anlo.UnitRef{List: s.UnitList, Code: v.Get(askPostCommune.name + "_pick")}); s.Units.Known(picked) {
		return picked, ""
	}
	if text == "" {
		return anlo.UnitRef{}, ""
	}
	u, found := s.commune(text)
	switch {
	case !u.IsZero():
		return u, ""
	case len(found) == 0:
		return u, "commune.unknown"
	}
	return u, "commune.choose"
}

func postPath(id anlo.ID) string { return "/posts/" + id.String() }
