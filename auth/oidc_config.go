package auth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"anlo"
)

// OIDCConfig is the file that `anlo serve --oidc` reads: whom to ask, as whom,
// and what to make of the answer.
type OIDCConfig struct {
	Issuer           string            `json:"issuer"` // "https://sso.example.gov.vn"
	ClientID         string            `json:"client_id"`
	ClientSecretFile string            `json:"client_secret_file,omitempty"` // beside this file when relative; read anew each time
	Scopes           []string          `json:"scopes,omitempty"`             // besides "openid"
	Label            map[string]string `json:"label,omitempty"`              // what the button says, by language
	TrustMFA         bool              `json:"trust_mfa,omitempty"`          // a second factor asked there need not be asked here
	Rules            []ClaimRule       `json:"rules"`
}

// ReadOIDC reads and checks a configuration file.
func ReadOIDC(path string) (OIDCConfig, error) {
	var c OIDCConfig
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err = d.Decode(&c); err == nil {
		err = c.check()
	}
	if _, more := d.Token(); err == nil && more != io.EOF {
		err = errors.New("there is something after the end")
	}
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	if c.ClientSecretFile != "" && !filepath.IsAbs(c.ClientSecretFile) {
		c.ClientSecretFile = filepath.Join(filepath.Dir(path), c.ClientSecretFile)
	}
	_, err = c.secret()
	return c, err
}

func (c OIDCConfig) check() error {
	if _, err := ParseOrigin(c.Issuer); err != nil {
		return fmt.Errorf("issuer: %w", err)
	}
	if c.ClientID == "" {
		return errors.New("client_id is missing")
	}
	if len(c.Rules) == 0 {
		return errors.New("rules are missing: nobody would get a role")
	}
	for i, r := range c.Rules {
		switch {
		case r.Claim == "" || r.Value == "":
			return fmt.Errorf("rules[%d]: claim and value are needed", i)
		case !slices.Contains(anlo.StaffRoles, r.Role):
			return fmt.Errorf("rules[%d]: there is no role %q", i, r.Role)
		case r.AreaClaim == "" && (anlo.Grant{Role: r.Role}).Check(nil, nil) != nil:
			return fmt.Errorf("rules[%d]: %s needs an area_claim", i, r.Role)
		}
	}
	return nil
}

func (c OIDCConfig) secret() (string, error) {
	if c.ClientSecretFile == "" {
		return "", nil
	}
	secret, err := os.ReadFile(c.ClientSecretFile)
	return strings.TrimSpace(string(secret)), err
}

// ParseOrigin reads an address that secrets travel to: https, or http on this
// machine for trying out.
func ParseOrigin(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return nil, errors.New("is not a URL")
	case u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%q is not like https://example.org", address)
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return u, nil
	}
	return nil, fmt.Errorf("%q does not begin with https://", address)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}
