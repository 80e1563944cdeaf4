package notify

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"code.dny.dev/ssrf"

	"anlo"
)

// Why a message did not arrive, where the receiver has not answered at all.
// The words are for the administrator: none says what was sent or where to.
var (
	ErrTimeout     = &anlo.Error{Kind: anlo.Unavailable, Code: "webhook.timeout"}
	ErrName        = &anlo.Error{Kind: anlo.Unavailable, Code: "webhook.name"}        // the name is not known
	ErrAddress     = &anlo.Error{Kind: anlo.Unavailable, Code: "webhook.address"}     // the name points at what we do not reach
	ErrCertificate = &anlo.Error{Kind: anlo.Unavailable, Code: "webhook.certificate"} // not who they say they are
	ErrConnection  = &anlo.Error{Kind: anlo.Unavailable, Code: "webhook.connection"}  // refused, broken off
)

const (
	patience = 10 * time.Second
	maxRead  = 64 << 10 // bytes of the answer
)

// Sender posts messages. The zero value reaches public addresses, over https.
type Sender struct {
	// Networks are reached although they are not public: the private network of
	// an administration; for tests and the demonstration, this machine.
	Networks []netip.Prefix
	// Resolver finds the addresses of names; nil for that of the system.
	Resolver *net.Resolver
	// Timeout lasts from resolving the name to the end of the answer; ten
	// seconds when zero.
	Timeout time.Duration

	once   sync.Once
	guard  *ssrf.Guardian
	client *http.Client
}

func (s *Sender) init() {
	s.once.Do(func() {
		var v4, v6 []netip.Prefix
		for _, n := range s.Networks {
			if n.Addr().Is4() {
				v4 = append(v4, n)
			} else {
				v6 = append(v6, n)
			}
		}
		s.guard = ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
		dialer := &net.Dialer{Resolver: s.Resolver, Control: s.guard.Safe}
		s.client = &http.Client{
			Timeout:       cmp.Or(s.Timeout, patience),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Transport: &http.Transport{
				DialContext:            dialer.DialContext,
				ForceAttemptHTTP2:      true,
				DisableCompression:     true,
				MaxIdleConnsPerHost:    1,
				IdleConnTimeout:        time.Minute,
				MaxResponseHeaderBytes: maxRead,
				TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			},
		}
	})
}

// reaches reports whether a message may go to an address.
func (s *Sender) reaches(a netip.Addr) bool {
	s.init()
	return s.guard.SafeAddr(a) == nil
}

// Post sends a message once and returns the status of the answer: 200 to 299
// when the receiver has it. Where there was no answer the status is 0, and the
// error says why.
func (s *Sender) Post(ctx context.Context, to string, m Message, secrets ...Secret) (status int, err error) {
	s.init()
	if err := s.Check(to); err != nil {
		return 0, ErrAddress
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(m.Body))
	if err != nil {
		return 0, ErrAddress
	}
	r.Header = Sign(m, secrets...)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "anlo")
	res, err := s.client.Do(r)
	if err != nil {
		return 0, explain(ctx, err)
	}
	defer res.Body.Close()
	io.Copy(io.Discard, io.LimitReader(res.Body, maxRead)) // so that the connection can be used again
	return res.StatusCode, nil
}

// explain names what went wrong without the address that url.Error repeats.
func explain(ctx context.Context, err error) error {
	var slow *url.Error
	var name *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // we were told to stop: nothing is known of the receiver
	case errors.Is(err, ssrf.ErrProhibitedIP), errors.Is(err, ssrf.ErrProhibitedNetwork):
		return ErrAddress
	case errors.As(err, &slow) && slow.Timeout():
		return ErrTimeout
	case errors.As(err, &name):
		return ErrName
	case errors.As(err, &certificate):
		return ErrCertificate
	}
	return ErrConnection
}
