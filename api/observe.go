package api

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

// Observe is the outermost handler. It names each request (X-Request-Id),
// survives panics, counts, and writes one line to the log: the route but never
// the path, the query, the body, a token or an address. failed answers a
// request whose handler panicked before it wrote anything.
func Observe(next http.Handler, log *slog.Logger, m *Metrics, failed http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		n := &note{id: strconv.FormatUint(rand.Uint64()|1<<63, 16)}
		r = r.WithContext(context.WithValue(r.Context(), noteKey{}, n))
		o := &observed{ResponseWriter: w}
		w.Header().Set("X-Request-Id", n.id)
		defer func() {
			p := recover()
			if p != nil && p != http.ErrAbortHandler {
				log.Error("panic", "request_id", n.id, "panic", describePanic(p), "stack", string(debug.Stack()))
				if o.status == 0 {
					failed(o, r)
					p = nil
				}
			}
			took := time.Since(start)
			m.observe(r.Pattern, o.sent(), took)
			logRequest(log, r, n, o, took)
			if p != nil {
				panic(http.ErrAbortHandler) // half an answer must not look whole
			}
		}()
		next.ServeHTTP(o, r)
	})
}

func logRequest(log *slog.Logger, r *http.Request, n *note, o *observed, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("route", routeName(r.Pattern)),
		slog.Int("status", o.sent()),
		slog.Int64("bytes", o.bytes),
		slog.Duration("took", took),
		slog.String("request_id", n.id),
	}
	level := slog.LevelInfo
	if n.cause != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.Any("error", n.cause))
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
}

// describePanic names a panic without its value, which may hold anything;
// those of the runtime hold numbers and types only.
func describePanic(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("%T", p)
}

// Failed answers in the way of the API a request whose handler panicked.
func Failed(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, r, problem(http.StatusInternalServerError, "internal"))
}

// note is what the log line says about a request and only its handler knows.
type note struct {
	id    string
	cause error
}

type noteKey struct{}

func noteCause(ctx context.Context, err error) {
	if n, ok := ctx.Value(noteKey{}).(*note); ok {
		n.cause = err
	}
}

// routeName is the pattern that matched; a request that none matched has no
// name, since its path was typed by a stranger.
func routeName(pattern string) string {
	if pattern == "" {
		return "none"
	}
	return pattern
}

// observed is a ResponseWriter that remembers.
type observed struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// Unwrap lets http.ResponseController find the rest of the abilities.
func (o *observed) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// sent is the status that the caller sees.
func (o *observed) sent() int {
	if o.status == 0 {
		return http.StatusOK // net/http says so for a handler that says nothing
	}
	return o.status
}

func (o *observed) WriteHeader(status int) {
	if o.status == 0 && status >= 200 { // 1xx come before the answer
		o.status = status
	}
	o.ResponseWriter.WriteHeader(status)
}

func (o *observed) Write(b []byte) (int, error) {
	if o.status == 0 {
		o.status = http.StatusOK
	}
	n, err := o.ResponseWriter.Write(b)
	o.bytes += int64(n)
	return n, err
}
