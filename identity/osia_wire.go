package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"github.com/sony/gobreaker/v2"
)

// Limits of the conversation.
const (
	maxAnswer   = 256 << 10 // bytes
	maxAttempts = 3
	firstPause  = 100 * time.Millisecond // doubled after each attempt
	breakAfter  = 5                      // failures in a row, after which the register is left alone
	breakFor    = 20 * time.Second       // before one request tries whether it has recovered
)

func newBreaker() *gobreaker.CircuitBreaker[struct{}] {
	return gobreaker.NewCircuitBreaker[struct{}](gobreaker.Settings{
		Timeout:     breakFor,
		ReadyToTrip: func(n gobreaker.Counts) bool { return n.ConsecutiveFailures >= breakAfter },
		// An answer is an answer, even if it is that somebody is unknown.
		IsSuccessful: func(err error) bool { return err == nil || errors.Is(err, errUnknown) || errors.Is(err, errRequest) },
		// That the caller has gone says nothing about the register.
		IsExcluded: func(err error) bool { return errors.Is(err, context.Canceled) },
	})
}

// errRequest: this request was not accepted, others may be.
var errRequest = fmt.Errorf("status 400: %w", ErrRegisterRefused)

// errPassing marks failures that may be gone a moment later.
var errPassing = errors.New("passing")

// call sends a request, repeats it when that may help, and hands the answer to
// decode, which returns ErrRegisterGarbled for what makes no sense. All requests
// of this interface only read, so repeating is safe.
func (o *OSIA) call(ctx context.Context, method, path string, query url.Values, body []byte, decode func([]byte) error) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		_, err := o.breaker.Execute(func() (struct{}, error) {
			answer, err := o.send(ctx, method, path, query, body)
			if err == nil {
				err = decode(answer)
			}
			return struct{}{}, err
		})
		switch {
		case errors.Is(err, gobreaker.ErrOpenState), errors.Is(err, gobreaker.ErrTooManyRequests):
			return fmt.Errorf("left alone after failures: %w", ErrRegisterDown)
		case !errors.Is(err, errPassing) || attempt == maxAttempts:
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), ErrRegisterDown)
		case <-time.After(pause/2 + rand.N(pause/2)): // so that waiting callers do not return all at once
		}
		pause *= 2
	}
}

func (o *OSIA) send(ctx context.Context, method, path string, query url.Values, body []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, o.config.Timeout/2)
	defer cancel()
	target := o.config.URL + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("request: %w", ErrRegisterRefused) // err would name the person
	}
	token, err := o.config.Token(ctx)
	if err != nil {
		return nil, fmt.Errorf("token: %w: %w", err, ErrRegisterRefused)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := o.config.Client.Do(req)
	if err != nil {
		return nil, unreachable(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case res.StatusCode == http.StatusNotFound:
		return nil, errUnknown
	case res.StatusCode == http.StatusBadRequest:
		return nil, errRequest
	case res.StatusCode == http.StatusUnauthorized, res.StatusCode == http.StatusForbidden:
		return nil, fmt.Errorf("status %d: %w", res.StatusCode, ErrRegisterRefused)
	case res.StatusCode == http.StatusTooManyRequests, res.StatusCode >= 500:
		return nil, fmt.Errorf("status %d: %w: %w", res.StatusCode, errPassing, ErrRegisterDown)
	case res.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("status %d: %w", res.StatusCode, ErrRegisterGarbled)
	case err != nil:
		return nil, unreachable(err)
	case len(answer) > maxAnswer:
		return nil, fmt.Errorf("more than %d bytes: %w", maxAnswer, ErrRegisterGarbled)
	}
	return answer, nil
}

// unreachable takes the URL, which names the person, out of an error.
func unreachable(err error) error {
	var named *url.Error
	if errors.As(err, &named) {
		err = named.Err
	}
	return fmt.Errorf("%w: %w: %w", err, errPassing, ErrRegisterDown)
}

// ask puts a claim to the register and returns the reasons that its answer
// gives: ReasonName, ReasonDate, ReasonSex, ReasonPermanent, ReasonTemporary.
func (o *OSIA) ask(ctx context.Context, c Claim) ([]string, error) {
	asked := o.config.Attributes.claim(c)
	body, err := json.Marshal(asked)
	if err != nil {
		return nil, fmt.Errorf("request: %w", ErrRegisterRefused)
	}
	var reasons []string
	path := "/v1/persons/" + url.PathEscape(c.Document.Number) + "/match"
	err = o.call(ctx, http.MethodPost, path, nil, body, func(answer []byte) error {
		differences, err := decodeDifferences(answer)
		if err == nil {
			reasons, err = o.config.Attributes.reasons(asked, differences)
		}
		return err
	})
	return reasons, err
}
