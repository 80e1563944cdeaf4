package web

import (
	"context"
	"net/http"
	"time"

	"anlo/locale"
)

const (
	languageCookie = "anlo_lang"
	year           = 365 * 24 * time.Hour
)

type wordsKey struct{}

// words are those of the language that the request is answered in.
func words(r *http.Request) *locale.Words {
	if w, ok := r.Context().Value(wordsKey{}).(*locale.Words); ok {
		return w
	}
	return locale.For(locale.Match(r.Header.Get("Accept-Language"), cookie(r, languageCookie), ""))
}

// language finds the language of a request. A visit to ?lang=en remembers the
// choice and goes on to the same page without it.
func (s *server) language(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		asked := q.Get("lang")
		lang := locale.Match(r.Header.Get("Accept-Language"), cookie(r, languageCookie), asked)
		if asked != "" && r.Method == http.MethodGet {
			if lang == asked {
				rememberLanguage(w, r, lang)
			}
			q.Del("lang")
			to := *r.URL
			to.Scheme, to.Host, to.RawQuery = "", "", q.Encode()
			w.Header().Set("Cache-Control", "no-store")
			http.Redirect(w, r, "/"+trimSlashes(to.RequestURI()), http.StatusSeeOther)
			return
		}
		inner := withWords(r, lang)
		next.ServeHTTP(w, inner)
		r.Pattern = inner.Pattern // for whoever logs the route
	})
}

func withWords(r *http.Request, lang string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), wordsKey{}, locale.For(lang)))
}

func rememberLanguage(w http.ResponseWriter, r *http.Request, lang string) {
	setCookie(w, r, http.Cookie{Name: languageCookie, Value: lang, Path: "/"}, year)
}

// trimSlashes keeps "//elsewhere" from becoming the address of another site.
func trimSlashes(path string) string {
	for len(path) > 0 && (path[0] == '/' || path[0] == '\\') {
		path = path[1:]
	}
	return path
}
