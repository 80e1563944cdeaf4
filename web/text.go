package web

import (
	"net/http"

	"anlo"
	"anlo/app"
	"anlo/locale"
)

// textOffer is the part of the pass page that sends the short code to a plain
// phone: the one declared, no other.
type textOffer struct {
	To   string // the phone, masked; "" when no text can be sent
	Sent bool   // was asked for just now
}

func (s *server) textOffer(r *http.Request, d app.Declared) textOffer {
	return textOffer{To: s.TextTo(d.Declaration), Sent: r.URL.Query().Get("text") == "sent"}
}

// sendText answers alike whether the text is sent or the phone has had those of
// the day.
func (s *server) sendText(w http.ResponseWriter, r *http.Request) {
	by, err := s.owner(r)
	if err == nil {
		if s.wait(r.RemoteAddr) > 0 {
			err = anlo.ErrTooMany
		} else {
			err = s.TextOwn(r.Context(), by)
		}
	}
	if err != nil {
		s.fail(w, r, err)
		return
	}
	goTo(w, r, "/my/"+r.PathValue("token")+"?text=sent#text")
}

// textAssisted sends the code of a pass that an officer has just issued, unless
// the box says otherwise, and tells in words what becomes of it. The pass is
// issued whatever that is.
func (s *server) textAssisted(r *http.Request, w *locale.Words, by anlo.Actor, d draft, receipt app.Receipt, reference string) string {
	if !s.Texts() || d.People[0].get("phone") == "" || d.People[0].is("by_text", "no") {
		return ""
	}
	to := s.TextTo(receipt.Declaration)
	if to == "" {
		return w.T("by-text.cannot")
	}
	if err := s.TextAssisted(r.Context(), by, reference); err != nil {
		s.Log.Warn("text not queued", "kind", anlo.KindOf(err))
		return w.T("by-text.failed")
	}
	return w.T("by-text.on-the-way", "Phone", to)
}
