package api

import (
	"context"
	"crypto/x509"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"anlo"
)

// maxEnrolment is more than a code and a label need, in bytes.
const maxEnrolment = 4 << 10

func (s *server) devices(doc huma.API) {
	huma.Register(doc, huma.Operation{
		OperationID:   "enrol",
		Method:        http.MethodPost,
		Path:          "/api/v1/devices",
		Tags:          []string{"checkpoints"},
		Summary:       "Make a phone a scanner of a post",
		Description:   "Takes a one-time code from the page of the post. A code that is wrong, used or older than 15 minutes is enrolment.unknown.",
		DefaultStatus: http.StatusCreated,
		Errors:        []int{400, 404, 408, 413, 415, 422, 429, 503},
		Middlewares:   huma.Middlewares{s.limited},
	}, s.enrol)
	takes[enrolment](doc, "/api/v1/devices", http.MethodPost)
	huma.Register(doc, huma.Operation{
		OperationID: "read-device",
		Method:      http.MethodGet,
		Path:        "/api/v1/device",
		Tags:        []string{"checkpoints"},
		Summary:     "Who this scanner is, and what its post asks now",
		Description: "Ask each minute: during a surge the policy says what may be left out. token.device: the device was withdrawn, its time is over, or it never was.",
		Security:    deviceToken,
		Errors:      []int{401, 503},
	}, s.readDevice)
	huma.Register(doc, huma.Operation{
		OperationID:   "leave",
		Method:        http.MethodDelete,
		Path:          "/api/v1/device",
		Tags:          []string{"checkpoints"},
		Summary:       "Withdraw this scanner",
		Description:   "The token is of no use from then on.",
		Security:      deviceToken,
		DefaultStatus: http.StatusNoContent,
		Errors:        []int{401, 503},
	}, s.leave)
}

type enrolment struct {
	Code  string `json:"code" minLength:"1" example:"K7QM-3XPD" doc:"Capitals, hyphens and blanks do not matter."`
	Label string `json:"label,omitzero" maxLength:"60" example:"Làn 2" doc:"What the phone calls itself; what the code was made for when left out."`
}

type enrolled struct {
	Token      string    `json:"token" doc:"The bearer token of this device. It is shown once: keep it secret."`
	Device     device    `json:"device"`
	Checkpoint post      `json:"checkpoint"`
	Root       []byte    `json:"root" doc:"The public key that bundles go back to, as SubjectPublicKeyInfo: keep it, and accept no other."`
	Policy     policy    `json:"policy"`
	Now        time.Time `json:"now" doc:"What our clock shows."`
}

// deviceState answers GET /api/v1/device.
type deviceState struct {
	Device     device    `json:"device"`
	Checkpoint post      `json:"checkpoint"`
	Policy     policy    `json:"policy"`
	Now        time.Time `json:"now" doc:"What our clock shows."`
}

type device struct {
	ID        anlo.ID   `json:"id" format:"uuid"`
	Label     string    `json:"label"`
	ExpiresAt time.Time `json:"expires_at"`
}

type post struct {
	ID      anlo.ID `json:"id" format:"uuid"`
	Name    string  `json:"name" example:"Pháp Vân – Cầu Giẽ"`
	Commune string  `json:"commune" doc:"Where it stands, with the units that it lies in."`
}

type policy struct {
	CardHours int    `json:"card_hours" minimum:"0" doc:"For how long a list of identity cards may be used without a network; 0: there is none."`
	Surge     *surge `json:"surge" doc:"null while everything is asked."`
}

type surge struct {
	Until time.Time `json:"until"`
	Skip  []string  `json:"skip" doc:"What may be left out. cards: identity cards are compared only now and then. riders: nobody counts them. looks: no tap for identity-not-confirmed and bundle-stale. A verdict is never changed."`
}

// TransformSchema implements huma.SchemaTransformer: a post without a surge says null.
func (surge) TransformSchema(_ huma.Registry, s *huma.Schema) *huma.Schema {
	s.Nullable = true
	return s
}

type enrolInput struct{ Call }

type enrolOutput struct{ Body enrolled }

func (s *server) enrol(ctx context.Context, in *enrolInput) (*enrolOutput, error) {
	b, err := decode[enrolment](&in.Call, maxEnrolment)
	if err != nil {
		return nil, err
	}
	root, err := x509.MarshalPKIXPublicKey(s.Root)
	if err != nil {
		return nil, err
	}
	d, token, err := s.Enrol(ctx, in.citizen(), b.Code, b.Label)
	if err != nil {
		return nil, err
	}
	state, err := s.stateOf(ctx, anlo.Actor{Role: anlo.CheckpointOfficer, Device: &d})
	if err != nil {
		return nil, err
	}
	return &enrolOutput{enrolled{token, state.Device, state.Checkpoint, root, state.Policy, state.Now}}, nil
}

type deviceInput struct{ Call }

type deviceOutput struct{ Body deviceState }

func (s *server) readDevice(ctx context.Context, in *deviceInput) (*deviceOutput, error) {
	by, err := s.OpenDevice(ctx, in.bearer())
	if err != nil {
		return nil, err
	}
	state, err := s.stateOf(ctx, by)
	return &deviceOutput{state}, err
}

func (s *server) leave(ctx context.Context, in *deviceInput) (*struct{}, error) {
	by, err := s.OpenDevice(ctx, in.bearer())
	if err != nil {
		return nil, err
	}
	return nil, s.LeavePost(ctx, by)
}

func (s *server) stateOf(ctx context.Context, by anlo.Actor) (deviceState, error) {
	p, err := s.Policy(ctx, by)
	d := by.Device
	c := d.Checkpoint
	return deviceState{
		Device:     device{d.ID, d.Label, d.ExpiresAt.UTC()},
		Checkpoint: post{c.ID, c.Name, s.Units.FullName(c.Commune)},
		Policy:     policyOf(p),
		Now:        s.Now().UTC().Truncate(time.Millisecond),
	}, err
}

func policyOf(p anlo.Policy) policy {
	out := policy{CardHours: p.CardHours}
	if !p.Surge.IsZero() {
		out.Surge = &surge{p.Surge.Ends.UTC(), texts(p.Surge.Skip)}
	}
	return out
}
