package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"anlo"
	"anlo/app"
)

// maxBatch is three times a batch of [app.MaxReadings], in bytes.
const maxBatch = 1 << 20

func (s *server) scans(doc huma.API) {
	const path = "/api/v1/scans"
	huma.Register(doc, huma.Operation{
		OperationID: "deliver",
		Method:      http.MethodPost,
		Path:        path,
		Tags:        []string{"checkpoints"},
		Summary:     "Deliver what a scanner read",
		Description: "Takes up to 1,000 readings; an empty list only says how the scanner is. Each is kept once, however often it is sent, and each has its own result, in order: one that makes no sense is refused, and the others are kept. " +
			"What the officer found out or decided since is taken from the copy with the highest revision. Send what is lost again: with the same identifiers, in any order. " +
			"A device that was withdrawn may deliver for 72 hours what it read before that.",
		Security: deviceToken,
		Errors:   []int{400, 401, 403, 408, 413, 415, 422, 429, 503},
	}, s.deliver)
	takes[scanBatch](doc, path, http.MethodPost)
}

// scanBatch is the body as the document describes it.
type scanBatch struct {
	SentAt         string     `json:"sent_at" format:"date-time" doc:"When this is sent, by the scanner's own clock: when that is wrong, the readings are put right by it."`
	BundleIssuedAt string     `json:"bundle_issued_at,omitzero" doc:"Issue time of the bundle that the scanner judges by; empty when it has none."`
	Waiting        int        `json:"waiting,omitzero" minimum:"0" doc:"How many readings it still has to send after these."`
	Scans          []scanItem `json:"scans" maxItems:"1000"`
}

// scanEnvelope is the same with the readings still to be read.
type scanEnvelope struct {
	SentAt         string           `json:"sent_at"`
	BundleIssuedAt string           `json:"bundle_issued_at"`
	Waiting        int              `json:"waiting"`
	Scans          []jsontext.Value `json:"scans"`
}

type scanItem struct {
	ID       string   `json:"id" format:"uuid" doc:"Made by the scanner, UUID version 7."`
	At       string   `json:"at" format:"date-time" doc:"When it was read, by the scanner's own clock."`
	Kind     string   `json:"kind"`
	Pass     string   `json:"pass,omitzero" doc:"Identifier of the pass, from two claims in its code; empty when the code was no pass of ours."`
	Number   string   `json:"number,omitzero" example:"001090123456" doc:"Of an identity card that was read alone. It is not kept."`
	Code     string   `json:"code,omitzero" example:"7K3M-9QXP" doc:"Short code of a text message. It is not kept."`
	Verdict  string   `json:"verdict" doc:"What the officer was told."`
	Reasons  []string `json:"reasons,omitempty"`
	Decision string   `json:"decision,omitzero" doc:"What the officer did; empty until that is known."`
	Compared string   `json:"compared,omitzero" doc:"How an identity card that was read beside it agreed."`
	People   int      `json:"people" minimum:"1" maximum:"60" doc:"Travellers who were there."`
	TookMs   int64    `json:"took_ms,omitzero" minimum:"0" doc:"Milliseconds from the code to the decision; 0 while that is open."`
	Revision int      `json:"revision,omitzero" minimum:"0" maximum:"1000000" doc:"Grows with each change of this reading: the copy with the highest one holds."`
}

type scanReceipt struct {
	Now       time.Time    `json:"now" doc:"What our clock shows."`
	Withdrawn bool         `json:"withdrawn" doc:"The device is no longer enrolled: deliver what was read before, and forget the rest."`
	Results   []scanResult `json:"results"`
}

type scanResult struct {
	ID        string         `json:"id" doc:"As it was sent; empty when it was no identifier."`
	Status    string         `json:"status" doc:"kept, or known when the same reading was there; refused, for good."`
	Code      string         `json:"code,omitzero" doc:"Of a refused one: invalid, or device.withdrawn."`
	Fields    []FieldProblem `json:"fields,omitempty" doc:"Of an invalid one: every member at fault."`
	Verdict   string         `json:"verdict,omitzero" doc:"By all that we know; what was sent, when that is no more. Absent when refused."`
	Reasons   []string       `json:"reasons"`
	Alert     bool           `json:"alert" doc:"We know something that the officer did not, of a reading of the last 15 minutes, and nobody was stopped."`
	Elsewhere *elsewhereSeen `json:"elsewhere" doc:"null unless the reasons say seen-elsewhere."`
}

type elsewhereSeen struct {
	Post    string `json:"post" doc:"Name of the other post."`
	Minutes int    `json:"minutes" minimum:"0" doc:"Between the two readings."`
	Km      int    `json:"km" minimum:"0" doc:"Between the two posts, in a straight line."`
}

// TransformSchema implements huma.SchemaTransformer: most were seen nowhere else.
func (elsewhereSeen) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Nullable = true
	return s
}

type deliverInput struct{ Call }

type deliverOutput struct {
	ContentLanguage string `header:"Content-Language" hidden:"true"`
	Vary            string `header:"Vary" hidden:"true"`
	Body            scanReceipt
}

