// Package locale holds everything that people read: messages in Vietnamese, the
// default, and English, and how dates and times are written.
//
// The words are in NAME.vi.toml and NAME.en.toml, a pair for each part of the
// house. A key is flat and says
// where it belongs: "field.full_name", "vehicle.car", "reason.expired". The
// code of an error is itself a key, so that
//
//	locale.For("en").T("date.future")
//
// says "This date is in the future." Tests see to it that both files have the
// same keys and that every code of the domain has words.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Languages are those there are words in, the default first.
var Languages = []string{"vi", "en"}

//go:embed *.toml
var files embed.FS

// keys are those of the default language; tests see to it that every language
// has the same.
var keys []string // filled by bundle

var bundle = sync.OnceValue(func() *i18n.Bundle {
	b := i18n.NewBundle(language.Vietnamese)
	b.RegisterUnmarshalFunc("toml", toml.Unmarshal)
	names, err := fs.Glob(files, "*.toml")
	if err != nil {
		panic(err)
	}
	for _, name := range names {
		read, err := b.LoadMessageFileFS(files, name)
		if err != nil {
			panic(err) // the files are part of the program, and a test reads them
		}
		if read.Tag == language.Vietnamese {
			for _, m := range read.Messages {
				keys = append(keys, m.ID)
			}
		}
	}
	return b
})

// matcher's first tag is what somebody gets whose languages we do not speak.
var matcher = language.NewMatcher([]language.Tag{language.Vietnamese, language.English})

// Match returns the language to answer in: what the query asks for, else what
// the cookie remembers, else what the browser prefers (Accept-Language, RFC
// 9110, section 12.5.4), else Vietnamese.
func Match(acceptLanguage, cookie, query string) string {
	for _, asked := range []string{query, cookie} {
		if known(asked) {
			return asked
		}
	}
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 {
		return Languages[0]
	}
	_, i, _ := matcher.Match(tags...)
	return Languages[i]
}

func known(lang string) bool { return lang == "vi" || lang == "en" }

// Words speaks one language. It is safe for use by several goroutines.
type Words struct {
	Lang      string // "vi" or "en"
	localizer *i18n.Localizer
}

var spoken = sync.OnceValue(func() map[string]*Words {
	m := map[string]*Words{}
	for _, lang := range Languages {
		m[lang] = &Words{lang, i18n.NewLocalizer(bundle(), lang)}
	}
	return m
})

// For returns the words of a language, Vietnamese for one we do not speak.
func For(lang string) *Words {
	if w, ok := spoken()[lang]; ok {
		return w
	}
	return spoken()[Languages[0]]
}

// Other is the language that is not spoken.
func (w *Words) Other() string {
	if w.Lang == Languages[0] {
		return Languages[1]
	}
	return Languages[0]
}

// T returns a message. args are names and values in turn, for the places in
// the message: T("slip.born", "Year", 1990). The name Count also chooses the
// plural. An unknown key is returned as it is.
func (w *Words) T(key string, args ...any) string {
	c := &i18n.LocalizeConfig{MessageID: key}
	if len(args) > 0 {
		data := map[string]any{}
		for i := 0; i+1 < len(args); i += 2 {
			name := fmt.Sprint(args[i])
			data[name] = args[i+1]
			if name == "Count" {
				c.PluralCount = args[i+1]
			}
		}
		c.TemplateData = data
	}
	s, err := w.localizer.Localize(c)
	if err != nil && s == "" {
		return key
	}
	return s
}

// With returns the messages whose keys begin with one of the prefixes, for
// scripts that speak for themselves without a network.
func (w *Words) With(prefixes ...string) map[string]string {
	some := map[string]string{}
	for _, key := range keys {
		for _, prefix := range prefixes {
			if strings.HasPrefix(key, prefix) {
				some[key] = w.T(key)
			}
		}
	}
	return some
}

// Has reports whether there is a message under the key.
func (w *Words) Has(key string) bool {
	_, err := w.localizer.LocalizeMessage(&i18n.Message{ID: key})
	return err == nil
}
