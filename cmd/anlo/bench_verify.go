package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"runtime"
	"time"

	"anlo"
	"anlo/credential"
)

type benchVerifyCmd struct {
	JSON bool `help:"Print JSON."`
}

// Run prints what measure finds.
func (c *benchVerifyCmd) Run(ctx context.Context, s std) error {
	rows, err := c.measure(ctx)
	if err != nil {
		return err
	}
	return report(s.out, c.JSON, rows)
}

// Rounds of raw verification and of whole passes alternate, so that both see
// the same machine; the medians are compared.
const (
	verifyRounds = 15
	verifyTimes  = 1000
)

func (c *benchVerifyCmd) measure(context.Context) ([]row, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	text, list, err := benchPass(key)
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256([]byte(text))
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		return nil, err
	}
	raw := make([]time.Duration, verifyRounds)
	whole := make([]time.Duration, verifyRounds)
	for i := range verifyRounds {
		start := time.Now()
		for range verifyTimes {
			if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) {
				return nil, fmt.Errorf("a true signature was refused")
			}
		}
		raw[i] = time.Since(start) / verifyTimes
		start = time.Now()
		for range verifyTimes {
			if _, err := list.Verify(text); err != nil {
				return nil, err
			}
		}
		whole[i] = time.Since(start) / verifyTimes
	}
	micro := func(d []time.Duration) float64 { return float64(quantile(d, 0.5)) / float64(time.Microsecond) }
	return []row{
		row{What: "verify: text to claims", Got: micro(whole), Unit: "µs", Note: fmt.Sprintf("%d characters", len(text))}.against(micro(raw), "≤ 1.1"),
		{What: "verify: allocations", Got: allocations(func() { list.Verify(text) }), Bound: "≤ 30"},
	}, nil
}

func benchPass(key *ecdsa.PrivateKey) (string, *credential.KeyList, error) {
	signer, err := credential.NewSigner(key)
	if err != nil {
		return "", nil, err
	}
	now := time.Now().Truncate(time.Second)
	list := credential.KeyList{Version: 1, Issued: now, Keys: []credential.Key{{ID: credential.KeyID(&key.PublicKey), Public: &key.PublicKey,
		Use: credential.UsePass, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(100 * time.Hour)}}}
	signed, err := list.Sign(key)
	if err != nil {
		return "", nil, err
	}
	opened, err := credential.OpenKeyList(signed, &key.PublicKey)
	if err != nil {
		return "", nil, err
	}
	text, err := signer.Sign(credential.Pass{CTI: [8]byte{1, 2, 3}, IssuedAt: now, ExpiresAt: now.Add(anlo.PassLifetime),
		Travellers: []anlo.Named{{Name: "Nguyễn Thị Phương Thảo", BirthYear: 1990, Tag: 0xabcde}}, Commune: "00004",
		Purpose: anlo.Work, Plate: "29A12345", StatusIndex: 61234, IdentityConfirmed: true})
	return text, opened, err
}

// allocations counts those of one call, averaged over many.
func allocations(f func()) float64 {
	const times = 1000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range times {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / times
}
