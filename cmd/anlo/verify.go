package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anlo"
	"anlo/credential"
	"anlo/geo"
)

type verifyCmd struct {
	Code   string    `arg:"" help:"The text of the code (AL1:… or HC1:…), a picture of it, or - for standard input."`
	Bundle string    `help:"Bundle file, from GET /api/v1/bundle: for passes." type:"existingfile" placeholder:"FILE"`
	Root   string    `help:"Public root key; root.pem beside the bundle without it." type:"existingfile" env:"ANLO_ROOT" placeholder:"FILE"`
	Held   string    `help:"The bundle held so far: an older one is refused." type:"existingfile" placeholder:"FILE"`
	Trust  string    `help:"Certificates of document signers, as PEM, DER or a gateway's JSON: for HC1." type:"existingfile" placeholder:"FILE"`
	At     time.Time `help:"Judge as of this moment (RFC 3339); now without it." placeholder:"TIME"`
	ID     string    `help:"Identity number read from the bearer's card: does the pass belong to it?" name:"id" placeholder:"NUMBER"`
	Lang   string    `help:"Language of the explanation." enum:"vi,en" default:"en" env:"ANLO_LANG"`
}

// verified is what verify prints for programs.
type verified struct {
	Valid   bool         `json:"valid"`
	Verdict anlo.Outcome `json:"verdict,omitempty"`
	Reasons []string     `json:"reasons"`
	Message string       `json:"message"`
	At      time.Time    `json:"at"`
	Pass    *passJSON    `json:"pass,omitempty"`
	Bundle  *bundleJSON  `json:"bundle,omitempty"`
	HCERT   *hcertJSON   `json:"certificate,omitempty"`
}

// hcertJSON is what a vaccination certificate says, whether it is believed or not.
type hcertJSON struct {
	Kind           string         `json:"kind"`
	Issuer         string         `json:"issuer,omitempty"`
	IssuedAt       time.Time      `json:"issued_at"`
	ExpiresAt      time.Time      `json:"expires_at"`
	KID            string         `json:"kid"` // base64, as trust lists write it
	Alg            string         `json:"alg"`
	SignatureValid bool           `json:"signature_valid"`
	Content        map[string]any `json:"content"` // eu_dcc_v1
}

type passJSON struct {
	ID         anlo.ID     `json:"id"`
	Travellers []namedJSON `json:"travellers"`
	Commune    string      `json:"commune"`
	Place      string      `json:"commune_name,omitempty"`
	Purpose    string      `json:"purpose"`
	Plate      string      `json:"plate,omitempty"`
	IssuedAt   time.Time   `json:"issued_at"`
	ExpiresAt  time.Time   `json:"expires_at"`
}

type namedJSON struct {
	Name      string `json:"name"`
	BirthYear int    `json:"birth_year"`
	IsHolder  *bool  `json:"id_number_agrees,omitempty"`
}

type bundleJSON struct {
	Version uint64    `json:"version"`
	Issued  time.Time `json:"issued"`
}

// Run judges one code. The exit code is 0 only when it is valid.
func (c *verifyCmd) Run(ctx context.Context, s std) error {
	code, err := c.read(s.in)
	if err != nil {
		return err
	}
	if c.At.IsZero() {
		c.At = time.Now()
	}
	var out verified
	switch isHCERT := strings.HasPrefix(code, "HC1:"); {
	case isHCERT && c.Trust != "":
		out, err = c.certificate(code)
	case c.Bundle != "":
		out, err = c.pass(code)
	case !isHCERT && c.Trust != "":
		err = errors.New("--trust is for vaccination certificates (HC1:…), and this is none")
	case isHCERT:
		err = errors.New("say with --trust which certificates to believe")
	default:
		err = errors.New("say with --bundle what to judge the pass by")
	}
	if err != nil {
		return err
	}
	out.At = c.At
	e := json.NewEncoder(s.out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(out); err != nil {
		return err
	}
	fmt.Fprintln(s.err, out.Message)
	if !out.Valid {
		return errRefused
	}
	return nil
}

// maxInput is the most bytes of text or picture that are read.
const maxInput = 32 << 20

// read finds the text of the code in the argument, a file or standard input.
func (c *verifyCmd) read(stdin io.Reader) (string, error) {
	if strings.Contains(c.Code, ":") && len(c.Code) > 4 && c.Code[3] == ':' {
		return c.Code, nil
	}
	var data []byte
	var err error
	if c.Code == "-" {
		data, err = io.ReadAll(io.LimitReader(stdin, maxInput))
	} else if data, err = readFile(c.Code); errors.Is(err, os.ErrNotExist) {
		return c.Code, nil // neither a file nor a code: judged, and found unreadable
	}
	if err != nil {
		return "", err
	}
	if !bytes.HasPrefix(data, []byte("\x89PNG")) && !bytes.HasPrefix(data, []byte("\xff\xd8")) {
		return strings.Trim(string(data), "\r\n\t"), nil
	}
	codes, err := credential.ReadPicture(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	switch len(codes) {
	case 0:
		return "", errors.New("there is no readable QR code in the picture")
	case 1:
		return codes[0], nil
	}
	return "", fmt.Errorf("there are %d QR codes in the picture: cut out one", len(codes))
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxInput))
}

