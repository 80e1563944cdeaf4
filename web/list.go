package web

import (
	"bytes"
	"compress/flate"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"time"

	"anlo"
	"anlo/app"
	"anlo/exchange"
	"anlo/identity"
)

// listRoutes are for whoever declares for the riders of coaches and the drivers
// of trucks: a list, a code a vehicle.
var listRoutes = []route{
	{"GET /declare/list", (*server).beginList},
	{"POST /declare/list", (*server).list},
	{"GET /declare/list/template.xlsx", (*server).listTemplate},
	{"POST /declare/list/sheets", (*server).listSheets},
	{"POST /declare/list/results", (*server).listResults},
}

// maxList is the most bytes of a list and of the forms that carry it.
const maxList = 4 << 20

// listDraft is a list that was not sent yet. Like a draft, it travels sealed in
// the page, so that no file lies on the server.
type listDraft struct {
	Key     string        `json:"k"`
	Now     time.Time     `json:"n"`
	Trip    answers       `json:"t"`
	Healthy bool          `json:"h,omitempty"`
	Rows    []app.ListRow `json:"r,omitempty"`
	Ignored []string      `json:"i,omitempty"` // columns that nobody asked for
}

// sealList makes the hidden field; v is a listDraft or a listDone.
func (s *server) sealList(purpose string, v any) (string, error) {
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestSpeed)
	if err != nil {
		return "", err
	}
	if err := errors.Join(json.NewEncoder(z).Encode(v), z.Close()); err != nil {
		return "", err
	}
	return s.SealForm(purpose, b.Bytes())
}

// openList reads the hidden field; anlo.ErrUnsigned when it is too old.
func (s *server) openList(purpose, sealed string, v any) error {
	packed, err := s.OpenForm(purpose, sealed, draftLife)
	if err != nil {
		return err
	}
	z := flate.NewReader(bytes.NewReader(packed))
	if err := json.NewDecoder(z).Decode(v); err != nil {
		return anlo.ErrUnsigned
	}
	return nil
}

func (s *server) beginList(w http.ResponseWriter, r *http.Request) {
	d := listDraft{Key: rand.Text(), Trip: answers{"from": {"other"}, "depart": {"now"}, "vehicle": {"bus"}}}
	s.showList(w, r, d, nil)
}

// list takes the form with its file, or the page on which the clerk has checked
// what was read of it.
func (s *server) list(w http.ResponseWriter, r *http.Request) {
	if !s.readListForm(w, r) {
		return
	}
	var d listDraft
	if s.openList("list", r.PostForm.Get("draft"), &d) != nil || d.Trip == nil {
		s.draftExpired(w, r)
		return
	}
	var err error
	if r.PostForm.Get("step") == "form" {
		err = s.takeList(&d, r)
	}
	switch lang, to := r.PostForm.Get("lang"), r.PostForm.Get("go"); {
	case lang != "":
		r = withWords(r, lang)
		rememberLanguage(w, r, words(r).Lang)
		if r.PostForm.Get("step") == "check" {
			s.checkList(w, r, d, nil)
			return
		}
		s.showList(w, r, d, nil)
	case to == "form":
		s.showList(w, r, d, nil)
	case err != nil:
		s.showList(w, r, d, err)
	case to == "send":
		s.sendList(w, r, d)
	default:
		s.checkList(w, r, d, nil)
	}
}

// readListForm reads a form with a file, in memory: what is in it is personal.
func (s *server) readListForm(w http.ResponseWriter, r *http.Request) bool {
	err := r.ParseMultipartForm(maxList)
	if errors.Is(err, http.ErrNotMultipart) {
		return s.readForm(w, r)
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return true
	case errors.As(err, &tooLarge):
		s.problem(w, r, http.StatusRequestEntityTooLarge)
	default:
		s.problem(w, r, http.StatusUnprocessableEntity)
	}
	return false
}

// takeList copies what was typed and read into the draft. Without a new list the
// one before is kept.
func (s *server) takeList(d *listDraft, r *http.Request) error {
	for _, in := range listInputs {
		var values []string
		if v := identity.CleanName(r.PostForm.Get(in.name)); v != "" {
			values = []string{v}
		}
		if pick := r.PostForm.Get(in.name + "_pick"); in.commune && pick != "" {
			if full := s.Units.FullName(anlo.UnitRef{List: s.UnitList, Code: pick}); full != "" && s.offered(values, pick) {
				values = []string{full}
			}
		}
		d.Trip.set(in.name, values...)
	}
	d.Healthy = r.PostForm.Get("healthy") == "yes"
	d.Now = s.Now().Truncate(time.Second)
	data := []byte(r.PostForm.Get("pasted"))
	if f, _, err := r.FormFile("file"); err == nil {
		defer f.Close()
		read, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		if len(read) > 0 {
			data = read
		}
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil
	}
	listed, err := listSheet.Read(data)
	if err != nil {
		return err
	}
	d.Rows, d.Ignored = listRows(listed), listed.Ignored
	return nil
}

