package api

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anlo"
	"anlo/app"
)

func (s *server) waits(doc huma.API) {
	huma.Register(doc, huma.Operation{
		OperationID: "waits",
		Method:      http.MethodGet,
		Path:        "/api/v1/waits",
		Tags:        []string{"checkpoints"},
		Summary:     "How long each post takes now",
		Description: "For everybody, made anew twice a minute. Times are coarse, and of a post that few come through nothing is said.",
		Errors:      []int{503},
		Responses:   answers[waitList](doc, "application/json"),
	}, s.readWaits)
}

type waitList struct {
	At    time.Time  `json:"at" doc:"The moment that the figures are of."`
	Posts []postWait `json:"posts" doc:"By name."`
}

type postWait struct {
	ID      anlo.ID    `json:"id" format:"uuid"`
	Name    string     `json:"name"`
	Commune commune    `json:"commune"`
	State   string     `json:"state" doc:"known: see minutes. full: the lanes do what they can, and nobody has counted the queue. unknown: nothing was read lately."`
	Minutes *int       `json:"minutes,omitempty" minimum:"0" doc:"When known: 0 for less than 5, then in steps of 5, 10 and 30."`
	Over    bool       `json:"over,omitzero" doc:"It takes longer than minutes."`
	Trend   string     `json:"trend" doc:"Whether more or fewer come than a quarter of an hour ago."`
	Surge   *time.Time `json:"surge_until,omitempty" doc:"Until when the post asks less than usual."`
}

// madeWaits keeps the answer as long as its figures stand: it is asked for by
// everybody at once.
type madeWaits struct {
	mu   sync.Mutex
	at   time.Time
	data []byte
	etag string
}

var trends = map[int]string{1: "more", 0: "steady", -1: "fewer"}

func (s *server) readWaits(ctx context.Context, _ *struct{ Call }) (*written, error) {
	w, err := s.Waits(ctx)
	if err != nil {
		return nil, err
	}
	m := &s.madeWaits
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.data == nil || !m.at.Equal(w.At) {
		data, err := json.Marshal(s.waitsOf(w))
		if err != nil {
			return nil, err
		}
		m.at, m.data, m.etag = w.At, data, etagOf(data)
	}
	return cached("application/json", 30*time.Second, m.etag, m.data), nil
}

func (s *server) waitsOf(w app.Waits) waitList {
	out := waitList{At: w.At.UTC().Truncate(time.Second), Posts: make([]postWait, len(w.Posts))}
	for i, p := range w.Posts {
		out.Posts[i] = postWait{ID: p.ID, Name: p.Name, Commune: commune{p.Commune.Code, s.Units.FullName(p.Commune)},
			State: string(p.Wait.State), Trend: trends[p.Trend], Surge: moment(p.Surge)}
		if p.Wait.State == anlo.WaitKnown {
			minutes, over := p.Wait.Rounded()
			out.Posts[i].Minutes, out.Posts[i].Over = &minutes, over
		}
	}
	return out
}
