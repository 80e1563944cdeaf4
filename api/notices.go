package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"anlo"
	"anlo/app"
)

// maxFollowUp is more than 200 notices and a note need, in bytes.
const maxFollowUp = 64 << 10

// The desk, for the systems of communes and police: the same use-cases as its
// pages, so the same permissions. A key acts in one role and one area.
func (s *server) notices(doc huma.API) {
	const path = "/api/v1/notices"
	register := func(op huma.Operation) huma.Operation {
		op.Tags, op.Security = []string{"desk"}, apiKey
		return op
	}
	huma.Register(doc, register(huma.Operation{
		OperationID: "list-notices",
		Method:      http.MethodGet,
		Path:        path,
		Summary:     "Notices in the order in which they changed, or a list of the desk",
		Description: "Without view: the notices of the key's area that changed since cursor, oldest change first; a notice that changed again comes again. Keep next, whether or not there was anything, and ask with it again. With view: one list of the desk, as its page shows it, with counts; the last page has no next. Everybody in the answer is entered into the audit.",
		Errors:      []int{401, 403, 404, 422, 503},
	}), s.listNotices)

	huma.Register(doc, register(huma.Operation{
		OperationID: "search-notices",
		Method:      http.MethodPost,
		Path:        path + "/search",
		Summary:     "Find notices by name, number, phone, plate or address",
		Description: "A POST, because what is searched for is personal and addresses are logged.",
		Errors:      []int{400, 401, 403, 404, 408, 413, 415, 422, 503},
	}), s.searchNotices)
	takes[noticeSearch](doc, path+"/search", http.MethodPost)

	huma.Register(doc, register(huma.Operation{
		OperationID: "read-notice",
		Method:      http.MethodGet,
		Path:        path + "/{id}",
		Summary:     "Everything about one notice that its officer works with",
		Description: "Numbers and the traveller's note are masked: reveal them for a purpose. A notice of another area is answered like one that never was.",
		Errors:      []int{401, 403, 404, 503},
	}), s.readNotice)

	huma.Register(doc, register(huma.Operation{
		OperationID: "reveal-notice",
		Method:      http.MethodPost,
		Path:        path + "/{id}/reveal",
		Summary:     "The same with nothing masked, for a purpose",
		Description: "The audit keeps the purpose; people may see who looked, and why.",
		Errors:      []int{400, 401, 403, 404, 408, 413, 415, 422, 503},
	}), s.revealNotice)
	takes[revealing](doc, path+"/{id}/reveal", http.MethodPost)

	huma.Register(doc, register(huma.Operation{
		OperationID: "follow-up",
		Method:      http.MethodPost,
		Path:        path + "/{id}/follow-ups",
		Summary:     "Record what was done about a notice",
		Description: "version is that of the notice which you saw: when somebody else acted since, nothing is recorded and the answer is 409 notice.changed. So a request that is repeated records nothing twice.",
		Errors:      []int{400, 401, 403, 404, 408, 409, 413, 415, 422, 503},
	}), s.followUp)
	takes[followUpOnce](doc, path+"/{id}/follow-ups", http.MethodPost)

	huma.Register(doc, register(huma.Operation{
		OperationID: "follow-up-many",
		Method:      http.MethodPost,
		Path:        "/api/v1/follow-ups",
		Summary:     "Record the same about many notices",
		Description: "Each in its own right: one that is refused stops none of the others, and says why.",
		Errors:      []int{400, 401, 403, 408, 413, 415, 422, 503},
	}), s.followUpMany)
	takes[followUpMany](doc, "/api/v1/follow-ups", http.MethodPost)
}

// holder is whoever the API key in the request acts as, when that may do one of
// the actions somewhere; the use-case asks again, for the place.
func (s *server) holder(ctx context.Context, c *Call, actions ...anlo.Action) (anlo.Actor, error) {
	token := c.bearer()
	if token == "" || s.OpenKey == nil {
		return anlo.Actor{}, anlo.ErrUnsigned
	}
	by, err := s.OpenKey(ctx, token)
	if err == nil && !slices.ContainsFunc(actions, by.May) {
		err = anlo.ErrForbidden
	}
	return c.as(by), err
}

// followingUp are the actions that some kind of follow-up asks for.
var followingUp = []anlo.Action{anlo.ActFollowUp, anlo.ActQuarantine, anlo.ActReroute}

type noticesInput struct {
	Call
	Cursor string `query:"cursor" maxLength:"200" doc:"next of the last answer; nothing for the beginning."`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
	View   string `query:"view" enum:"new,today,overdue,monitoring,arrivals,departures,all" doc:"A list of the desk, instead of the order of changes."`
	State  string `query:"state" enum:"new,informed,verified,not-found,wrong-address,monitoring,released,moved,cancelled" doc:"With view: only notices in this state."`
	Area   string `query:"area" maxLength:"40" example:"vn-2026/00004" doc:"With view: a commune or province inside the key's area."`
}

type noticesOutput struct{ Body noticeList }

func (s *server) listNotices(ctx context.Context, in *noticesInput) (*noticesOutput, error) {
	by, err := s.holder(ctx, &in.Call, anlo.ActReadDesk)
	if err != nil {
		return nil, err
	}
	if in.View != "" {
		page, err := s.Desk(ctx, by, app.DeskQuery{View: app.View(in.View), State: anlo.NoticeState(in.State), Area: s.unitRef(in.Area), Cursor: in.Cursor, Limit: in.Limit})
		if err != nil {
			return nil, err
		}
		return &noticesOutput{noticeListOf(page)}, nil
	}
	var wrong []FieldProblem
	for field, value := range map[string]string{"query.area": in.Area, "query.state": in.State} {
		if value != "" { // the order of changes is of the whole area, or a cursor would skip some
			wrong = append(wrong, FieldProblem{Field: field, Code: "value"})
		}
	}
	if wrong != nil {
		return nil, problem(http.StatusUnprocessableEntity, "invalid", wrong...)
	}
	items, next, err := s.Changes(ctx, by, in.Cursor, in.Limit)
	if err != nil {
		return nil, err
	}
	return &noticesOutput{noticeList{Notices: noticesOf(items), Next: next}}, nil
}