// listSheet are the columns of a list, under the names that people give them.
var listSheet = exchange.Sheet{
	Columns: map[string][]string{
		"full_name":     {"họ và tên", "họ tên", "tên", "hành khách", "lái xe", "tài xế", "họ tên lái xe", "name", "passenger", "driver"},
		"id_number":     {"số CCCD hoặc CMND", "số CCCD", "CCCD", "CMND", "số CMND", "số CMND/CCCD", "CMND/CCCD", "CCCD/CMND", "số CCCD/CMND", "căn cước", "số căn cước", "số giấy tờ", "số định danh", "hộ chiếu", "identity number", "id", "passport"},
		"nationality":   {"quốc tịch"},
		"date_of_birth": {"ngày sinh", "ngày tháng năm sinh", "năm sinh", "sinh ngày", "birth date", "dob", "date of birth"},
		"sex":           {"giới tính", "nam/nữ", "phái", "gender"},
		"phone":         {"số điện thoại", "điện thoại", "SĐT", "ĐT", "di động", "phone number", "mobile"},
		"commune":       {"xã, phường nơi thường trú", "xã/phường", "phường/xã", "xã phường", "nơi thường trú", "thường trú", "nơi ở", "xã", "commune of residence", "ward"},
		"address":       {"số nhà, đường, thôn, tổ", "địa chỉ", "địa chỉ thường trú", "số nhà", "house, street, hamlet", "street"},
		"plate":         {"biển số xe", "biển số", "biển kiểm soát", "BKS", "xe", "number plate", "vehicle"},
		"seat":          {"ghế", "số ghế", "chỗ", "chỗ ngồi", "seat number"},
		"symptoms":      {"triệu chứng", "symptom"},
		"contact":       {"tiếp xúc", "tiếp xúc ca bệnh", "tiếp xúc F0", "contact with case"},
	},
	Required: []string{"full_name", "id_number"},
	Days:     []string{"date_of_birth"},
	MaxRows:  app.MaxListRows,
}

// listRows are the rows of a list, readable or not, in the order of the file.
func listRows(l exchange.Listed) (rows []app.ListRow) {
	for _, r := range l.Rows {
		rows = append(rows, app.ListRow{Line: r.Line, FullName: r.Get("full_name"), IDNumber: r.Get("id_number"), Nationality: r.Get("nationality"),
			DateOfBirth: r.Get("date_of_birth"), Sex: r.Get("sex"), Phone: r.Get("phone"), Commune: r.Get("commune"), Address: r.Get("address"),
			Plate: r.Get("plate"), Seat: r.Get("seat"), Symptoms: r.Get("symptoms"), Contact: r.Get("contact")})
	}
	for _, b := range l.Bad {
		rows = append(rows, app.ListRow{Line: b.Row.Line, Unreadable: b.Reason})
	}
	slices.SortStableFunc(rows, func(a, b app.ListRow) int { return a.Line - b.Line })
	return rows
}

// listTrip is the trip that was typed, and what could not be made sense of.
func (s *server) listTrip(d listDraft) (app.ListTrip, []anlo.FieldError) {
	r := reading{server: s, draft: draft{Trip: d.Trip, Now: d.Now}}
	trip := app.ListTrip{Trip: r.trip(anlo.Residence{}), Healthy: d.Healthy}
	var wrong []anlo.FieldError
	for _, f := range r.faults {
		wrong = append(wrong, anlo.FieldError{Field: f.input, Code: f.code})
	}
	return trip, wrong
}

// readDraft says what a list amounts to; its errors are under the names of the
// inputs.
func (s *server) readDraft(r *http.Request, d listDraft) (app.ListTrip, app.List, error) {
	trip, wrong := s.listTrip(d)
	l, err := s.ReadList(s.citizen(r), trip, d.Rows)
	var e *anlo.Error
	if err != nil && (!errors.As(err, &e) || e.Kind != anlo.Invalid) {
		return trip, l, err
	}
	if e != nil {
		for _, f := range e.Fields {
			if name, ok := inputOfField[f.Field]; ok {
				f.Field = name
			}
			if f.Field == "depart" && d.Trip.is("depart", "later") {
				f.Field = "depart_date"
			}
			if f.Field == "rows" {
				f.Field = "file"
			}
			if !slices.ContainsFunc(wrong, func(have anlo.FieldError) bool { return have.Field == f.Field }) {
				wrong = append(wrong, f)
			}
		}
	}
	if wrong != nil {
		return trip, l, &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: wrong}
	}
	return trip, l, nil
}

// sendList declares what the clerk has checked.
func (s *server) sendList(w http.ResponseWriter, r *http.Request, d listDraft) {
	trip, l, err := s.readDraft(r, d)
	if err != nil {
		s.showList(w, r, d, err)
		return
	}
	if len(l.Vehicles) == 0 {
		s.checkList(w, r, d, nil)
		return
	}
	if s.limiter != nil && s.limiter.AllowN(anlo.Subscriber(r.RemoteAddr), len(l.Vehicles)) > 0 {
		s.checkList(w, r, d, anlo.ErrTooMany)
		return
	}
	body, err := json.Marshal(d)
	if err != nil {
		s.fail(w, r, err)
		return
	}
	digest := sha256.Sum256(body) // a double click is one list, a changed list another
	l, err = s.DeclareList(r.Context(), s.citizen(r), trip, d.Rows, d.Key+base64.RawURLEncoding.EncodeToString(digest[:12]))
	switch kind := anlo.KindOf(err); {
	case err == nil:
		s.listDone(w, r, d, l)
	case kind == anlo.Invalid || kind == anlo.TooMany || kind == anlo.Unavailable:
		s.checkList(w, r, d, err)
	default:
		s.fail(w, r, err)
	}
}
