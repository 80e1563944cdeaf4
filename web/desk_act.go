package web

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// followUp keeps what an officer did, and goes on: to the record again, or to
// the next one that is due.
func (s *server) followUp(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	id, err := noticeID(r)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	kind := anlo.FollowUpKind(r.PostForm.Get("kind"))
	version, err := strconv.Atoi(r.PostForm.Get("version"))
	if err != nil || !slices.Contains(anlo.FollowUpKinds, kind) {
		s.problem(w, r, http.StatusUnprocessableEntity)
		return
	}
	typed := s.typedWork(kind, r.PostForm)
	f, wrong := s.readWork(kind, typed, s.Now())
	if len(wrong) == 0 {
		_, err = s.FollowUp(r.Context(), by, id, version, f)
		addFaults(wrong, kind, err)
	}
	switch {
	case len(wrong) > 0, anlo.KindOf(err) == anlo.Conflict:
		s.notSaved(w, r, by, id, kind, typed, wrong, err)
		return
	case err != nil:
		s.fail(w, r, err)
		return
	}
	to, err := s.goOn(r, by, id, kind)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// notSaved shows the record as it stands now, why nothing was saved, and what
// the officer had typed.
func (s *server) notSaved(w http.ResponseWriter, r *http.Request, by anlo.Actor, id anlo.NoticeID, kind anlo.FollowUpKind, typed answers, wrong map[string]string, why error) {
	fresh, err := s.Record(r.Context(), by, id)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	p := s.recordPage(r, by, fresh)
	p.On = r.PostForm.Get("on") != ""
	status := http.StatusUnprocessableEntity
	if len(wrong) == 0 {
		status, p.Message = http.StatusConflict, p.T(codeOf(why))
	}
	p.typed(s, kind, typed, wrong)
	s.show(w, r, status, "record", p)
}

// goOn is where an officer goes who has saved something.
func (s *server) goOn(r *http.Request, by anlo.Actor, id anlo.NoticeID, kind anlo.FollowUpKind) (string, error) {
	l := s.deskList(r, by)
	if r.PostForm.Get("on") == "" {
		return l.at("/desk/n/"+id.String(), "done", string(kind)), nil
	}
	next, err := s.due(r, by, l, id)
	if err != nil || next == nil {
		return l.at("/desk", "done", string(kind)), err
	}
	return l.at("/desk/n/"+next.NoticeID.String(), "done", string(kind), "on", "1"), nil
}

// next offers what is due after a record.
func (s *server) next(r *http.Request, by anlo.Actor, id anlo.NoticeID) (*nextRecord, error) {
	l := s.deskList(r, by)
	n, err := s.due(r, by, l, id)
	if n == nil {
		return nil, err
	}
	return &nextRecord{l.at("/desk/n/" + n.NoticeID.String()), n.FullName, n.Address, s.moment(words(r), n.DueAt)}, nil
}

// due finds what is to be done first in the officer's list, other than one
// record. Lists that are not in the order of the work give way to those that are.
func (s *server) due(r *http.Request, by anlo.Actor, l deskList, other anlo.NoticeID) (*app.DeskItem, error) {
	views := []app.View{l.View}
	if !slices.Contains([]app.View{app.ViewNew, app.ViewToday, app.ViewOverdue, app.ViewMonitoring}, l.View) {
		views = []app.View{app.ViewOverdue, app.ViewToday, app.ViewNew}
	}
	for _, v := range views {
		q := app.DeskQuery{View: v, Area: l.Area, Limit: 2}
		page, err := s.Desk(r.Context(), by, q)
		if err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			if item.NoticeID != other {
				return &item, nil
			}
		}
	}
	return nil, nil
}

// bulkPage says what became of an act on many notices.
type bulkPage struct {
	officePage
	What     string
	Done     int
	Failed   []failure
	Back     string
	Problems []problem // nothing was done
}

// failure is a notice on which nothing was done.
type failure struct{ Name, Href, Why string }

// maxBulk is the most notices that one act reaches: a page of the list.
const maxBulk = 200

// bulk does the same with every notice that was picked.
func (s *server) bulk(w http.ResponseWriter, r *http.Request, by anlo.Actor) {
	if !s.readForm(w, r) {
		return
	}
	l := s.deskList(r, by)
	kind := anlo.FollowUpKind(r.PostForm.Get("kind"))
	picked := r.PostForm["id"]
	if !slices.Contains(anlo.BulkKinds, kind) || len(picked) > maxBulk {
		s.problem(w, r, http.StatusUnprocessableEntity)
		return
	}
	p := bulkPage{officePage: s.officePage(r, by, "bulk.title"), Back: l.at("/desk")}
	p.What = p.T("follow." + string(kind))
	var ids []anlo.NoticeID
	for _, text := range picked {
		id, err := anlo.ParseNoticeID(text)
		if err != nil {
			s.problem(w, r, http.StatusUnprocessableEntity)
			return
		}
		ids = append(ids, id)
	}
	f, wrong := s.readWork(kind, s.typedWork(kind, r.PostForm), s.Now())
	if p.Problems = problems(p.Words, kind, wrong); len(ids) == 0 {
		p.Problems = append(p.Problems, problem{"", p.T("bulk.nobody")})
	}
	if len(p.Problems) > 0 {
		p.Wrong = true
		s.show(w, r, http.StatusUnprocessableEntity, "desk-bulk", p)
		return
	}
	outcomes, err := s.FollowUpMany(r.Context(), by, ids, f)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	for _, o := range outcomes {
		if o.Err == nil {
			p.Done++
			continue
		}
		p.Failed = append(p.Failed, s.failure(r, by, l, o))
	}
	s.show(w, r, http.StatusOK, "desk-bulk", p)
}

// failure names the person, where the officer may know.
func (s *server) failure(r *http.Request, by anlo.Actor, l deskList, o app.FollowedUp) failure {
	f := failure{Name: words(r).T("bulk.unknown"), Why: words(r).T(codeOf(o.Err))}
	if errors.Is(o.Err, anlo.ErrNotFound) {
		f.Why = words(r).T("bulk.not-found")
		return f
	}
	if n, err := s.Record(r.Context(), by, o.ID); err == nil {
		f.Name, f.Href = n.Traveller.FullName, l.at("/desk/n/"+o.ID.String())
	}
	return f
}

// bulkWorks are the acts for many at once: those that need no words as
// buttons, the others with their questions.
func (s *server) bulkWorks(w *locale.Words, by anlo.Actor, now time.Time) (buttons, works []work) {
	for _, kind := range anlo.BulkKinds {
		switch k := s.work(w, kind, nil, nil, now); {
		case !by.May(kind.Action()):
		case slices.Contains(atTheDoor, kind):
			buttons = append(buttons, k)
		default:
			works = append(works, k)
		}
	}
	return buttons, works
}
