package identity

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/sony/gobreaker/v2"

	"anlo"
)

// OSIA asks a population register through the Data Access interface of OSIA 7
// (Secure Identity Alliance; the same as Recommendation ITU-T X.1281):
//
//	POST /v1/persons/{uin}/match    does what was typed agree? Nothing is disclosed
//	GET  /v1/persons/{uin}          the record, where the agency may read it
//	GET  /v1/persons                whom might it be, where the agency may search
//
// A claim that agrees is exact. Otherwise the record is read and given to
// Compare, if Read is set; if not, what people often get wrong is put right and
// asked once more: day and month, the case and order of the name.
type OSIA struct {
	config  OSIAConfig
	breaker *gobreaker.CircuitBreaker[struct{}]
}

// OSIAConfig is how to reach a register and what may be asked there.
type OSIAConfig struct {
	URL    string                                // what comes before /v1/persons
	Token  func(context.Context) (string, error) // the bearer token, a JWT; asked for before each request
	Client *http.Client                          // for TLS and proxies; nil for the usual. Its redirects are not followed

	// Timeout bounds a whole check with its retries; 3 seconds when zero. One
	// request takes at most half.
	Timeout time.Duration

	Read   bool // the token has the scope pr.person.read, and the law allows to use it
	Search bool // so too for looking people up by name and birth date

	Attributes Attributes // zero for those that OSIA names
}

// Why a register could not answer. All are of the kind anlo.Unavailable.
var (
	ErrRegisterDown    = &anlo.Error{Kind: anlo.Unavailable, Code: "register.unavailable"} // no answer, or not in time
	ErrRegisterRefused = &anlo.Error{Kind: anlo.Unavailable, Code: "register.refused"}     // token, scope or request not accepted
	ErrRegisterGarbled = &anlo.Error{Kind: anlo.Unavailable, Code: "register.garbled"}     // the answer makes no sense
)

// errUnknown: the register answered that there is no such person.
var errUnknown = errors.New("unknown person")

