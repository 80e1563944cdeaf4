package app

import (
	"context"

	"github.com/fxamacker/cbor/v2"

	"anlo"
	"anlo/identity"
	"anlo/seal"
	"anlo/store"
)

// KeepRegistered writes people into the embedded register, at most a thousand
// or so at a time; somebody who is there already is replaced.
func (a *App) KeepRegistered(ctx context.Context, by anlo.Actor, people []anlo.Registered) error {
	if !by.May(anlo.ActImportRegister) {
		return anlo.ErrForbidden
	}
	rows := make([]store.RegisterRow, len(people))
	for i, r := range people {
		row, err := a.registerRow(ctx, r)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	return a.Store.KeepRegister(ctx, rows, a.entry(by, anlo.ActImportRegister, anlo.PurposeOperation, 0, anlo.ID{}))
}

func (a *App) registerRow(ctx context.Context, r anlo.Registered) (store.RegisterRow, error) {
	plain, err := cbor.Marshal(r)
	if err != nil {
		return store.RegisterRow{}, err
	}
	row := store.RegisterRow{Person: a.Seal.Index("person", r.Number)}
	row.Sealed, err = a.Seal.Seal(ctx, seal.Permanent, registerAD(row.Person), plain)
	for _, k := range identity.RecordKeys(r) {
		row.Keys = append(row.Keys, a.Seal.Index("register", k))
	}
	if r.Household != "" {
		row.Keys = append(row.Keys, a.householdKey(r.Household))
	}
	return row, err
}

// householdKey is what the people of one household are filed under together.
func (a *App) householdKey(household string) int64 {
	return a.Seal.Index("register", "household:"+household)
}

func registerAD(person int64) []byte {
	return seal.AD("register_person", "sealed", []byte{byte(person >> 56), byte(person >> 48), byte(person >> 40), byte(person >> 32),
		byte(person >> 24), byte(person >> 16), byte(person >> 8), byte(person)})
}
