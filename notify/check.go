package notify

import (
	"net/netip"
	"net/url"
	"strings"

	"anlo"
)

// What is wrong with an address that somebody typed.
var (
	errURL     = &anlo.Error{Kind: anlo.Invalid, Code: "webhook.url"}
	errHTTPS   = &anlo.Error{Kind: anlo.Invalid, Code: "webhook.https"}
	errPrivate = &anlo.Error{Kind: anlo.Invalid, Code: "webhook.private"}
)

// maxURL is the longest address taken.
const maxURL = 500

// Check says what is wrong with the address of a receiver, as far as its text
// tells. What a name points at is looked at each time before it is dialled.
func (s *Sender) Check(text string) error {
	u, err := url.Parse(text)
	if err != nil || len(text) > maxURL || u.Host == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" || !visible(text) {
		return errURL
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	address, err := netip.ParseAddr(host)
	isAddress := err == nil
	switch {
	case u.Scheme == "http" && isAddress && address.IsLoopback() && s.reaches(address):
		return nil // the demonstration and the tests
	case u.Scheme != "https":
		return errHTTPS
	case isAddress && !s.reaches(address), len(s.Networks) == 0 && localName(host):
		return errPrivate
	case !isAddress && !publicName(host):
		return errURL
	}
	return nil
}

// visible reports whether a text is of visible ASCII. Names in other letters
// are written in their xn-- form, which shows what they are.
func visible(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// localName reports whether a name never leaves a machine or a network.
func localName(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch last {
	case "localhost", "local", "internal", "localdomain", "lan", "home", "arpa", "onion", "test", "invalid":
		return true
	}
	return false
}

// publicName reports whether a host is a name of two or more labels. What ends
// in a number is an address in disguise: 127.1, 0x7f.1, 2130706433.
func publicName(host string) bool {
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return len(labels) > 1 && len(host) <= 253 && (last[0] < '0' || last[0] > '9')
}
