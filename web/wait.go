package web

import (
	"net/http"
	"slices"
	"strings"

	"anlo"
	"anlo/app"
	"anlo/geo"
)

// waitRoutes tell everybody how long posts take, before they leave.
var waitRoutes = []route{{"GET /wait", (*server).waits}}

// waitPage lists posts.
type waitPage struct {
	page
	Search string
	At     string
	Posts  []waitLine
	Quiet  int // posts without a figure, which are found by name
	None   string
}

type waitLine struct {
	Name, Commune string
	Wait          waitText
	Surge         string
}

// longestSearch is more than the name of a post.
const longestSearch = 80

func (s *server) waits(w http.ResponseWriter, r *http.Request) {
	all, err := s.Waits(r.Context())
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := waitPage{page: s.page(r, "wait.title"), Search: shorten(strings.TrimSpace(r.FormValue("q")), longestSearch), At: clock(all.At)}
	found := s.findPosts(all.Posts, p.Search)
	slices.SortStableFunc(found, func(a, b app.PostWait) int { return compareWaits(b.Wait, a.Wait) })
	for _, post := range found {
		if p.Search == "" && post.Wait.State == anlo.WaitUnknown && post.Surge.IsZero() {
			p.Quiet++
			continue
		}
		line := waitLine{Name: post.Name, Commune: s.Units.FullName(post.Commune), Wait: waitOf(p.Words, post.Wait, post.Trend)}
		if !post.Surge.IsZero() {
			line.Surge = p.T("wait.surge", "Time", clock(post.Surge))
		}
		p.Posts = append(p.Posts, line)
	}
	if len(p.Posts) == 0 {
		p.None = p.T("wait.none")
		if p.Search != "" {
			p.None = p.T("wait.not-found")
		}
	}
	s.show(w, r, http.StatusOK, "wait", p)
}

// findPosts keeps those that somebody means.
func (s *server) findPosts(posts []app.PostWait, typed string) []app.PostWait {
	found := slices.Clone(posts)
	return slices.DeleteFunc(found, func(p app.PostWait) bool { return !s.isMeant(p.Checkpoint, typed) })
}

// isMeant reports whether the name of a post, or a unit that it lies in, has the
// words that somebody typed, with or without accents.
func (s *server) isMeant(c anlo.Checkpoint, typed string) bool {
	text := " " + geo.Strip(geo.Normal(c.Name+" "+s.Units.FullName(c.Commune)))
	return !slices.ContainsFunc(strings.Fields(geo.Strip(geo.Normal(typed))), func(word string) bool { return !strings.Contains(text, " "+word) })
}
