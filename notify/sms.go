package notify

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"anlo"
)

// Text is a message to a phone.
type Text struct {
	ID   anlo.ID // the same on every try
	To   string  // "+84912345678"
	Body string  // at most [MaxText] characters of GSM 7 bit
}

// MaxText is how many characters one text message holds.
const MaxText = 160

// String and LogValue keep phones and what they are told out of logs.
func (t Text) String() string { return "text ***" }

// Masked shows the last three digits of the phone.
func (t Text) Masked() string { return "•••" + t.To[max(len(t.To)-3, 0):] }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Texter hands texts on: [Gateway], or [Console] in a demonstration.
type Texter interface {
	// Send returns nil when the text was taken, ErrTextRefused when it never
	// will be, and any other error when it may be tried again.
	Send(ctx context.Context, t Text) error
}

// Why a text was not taken. None says whom it was for.
var (
	ErrTextRefused = &anlo.Error{Kind: anlo.Invalid, Code: "text.refused"}     // this text, whenever it is sent
	ErrTextLater   = &anlo.Error{Kind: anlo.Unavailable, Code: "text.gateway"} // the gateway is away, busy, or does not know us
)

// Gateway hands texts to an HTTP gateway in the way that Kannel's sendsms takes
// them by POST: the phone and who we are in headers, the text as the body.
// Kannel's other way, a query, would leave phones and texts in the access logs
// of everything in between.
//
// The operator names the address, so that unlike that of a webhook it may be
// private; and in the clear, http, it must be.
type Gateway struct {
	URL      string // "http://127.0.0.1:13013/cgi-bin/sendsms"
	From     string // the sender that phones show
	Username string
	Password string
	// Timeout lasts to the end of the answer; ten seconds when zero.
	Timeout time.Duration
	// TLS holds who is believed over https; nil for the roots of the system.
	TLS *tls.Config

	once   sync.Once
	client *http.Client
}

// String keeps the password out of logs.
func (g *Gateway) String() string { return "gateway ***" }

// Check says what is wrong with how the gateway is described.
func (g *Gateway) Check() error {
	u, err := url.Parse(g.URL)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return errors.New("the address of the gateway is not like http://127.0.0.1:13013/cgi-bin/sendsms")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return errors.New("the address of the gateway must hold no name, password or query")
	case g.From == "" || len(g.From) > 20 || !visible(g.From):
		return errors.New("the sender of texts must be 1 to 20 letters and digits")
	case strings.ContainsAny(g.Username+g.Password, "\r\n"):
		return errors.New("the gateway's user and password must be one line each")
	}
	return nil
}

func (g *Gateway) init() {
	g.once.Do(func() {
		dialer := &net.Dialer{Timeout: patience}
		if strings.HasPrefix(g.URL, "http:") {
			dialer.Control = private
		}
		g.client = &http.Client{
			Timeout:       cmp.Or(g.Timeout, patience),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{DialContext: dialer.DialContext, TLSClientConfig: g.TLS, MaxIdleConnsPerHost: 8,
				IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: maxRead},
		}
	})
}

// private refuses to dial what is not: phones do not cross the internet in the
// clear.
func private(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err == nil {
		if ip := a.Addr().Unmap(); ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast() {
			return nil
		}
	}
	return ErrTextLater
}

// Send implements [Texter]. A gateway that honours Idempotency-Key sends a text
// once although it was handed over twice.
func (g *Gateway) Send(ctx context.Context, t Text) error {
	g.init()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, strings.NewReader(t.Body))
	if err != nil {
		return ErrTextLater
	}
	for name, value := range map[string]string{"Content-Type": "text/plain; charset=UTF-8", "X-Kannel-Username": g.Username, "X-Kannel-Password": g.Password,
		"X-Kannel-From": g.From, "X-Kannel-To": t.To, "X-Kannel-Coding": "0", "Idempotency-Key": t.ID.String(), "User-Agent": "anlo"} {
		r.Header.Set(name, value)
	}
	res, err := g.client.Do(r)
	if err != nil {
		return ErrTextLater
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, maxRead)) // so that the connection can be used again
	switch {
	case res.StatusCode/100 == 2:
		return nil
	case res.StatusCode == http.StatusBadRequest, res.StatusCode == http.StatusUnprocessableEntity:
		return ErrTextRefused
	}
	return ErrTextLater
}

// Console keeps the last texts instead of sending them, for a demonstration.
type Console struct {
	mu   sync.Mutex
	last []Text
	// Sent, when set, is told of each.
	Sent func(Text)
}

// consoleKeeps is how many texts a demonstration shows.
const consoleKeeps = 20

// Send implements [Texter].
func (c *Console) Send(_ context.Context, t Text) error {
	c.mu.Lock()
	c.last = append([]Text{t}, c.last[:min(len(c.last), consoleKeeps-1)]...)
	c.mu.Unlock()
	if c.Sent != nil {
		c.Sent(t)
	}
	return nil
}

// Last returns the last texts, the newest first.
func (c *Console) Last() []Text {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]Text(nil), c.last...)
}

// gsm7 are the letters of the basic GSM 03.38 alphabet that texts may use.
const gsm7 = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"

// FitsOneText reports whether a body is one message of 160 letters, as phones
// of every age show it.
func FitsOneText(body string) bool {
	return len([]rune(body)) <= MaxText && strings.IndexFunc(body, func(r rune) bool { return !strings.ContainsRune(gsm7, r) }) < 0
}