func (s *server) searchNotices(ctx context.Context, in *struct{ Call }) (*noticesOutput, error) {
	by, err := s.holder(ctx, &in.Call, anlo.ActReadDesk)
	if err != nil {
		return nil, err
	}
	b, err := decode[noticeSearch](&in.Call, maxFollowUp)
	if err != nil {
		return nil, err
	}
	q := app.DeskQuery{View: app.ViewAll, Text: tidy(b.Text), State: anlo.NoticeState(b.State), Area: s.unitRef(b.Area), Cursor: b.Cursor, Limit: b.Limit}
	var wrong []anlo.FieldError
	switch {
	case q.Text == "":
		wrong = append(wrong, anlo.FieldError{Field: "text", Code: "required"})
	case len([]rune(q.Text)) > 200:
		wrong = append(wrong, anlo.FieldError{Field: "text", Code: "text.long"})
	}
	if b.Limit < 0 || b.Limit > 200 {
		wrong = append(wrong, anlo.FieldError{Field: "limit", Code: "value"})
	}
	if wrong != nil {
		return nil, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: wrong}
	}
	page, err := s.Desk(ctx, by, q)
	if err != nil {
		return nil, err
	}
	return &noticesOutput{noticeListOf(page)}, nil
}

type noticeInput struct {
	Call
	ID string `path:"id" doc:"id of the notice"`
}

// about authenticates and reads which notice a request is about. One that is
// malformed does not exist.
func (s *server) about(ctx context.Context, in *noticeInput, actions ...anlo.Action) (anlo.Actor, anlo.NoticeID, error) {
	by, err := s.holder(ctx, &in.Call, actions...)
	if err != nil {
		return by, anlo.NoticeID{}, err
	}
	id, err := anlo.ParseNoticeID(in.ID)
	if err != nil {
		err = anlo.ErrNotFound
	}
	return by, id, err
}

type recordOutput struct{ Body record }

func (s *server) readNotice(ctx context.Context, in *noticeInput) (*recordOutput, error) {
	by, id, err := s.about(ctx, in, anlo.ActReadDesk)
	if err != nil {
		return nil, err
	}
	r, err := s.Record(ctx, by, id)
	if err != nil {
		return nil, err
	}
	return &recordOutput{recordOf(&r)}, nil
}

func (s *server) revealNotice(ctx context.Context, in *noticeInput) (*recordOutput, error) {
	by, id, err := s.about(ctx, in, anlo.ActReveal)
	if err != nil {
		return nil, err
	}
	b, err := decode[revealing](&in.Call, maxFollowUp)
	if err != nil {
		return nil, err
	}
	r, err := s.Reveal(ctx, by, id, anlo.Purpose(b.Purpose))
	if err != nil {
		return nil, err
	}
	return &recordOutput{recordOf(&r)}, nil
}

type noticeOutput struct{ Body Notice }

func (s *server) followUp(ctx context.Context, in *noticeInput) (*noticeOutput, error) {
	by, id, err := s.about(ctx, in, followingUp...)
	if err != nil {
		return nil, err
	}
	b, err := decode[followUpOnce](&in.Call, maxFollowUp)
	if err != nil {
		return nil, err
	}
	f, err := s.readFollowUp(&b.FollowUp)
	if err != nil {
		return nil, err
	}
	if b.Version == nil {
		return nil, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "version", Code: "required"}}}
	}
	n, err := s.FollowUp(ctx, by, id, *b.Version, f)
	if err != nil {
		return nil, err
	}
	return &noticeOutput{noticeOf(n)}, nil
}

type followedUpOutput struct {
	ContentLanguage string `header:"Content-Language" hidden:"true"`
	Vary            string `header:"Vary" hidden:"true"`
	Body            followedUp
}

func (s *server) followUpMany(ctx context.Context, in *struct{ Call }) (*followedUpOutput, error) {
	by, err := s.holder(ctx, &in.Call, followingUp...)
	if err != nil {
		return nil, err
	}
	b, err := decode[followUpMany](&in.Call, maxFollowUp)
	if err != nil {
		return nil, err
	}
	f, err := s.readFollowUp(&b.FollowUp)
	if err != nil {
		return nil, err
	}
	ids := make([]anlo.NoticeID, len(b.IDs))
	for i, text := range b.IDs {
		if ids[i], err = anlo.ParseNoticeID(text); err != nil {
			return nil, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "ids", Code: "id.malformed"}}}
		}
	}
	if len(ids) == 0 {
		return nil, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: []anlo.FieldError{{Field: "ids", Code: "required"}}}
	}
	done, err := s.FollowUpMany(ctx, by, ids, f)
	if err != nil {
		return nil, err
	}
	out := followedUp{Results: make([]followedUpOne, len(done))}
	for i, d := range done {
		out.Results[i] = followedUpOne{ID: d.ID, Done: d.Err == nil}
		if d.Err != nil {
			p := fromError(d.Err)
			out.Results[i].Code, out.Results[i].Title = p.Code, say(by.Lang, p.Code)
		}
	}
	return &followedUpOutput{by.Lang, "Accept-Language", out}, nil
}