func (c *verifyCmd) pass(code string) (verified, error) {
	b, err := c.openBundle(c.Bundle)
	if err != nil {
		return verified{}, err
	}
	if c.Held != "" {
		held, err := c.openBundle(c.Held)
		if err != nil {
			return verified{}, err
		}
		if err := b.Newer(held); err != nil {
			return verified{}, err
		}
	}
	v, p := b.Judge(code, c.At)
	out := verified{Bundle: &bundleJSON{b.Version, b.Issued}}
	if p != nil {
		if out.Pass, err = c.passJSON(*p, b.UnitList, &v); err != nil {
			return verified{}, err
		}
	}
	out.Verdict, out.Valid, out.Reasons = v.Outcome, v.Outcome != anlo.Stop, []string{}
	words := []string{say(c.Lang, "outcome."+string(v.Outcome))}
	for _, r := range v.Reasons {
		out.Reasons = append(out.Reasons, string(r))
		words = append(words, say(c.Lang, "reason."+string(r)))
	}
	out.Message = strings.Join(words, " · ")
	return out, nil
}

// passJSON shows what a pass says, and compares it with the identity number
// that was given.
func (c *verifyCmd) passJSON(p credential.Pass, list string, v *anlo.Verdict) (*passJSON, error) {
	out := &passJSON{ID: p.ID(), Commune: p.Commune, Purpose: string(p.Purpose), Plate: p.Plate, IssuedAt: p.IssuedAt, ExpiresAt: p.ExpiresAt,
		Place: geo.Vietnam().FullName(anlo.UnitRef{List: list, Code: p.Commune})}
	var doc anlo.Document
	if c.ID != "" {
		var err error
		if doc, err = anlo.ParseIDNumber(c.ID); err != nil {
			return nil, err
		}
	}
	agrees := false
	for _, t := range p.Travellers {
		n := namedJSON{Name: t.Name, BirthYear: t.BirthYear}
		if c.ID != "" {
			same := credential.IDTag(p.CTI, doc) == t.Tag
			n.IsHolder, agrees = &same, agrees || same
		}
		out.Travellers = append(out.Travellers, n)
	}
	if c.ID != "" && !agrees {
		v.Add(anlo.Look, anlo.ReasonIDTag)
	}
	return out, nil
}

func (c *verifyCmd) openBundle(path string) (*credential.Bundle, error) {
	data, err := readFile(path)
	if err != nil {
		return nil, err
	}
	root, err := c.root()
	if err != nil {
		return nil, err
	}
	b, err := credential.OpenBundle(data, root, c.At)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

func (c *verifyCmd) root() (*ecdsa.PublicKey, error) {
	path := c.Root
	if path == "" {
		path = filepath.Join(filepath.Dir(c.Bundle), "root.pem")
	}
	root, err := readPublic(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("say with --root whose bundles to believe: there is no %s", path)
	}
	return root, err
}

func (c *verifyCmd) certificate(code string) (verified, error) {
	data, err := readFile(c.Trust)
	if err != nil {
		return verified{}, err
	}
	trust, err := credential.ParseTrust(data)
	if err != nil {
		return verified{}, fmt.Errorf("%s: %w", c.Trust, err)
	}
	h, err := trust.VerifyHCERT(code, c.At)
	out := verified{Valid: err == nil, Reasons: []string{}, Message: say(c.Lang, "hcert.valid")}
	if err != nil {
		var e *anlo.Error
		if !errors.As(err, &e) {
			return verified{}, err
		}
		out.Reasons, out.Message = []string{e.Code}, say(c.Lang, e.Code)
	}
	if h != nil {
		out.HCERT = &hcertJSON{h.Kind, h.Issuer, h.IssuedAt, h.ExpiresAt, base64.StdEncoding.EncodeToString(h.KID),
			algorithms[h.Alg], h.Authentic, h.Content}
	}
	return out, nil
}

// algorithms names those of COSE (RFC 9053) that European certificates use.
var algorithms = map[int]string{-7: "ES256", -37: "PS256"}