// NewOSIA prepares a client. It asks nothing yet.
func NewOSIA(config OSIAConfig) (*OSIA, error) {
	u, err := url.Parse(config.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("osia: the URL must be http or https, without query")
	}
	config.URL = strings.TrimRight(config.URL, "/")
	if config.Token == nil {
		return nil, errors.New("osia: a source of tokens is needed")
	}
	config.Timeout = cmp.Or(config.Timeout, 3*time.Second)
	config.Attributes = cmp.Or(config.Attributes, DefaultAttributes())
	if a := config.Attributes; a.BirthDate == "" || a.FullName == "" && (a.FirstName == "" || a.LastName == "") {
		return nil, errors.New("osia: attributes of name and birth date are needed")
	}
	if config.Search && config.Attributes.UIN == "" {
		return nil, errors.New("osia: the attribute of the UIN is needed to search")
	}
	client := http.Client{}
	if config.Client != nil {
		client = *config.Client
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	config.Client = &client
	return &OSIA{config: config, breaker: newBreaker()}, nil
}

// Match implements Register. Errors wrap one of the ErrRegister values and say
// nothing of the person.
func (o *OSIA) Match(ctx context.Context, c Claim) (anlo.Match, error) {
	ctx, cancel := context.WithTimeout(ctx, o.config.Timeout)
	defer cancel()
	m := anlo.Match{Grade: anlo.MatchNotFound}
	var err error
	if c.Document.Kind == anlo.CCCD {
		m, err = o.byNumber(ctx, c)
	}
	if err == nil && m.Grade == anlo.MatchNotFound && o.config.Search {
		m, err = o.search(ctx, c)
	}
	if err != nil {
		return anlo.Match{Grade: anlo.MatchUnavailable}, fmt.Errorf("population register: %w", err)
	}
	return m, nil
}

func (o *OSIA) byNumber(ctx context.Context, c Claim) (anlo.Match, error) {
	reasons, err := o.ask(ctx, c)
	if errors.Is(err, errUnknown) {
		return anlo.Match{Grade: anlo.MatchNotFound}, nil
	}
	if err != nil {
		return anlo.Match{}, err
	}
	if o.config.Read && (len(reasons) > 0 || o.config.Attributes.PermanentCommune != "") {
		record, err := o.read(ctx, c.Document.Number)
		if err != nil {
			return anlo.Match{}, err
		}
		if complete(&record, c, reasons) {
			return Compare(c, []anlo.Registered{record}), nil
		}
	}
	if slices.Contains(reasons, ReasonName) || slices.Contains(reasons, ReasonDate) {
		if reasons, err = o.askAgain(ctx, c, reasons); err != nil {
			return anlo.Match{}, err
		}
	}
	return graded(reasons), nil
}

// complete fills in what the register has confirmed but does not disclose. It
// reports whether the record can be compared: what differs must be known.
func complete(record *anlo.Registered, c Claim, reasons []string) bool {
	if record.FullName == "" {
		if slices.Contains(reasons, ReasonName) {
			return false
		}
		record.FullName = c.FullName
	}
	if record.BirthDate.IsZero() {
		if slices.Contains(reasons, ReasonDate) {
			return false
		}
		record.BirthDate = c.BirthDate
	}
	return true
}

// graded turns what differs into a grade: name and birth date must agree.
func graded(reasons []string) anlo.Match {
	m := anlo.Match{Grade: anlo.MatchProbable, Reasons: reasons}
	switch {
	case len(reasons) == 0:
		m.Grade = anlo.MatchExact
	case slices.Contains(reasons, ReasonName) || slices.Contains(reasons, ReasonDate):
		m.Grade = anlo.MatchDiffers
	}
	return m
}

// askAgain puts right what people often get wrong, if only the name or only the
// birth date differs. When that does not help, the reasons stay.
func (o *OSIA) askAgain(ctx context.Context, c Claim, reasons []string) ([]string, error) {
	name, date := slices.Contains(reasons, ReasonName), slices.Contains(reasons, ReasonDate)
	if name && date {
		return reasons, nil
	}
	for _, v := range variants(c, name) {
		again, err := o.ask(ctx, v.claim)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(again, ReasonName) && !slices.Contains(again, ReasonDate) {
			if v.reason != "" {
				again = append([]string{v.reason}, again...)
			}
			return again, nil
		}
	}
	return reasons, nil
}

type variant struct {
	claim  Claim
	reason string // empty when the two are the same but for case
}

// variants are at most four, since each is a question to the register.
func variants(c Claim, name bool) (list []variant) {
	if !name {
		d := &c.BirthDate
		if d.Month == 0 || d.Day > 12 || d.Day == d.Month {
			return nil
		}
		d.Day, d.Month = d.Month, d.Day
		return []variant{{c, ReasonDateSwapped}}
	}
	typed := CleanName(c.FullName)
	add := func(name, reason string) {
		if name != typed && !slices.ContainsFunc(list, func(v variant) bool { return v.claim.FullName == name }) {
			v := variant{c, reason}
			v.claim.FullName = name
			list = append(list, v)
		}
	}
	add(strings.ToUpper(typed), "")
	add(titled(typed), "")
	add(strings.ToUpper(withoutAccents(typed)), ReasonNameAccents)
	if words := strings.Fields(typed); len(words) > 1 { // the given name was typed first
		add(strings.Join(append(words[1:len(words):len(words)], words[0]), " "), ReasonNameOrder)
	}
	return list
}

// read fetches the record of a person.
func (o *OSIA) read(ctx context.Context, uin string) (anlo.Registered, error) {
	query := url.Values{"attributeNames": o.config.Attributes.names()}
	var record anlo.Registered
	err := o.call(ctx, http.MethodGet, "/v1/persons/"+url.PathEscape(uin), query, nil, func(body []byte) error {
		attributes, err := decodeAttributes(body)
		if err != nil {
			return err
		}
		record = o.config.Attributes.record(attributes)
		record.Number = uin
		return nil
	})
	if errors.Is(err, errUnknown) { // it was known a moment ago
		err = fmt.Errorf("read: %w", ErrRegisterGarbled)
	}
	return record, err
}

// mostFound bounds how many people a search brings.
const mostFound = 20

// search looks for people by name and birth date, or by CMND where the register
// keeps it, and leaves the choice to Compare.
func (o *OSIA) search(ctx context.Context, c Claim) (anlo.Match, error) {
	a := o.config.Attributes
	query := url.Values{"names": append([]string{a.UIN}, a.names()...), "limit": {fmt.Sprint(mostFound)}}
	if c.Document.Kind == anlo.CMND && a.OldNumber != "" {
		query.Set(a.OldNumber, c.Document.Number)
	} else {
		a.setName(c.FullName, query.Set)
		query.Set(a.BirthDate, c.BirthDate.String())
	}
	var found []anlo.Registered
	err := o.call(ctx, http.MethodGet, "/v1/persons", query, nil, func(body []byte) error {
		list, err := decodeList(body)
		if err != nil {
			return err
		}
		found = nil
		for _, attributes := range list[:min(len(list), mostFound)] {
			r := a.record(attributes)
			if r.Number = attributes[a.UIN]; r.Number != "" {
				found = append(found, r)
			}
		}
		return nil
	})
	if errors.Is(err, errUnknown) {
		return anlo.Match{Grade: anlo.MatchNotFound}, nil
	}
	if err != nil {
		return anlo.Match{}, err
	}
	return Compare(c, found), nil
}
