package notify

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}

func TestCheck(t *testing.T) {
	s := new(Sender)
	for _, good := range []string{
		"https://congan.example.vn/anlo", "https://example.vn", "https://example.vn:8443/a?key=b", "https://8.8.8.8/", "https://[2606:4700::1111]/",
		"https://xn--vit-nam-jya.example/", "HTTPS://EXAMPLE.VN/", "https://example.vn./x",
	} {
		if err := s.Check(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for code, wrong := range map[string][]string{
		"webhook.https": {"http://example.vn/", "ftp://example.vn/", "http://127.0.0.1/", "gopher://x.vn/", "//example.vn/"},
		"webhook.url": {"", "https://", "https:///x", "example.vn", "https://user:word@example.vn/", "https://example.vn/#part", "https://intranet/",
			"https://2130706433/", "https://127.1/", "https://0x7f.0.0.1/", "https://0177.0.0.01/", "https://exa mple.vn/", "https://đồng.vn/", "https://１２７.0.0.1/",
			"https://example.vn:port/", "https://a..vn/", "https://example.vn/" + strings.Repeat("x", 500), "https://example.vn/\r\nHost: x", "mailto:a@example.vn"},
		"webhook.private": {"https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://LOCALHOST./", "https://db.local/", "https://metadata.google.internal/",
			"https://10.0.0.1/", "https://172.16.0.1/", "https://192.168.1.1/", "https://100.64.0.1/", "https://169.254.169.254/latest/meta-data/", "https://0.0.0.0/",
			"https://224.0.0.1/", "https://255.255.255.255/", "https://[fc00::1]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[ff02::1]/", "https://[::]/",
			"https://[::ffff:127.0.0.1]/", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/", "https://[fd00:ec2::254]/"},
	} {
		for _, address := range wrong {
			if err := s.Check(address); err == nil || err.Error() != code {
				t.Errorf("%q: %v, want %s", address, err, code)
			}
		}
	}
	inside := &Sender{Networks: append(loopback, netip.MustParsePrefix("10.20.0.0/16"))}
	for address, want := range map[string]string{
		"http://127.0.0.1:9/x": "", "http://[::1]:9/x": "", "https://10.20.1.2/": "", "https://congan.internal/": "",
		"http://10.20.1.2/": "webhook.https", "https://10.21.1.2/": "webhook.private", "http://localhost/": "webhook.https",
	} {
		got := ""
		if err := inside.Check(address); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", address, got, want)
		}
	}
}

// What Check lets through is https to a name or to a public address, however
// it was written.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"https://example.vn/a", "https://[::ffff:7f00:1]/", "https://127.0.0.1:443@example.vn/", "https://0x7f000001/", "http://[::1%25lo]/", "https://%31%32%37.0.0.1/"} {
		f.Add(seed)
	}
	s := new(Sender)
	f.Fuzz(func(t *testing.T, text string) {
		if s.Check(text) != nil {
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() == "" {
			t.Fatalf("%q: %v %v", text, u, err)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil {
			if a = a.Unmap(); a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || a.Zone() != "" {
				t.Fatalf("%q leads to %s", text, a)
			}
		}
	})
}
