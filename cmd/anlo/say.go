package main

import (
	"crypto/subtle"
	"errors"

	"anlo"
	"anlo/locale"
)

// say returns the words for a code.
func say(lang, code string) string { return locale.For(lang).T(code) }

// explain returns an error as the person at the terminal should read it.
func explain(err error) string {
	var e *anlo.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	text := say("en", e.Code)
	for _, f := range e.Fields {
		text += "\n  " + f.Field + ": " + say("en", f.Code)
	}
	if code := e.Error(); err.Error() != code {
		text += " (" + err.Error() + ")"
	}
	return text
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