func (s *server) deliver(ctx context.Context, in *deliverInput) (*deliverOutput, error) {
	by, err := s.OpenDeviceForDelivery(ctx, in.bearer())
	if err != nil {
		return nil, err
	}
	by = in.as(by)
	e, err := in.envelope()
	if err != nil {
		return nil, err
	}
	b, err := e.head()
	if err != nil {
		return nil, err
	}
	out := scanReceipt{Results: make([]scanResult, len(e.Scans))}
	places := make([]int, 0, len(e.Scans)) // of the readings among the results
	b.Readings = make([]app.Reading, 0, len(e.Scans))
	for i, raw := range e.Scans {
		r, p := readScan(raw)
		if p != nil {
			out.Results[i] = refused(by.Lang, idOf(raw), p)
			continue
		}
		places, b.Readings = append(places, i), append(b.Readings, r)
	}
	receipt, err := s.KeepScans(ctx, by, b)
	if err != nil {
		return nil, err
	}
	for i, r := range receipt.Results {
		out.Results[places[i]] = resultOf(by.Lang, r)
	}
	out.Now, out.Withdrawn = receipt.Now.UTC().Truncate(time.Millisecond), receipt.Withdrawn
	return &deliverOutput{by.Lang, "Accept-Language", out}, nil
}

// envelope reads the body as far as it concerns all readings. Each reading is
// left as it is, so that what is wrong with one is nobody else's affair.
func (c *Call) envelope() (*scanEnvelope, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		buf.Reset()
		buffers.Put(buf)
	}()
	if p := read(buf, c.w, c.r, maxBatch); p != nil {
		return nil, p
	}
	e := new(scanEnvelope)
	err := json.Unmarshal(buf.Bytes(), e, json.RejectUnknownMembers(true))
	var syntax *jsontext.SyntacticError
	if errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax) && strings.HasPrefix(string(syntax.JSONPointer), "/scans/") {
		*e = scanEnvelope{}
		err = json.Unmarshal(buf.Bytes(), e, json.RejectUnknownMembers(true), jsontext.AllowDuplicateNames(true))
	}
	if err != nil {
		return nil, misread(err)
	}
	if len(e.Scans) > app.MaxReadings {
		return nil, anlo.ErrTooLarge
	}
	return e, nil
}

// head is the batch without its readings.
func (e *scanEnvelope) head() (b app.ScanBatch, err error) {
	var rd reading
	if e.SentAt == "" {
		rd.faults = append(rd.faults, anlo.FieldError{Field: "sent_at", Code: "required"})
	}
	b.SentAt, b.BundleAt, b.Waiting = rd.time("sent_at", e.SentAt), rd.time("bundle_issued_at", e.BundleIssuedAt), e.Waiting
	if e.Waiting < 0 {
		rd.faults = append(rd.faults, anlo.FieldError{Field: "waiting", Code: "value"})
	}
	return b, rd.err()
}

// readScan turns one item into a reading, or says what is wrong with its form;
// what it means, anlo.Scan.Check judges.
func readScan(raw jsontext.Value) (app.Reading, *Problem) {
	var i scanItem
	if err := json.Unmarshal(raw, &i, json.RejectUnknownMembers(true)); err != nil {
		return app.Reading{}, misread(err)
	}
	var rd reading
	r := app.Reading{Scan: anlo.Scan{
		ID: rd.id("id", i.ID), Pass: rd.id("pass", i.Pass), At: rd.time("at", i.At), Kind: anlo.ScanKind(i.Kind),
		Verdict:  anlo.Verdict{Outcome: anlo.Outcome(i.Verdict)},
		Decision: anlo.Decision(i.Decision), Compared: anlo.Compared(i.Compared), People: i.People, Revision: i.Revision,
		Took: time.Duration(min(max(i.TookMs, -1), anlo.MaxTook.Milliseconds()+1)) * time.Millisecond,
	}}
	if len(i.Reasons) > 0 {
		r.Scan.Verdict.Reasons = make([]anlo.Reason, len(i.Reasons))
		for n, reason := range i.Reasons {
			r.Scan.Verdict.Reasons[n] = anlo.Reason(reason)
		}
	}
	if i.Code != "" {
		var ok bool
		if r.Code, ok = anlo.ParseCode(i.Code); !ok {
			rd.faults = append(rd.faults, anlo.FieldError{Field: "code", Code: "short-code.malformed"})
		}
	}
	if i.Number != "" {
		var err error
		if r.Card, err = anlo.ParseIDNumber(i.Number); err != nil {
			rd.fault("number", err)
		}
	}
	if err := rd.err(); err != nil {
		return app.Reading{}, fromError(err)
	}
	return r, nil
}

// idOf finds the identifier of an item that cannot be read, so that the scanner
// knows which it was.
func idOf(raw jsontext.Value) string {
	var i struct {
		ID string `json:"id"`
	}
	json.Unmarshal(raw, &i, jsontext.AllowDuplicateNames(true))
	if _, err := anlo.ParseID(i.ID); err != nil {
		return ""
	}
	return i.ID
}

func resultOf(lang string, r app.ScanResult) scanResult {
	id := ""
	if !r.ID.IsZero() {
		id = r.ID.String()
	}
	if r.Refused != nil {
		return refused(lang, id, fromError(r.Refused))
	}
	out := scanResult{ID: id, Status: "kept", Verdict: string(r.Verdict.Outcome), Reasons: texts(r.Verdict.Reasons), Alert: r.Alert}
	if r.Known {
		out.Status = "known"
	}
	if e := r.Elsewhere; e != nil {
		out.Elsewhere = &elsewhereSeen{e.Post, e.Minutes, e.Km}
	}
	return out
}

func refused(lang, id string, p *Problem) scanResult {
	for i := range p.Errors {
		p.Errors[i].Message = say(lang, p.Errors[i].Code)
	}
	return scanResult{ID: id, Status: "refused", Code: p.Code, Fields: p.Errors, Reasons: []string{}}
}
