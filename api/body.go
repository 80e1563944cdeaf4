package api

import (
	"bytes"
	"errors"
	"mime"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"anlo"
)

// decode reads a JSON body, once and strictly (I-JSON, RFC 7493): valid UTF-8, no
// member twice, no member that is not in the document, no more than limit
// bytes. encoding/json accepts the first three.
//
// A handler calls it after it knows who is calling, so that strangers learn
// nothing from the errors.
func decode[T any](c *Call, limit int64) (*T, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		buf.Reset()
		buffers.Put(buf)
	}()
	if p := read(buf, c.w, c.r, limit); p != nil {
		return nil, p
	}
	value := new(T)
	if err := json.Unmarshal(buf.Bytes(), value, json.RejectUnknownMembers(true)); err != nil {
		return nil, misread(err)
	}
	return value, nil
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// read fills buf with a body that is worth decoding.
func read(buf *bytes.Buffer, w http.ResponseWriter, r *http.Request, limit int64) *Problem {
	if !isJSON(r.Header.Get("Content-Type")) || r.Header.Get("Content-Encoding") != "" {
		return problem(http.StatusUnsupportedMediaType, "media-type")
	}
	tooLarge := r.ContentLength > limit
	if !tooLarge {
		// Slow senders hold a connection no longer than a request may take.
		http.NewResponseController(w).SetReadDeadline(time.Now().Add(timeout))
		_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, limit))
		var large *http.MaxBytesError
		var slow net.Error
		switch {
		case errors.As(err, &large):
			tooLarge = true
		case errors.As(err, &slow) && slow.Timeout():
			return problem(http.StatusRequestTimeout, "timeout")
		case err != nil:
			return problem(http.StatusBadRequest, "bad-request")
		}
	}
	if tooLarge {
		w.Header().Set("Connection", "close") // the rest is not read
		return fromError(anlo.ErrTooLarge)
	}
	if !utf8.Valid(buf.Bytes()) {
		return problem(http.StatusBadRequest, "body.utf8")
	}
	return nil
}

func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && media == "application/json"
}

// misread explains why a body could not become a value. The decoder stops at
// the first fault of this sort; the rules that come later collect theirs.
func misread(err error) *Problem {
	var syntax *jsontext.SyntacticError
	var meaning *json.SemanticError
	field := func(at jsontext.Pointer, code string) *Problem {
		return problem(http.StatusUnprocessableEntity, "invalid", FieldProblem{Field: fieldName(dotted(at)), Code: code})
	}
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName) && errors.As(err, &syntax):
		return field(syntax.JSONPointer, "duplicate-field")
	case errors.As(err, &syntax):
		return problem(http.StatusBadRequest, "body.json")
	case errors.Is(err, json.ErrUnknownName) && errors.As(err, &meaning):
		return field(meaning.JSONPointer, "unknown-field")
	case errors.As(err, &meaning):
		return field(meaning.JSONPointer, "type")
	}
	return fromError(err)
}

// dotted writes a JSON pointer the way that anlo.FieldError names fields:
// "/travellers/0/sex" is "travellers[0].sex".
func dotted(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		switch {
		case strings.Trim(token, "0123456789") == "":
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	return b.String()
}
