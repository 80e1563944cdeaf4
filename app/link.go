package app

import (
	"context"
	"encoding/base64"
	"time"

	"anlo"
	"anlo/seal"
)

// manageToken makes the secret of a declaration's link: its identifier and a
// keyed code over it. Nothing needs to be stored, and a repeated request finds
// the same token again.
func (a *App) manageToken(id anlo.ID) string {
	code := a.Seal.Authenticate("manage", id[:])
	return base64.RawURLEncoding.EncodeToString(append(id[:], code[:16]...))
}

// OpenLink turns a manage token into the citizen who holds it; anlo.ErrUnsigned
// when it is not one of ours.
func (a *App) OpenLink(token string) (anlo.Actor, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != 32 {
		return anlo.Actor{}, anlo.ErrUnsigned
	}
	id := anlo.ID(raw[:16])
	code := a.Seal.Authenticate("manage", id[:])
	if !seal.Equal(raw[16:], code[:16]) {
		return anlo.Actor{}, anlo.ErrUnsigned
	}
	return anlo.Actor{Role: anlo.Citizen, ManageOf: id}, nil
}

// OpenDevice turns a device token into a checkpoint officer; anlo.ErrDevice
// when it is unknown, expired or revoked.
func (a *App) OpenDevice(ctx context.Context, token string) (anlo.Actor, error) {
	if len(token) < 20 || len(token) > 200 {
		return anlo.Actor{}, anlo.ErrDevice
	}
	d, err := a.Store.Device(ctx, seal.Digest(token), a.Now())
	if anlo.KindOf(err) == anlo.NotFound {
		return anlo.Actor{}, anlo.ErrDevice
	}
	if err != nil {
		return anlo.Actor{}, err
	}
	return anlo.Actor{Role: anlo.CheckpointOfficer, Device: &d, Only: deviceMay}, nil
}

// deliveryTime is how long a device that was withdrawn may still deliver what
// it had read before.
const deliveryTime = 72 * time.Hour

// OpenDeviceForDelivery is OpenDevice for whoever sends readings: it also lets
// in a device that was withdrawn, or expired, less than 72 hours ago. The
// actor's Device.RevokedAt then says when.
func (a *App) OpenDeviceForDelivery(ctx context.Context, token string) (anlo.Actor, error) {
	if len(token) < 20 || len(token) > 200 {
		return anlo.Actor{}, anlo.ErrDevice
	}
	now := a.Now()
	d, err := a.Store.DeviceSince(ctx, seal.Digest(token), now, now.Add(-deliveryTime))
	if anlo.KindOf(err) == anlo.NotFound {
		return anlo.Actor{}, anlo.ErrDevice
	}
	if err != nil {
		return anlo.Actor{}, err
	}
	return anlo.Actor{Role: anlo.CheckpointOfficer, Device: &d, Only: deliveryMay}, nil
}

var deliveryMay = []anlo.Action{anlo.ActJudge}

// deviceMay is what whoever holds a device may do. The rest of what a
// checkpoint officer may do needs an account: that has an area, a device a post.
var deviceMay = []anlo.Action{anlo.ActJudge, anlo.ActLookUp, anlo.ActReadBundle, anlo.ActDeclareFor}

// SealForm encrypts what a citizen has typed so far, so that the page carries
// it from step to step and the server need not keep it. purpose separates uses
// ("draft", "remembered").
func (a *App) SealForm(purpose string, plain []byte) (string, error) {
	return a.Seal.Ticket(context.Background(), purpose, a.Now(), plain)
}

// OpenForm reads what SealForm made. What is older than maxAge, or not ours,
// is anlo.ErrUnsigned.
func (a *App) OpenForm(purpose, sealed string, maxAge time.Duration) ([]byte, error) {
	plain, err := a.Seal.OpenTicket(context.Background(), purpose, sealed, a.Now(), maxAge)
	if err != nil {
		return nil, anlo.ErrUnsigned
	}
	return plain, nil
}
