package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"anlo"
)

// Limits of a list.
const (
	MaxListVehicles = 50
	MaxListRows     = 3000
)

// ListTrip is what all vehicles of a list share. Trip.Vehicle.Plate is for rows
// that name none.
type ListTrip struct {
	anlo.Trip
	// Healthy says that nobody has symptoms or was in contact with a case,
	// but for those whose row says so.
	Healthy bool
}

// List is a list of travellers as it was read, and what became of it. Every row
// is in one of its vehicles or rejected.
type List struct {
	Vehicles []ListVehicle
	Rejected []ListRejection
}

// In is how many rows there were, Accepted how many of them travel.
func (l List) In() int { return l.Accepted() + len(l.Rejected) }

// Accepted is how many rows are in a vehicle.
func (l List) Accepted() (n int) {
	for _, v := range l.Vehicles {
		n += len(v.Lines)
	}
	return n
}

// ListVehicle is one vehicle: one declaration, one code for all who ride.
type ListVehicle struct {
	Declaration anlo.Declaration
	Lines       []int    // of each traveller, in order
	Seats       []string // of each traveller; "" where the list names none
	Receipt     Receipt  // after DeclareList; without a token where Failed says why
	Failed      string   // code of the error, "" when it went well
}

// ListRejection is a row that stays behind, and why: each fault names a column.
type ListRejection struct {
	Line   int
	Name   string
	Plate  string
	Faults []anlo.FieldError
}

// ReadList says what a list amounts to, before anything is declared. An error
// speaks of the list as a whole; its fields are those of the trip, "healthy" and
// "rows".
func (a *App) ReadList(by anlo.Actor, trip ListTrip, rows []ListRow) (List, error) {
	if !by.May(anlo.ActDeclare) {
		return List{}, anlo.ErrForbidden
	}
	now := a.Now()
	if err := a.checkList(trip, rows); err != nil {
		return List{}, err
	}
	l, full, seen := List{}, map[string]int{}, map[string]bool{}
	for _, row := range rows {
		if row.Unreadable != "" {
			l.Rejected = append(l.Rejected, ListRejection{Line: row.Line, Faults: []anlo.FieldError{{Code: row.Unreadable}}})
			continue
		}
		t, faults := a.readRow(row, trip.Healthy)
		vehicle := trip.Trip
		if plate := anlo.NormalPlate(row.Plate); plate != "" {
			vehicle.Vehicle.Plate = plate
		}
		d := anlo.Declaration{Travellers: []anlo.Traveller{t}, Trip: vehicle, OnBehalf: true}
		faults = addFaults(faults, d.Check(now, a.known))
		key := t.Document.Key()
		if key != "" && seen[key] {
			faults = append(faults, anlo.FieldError{Field: "id_number", Code: "traveller.twice"})
		}
		at, known := full[vehicle.Vehicle.Plate]
		switch {
		case faults != nil:
		case !known && len(l.Vehicles) == MaxListVehicles:
			faults = append(faults, anlo.FieldError{Field: "plate", Code: "list.vehicles"})
		case known && len(l.Vehicles[at].Lines) == anlo.MaxTravellers:
			faults = append(faults, anlo.FieldError{Field: "plate", Code: "list.full"})
		}
		if faults != nil {
			l.Rejected = append(l.Rejected, ListRejection{row.Line, t.FullName, vehicle.Vehicle.Plate, faults})
			continue
		}
		seen[key] = true
		if !known {
			at = len(l.Vehicles)
			full[vehicle.Vehicle.Plate] = at
			l.Vehicles = append(l.Vehicles, ListVehicle{Declaration: anlo.Declaration{Trip: vehicle, OnBehalf: true}})
		}
		v := &l.Vehicles[at]
		v.Declaration.Travellers = append(v.Declaration.Travellers, t)
		v.Lines, v.Seats = append(v.Lines, row.Line), append(v.Seats, strings.TrimSpace(row.Seat))
	}
	return l, nil
}

// checkList says what is wrong with a list as a whole.
func (a *App) checkList(trip ListTrip, rows []ListRow) error {
	var wrong []anlo.FieldError
	var e *anlo.Error
	d := anlo.Declaration{Trip: trip.Trip}
	if errors.As(d.Check(a.Now(), a.known), &e) {
		for _, f := range e.Fields {
			// Rows may name plates of their own.
			if strings.HasPrefix(f.Field, "trip.") && (f.Field != "trip.vehicle.plate" || f.Code != "required") {
				wrong = append(wrong, f)
			}
		}
	}
	switch {
	case len(rows) == 0:
		wrong = append(wrong, anlo.FieldError{Field: "rows", Code: "required"})
	case len(rows) > MaxListRows:
		wrong = append(wrong, anlo.FieldError{Field: "rows", Code: "file.rows"})
	}
	if !trip.Healthy && !slices.ContainsFunc(rows, func(r ListRow) bool { return r.Symptoms != "" && r.Contact != "" }) {
		wrong = append(wrong, anlo.FieldError{Field: "healthy", Code: "list.health"})
	}
	if wrong != nil {
		return &anlo.Error{Kind: anlo.Invalid, Code: anlo.ErrInvalid.Code, Fields: wrong}
	}
	return nil
}

// columnOf are the columns that fields of a declaration of one are read from.
var columnOf = map[string]string{
	"residence.permanent.commune": "commune", "residence.permanent.address": "address", "health.symptoms": "symptoms", "passport": "id_number",
}

// addFaults joins what Check found in a row to what could not be read of it.
// Where both speak of a column, the first says more.
func addFaults(faults []anlo.FieldError, err error) []anlo.FieldError {
	var e *anlo.Error
	if !errors.As(err, &e) {
		return faults
	}
	misread := slices.ContainsFunc(faults, func(f anlo.FieldError) bool { return f.Field == "id_number" })
	for _, f := range e.Fields {
		column, ofRow := strings.CutPrefix(f.Field, "travellers[0].")
		switch {
		case f.Field == "trip.vehicle.plate":
			column = "plate"
		case !ofRow, column == "sex" && misread:
			continue // checkList has found none; and the number, once mended, says the sex
		case columnOf[column] != "":
			column = columnOf[column]
		}
		if !slices.ContainsFunc(faults, func(have anlo.FieldError) bool { return have.Field == column }) {
			faults = append(faults, anlo.FieldError{Field: column, Code: f.Code})
		}
	}
	return faults
}

// DeclareList declares a list, a vehicle at a time. Rejected rows stay behind.
// key, when not empty, makes a repetition of the same list return the same
// receipts, and finish what an earlier one could not. What keeps one vehicle from
// being declared keeps no other.
func (a *App) DeclareList(ctx context.Context, by anlo.Actor, trip ListTrip, rows []ListRow, key string) (List, error) {
	l, err := a.ReadList(by, trip, rows)
	if err != nil {
		return List{}, err
	}
	for i := range l.Vehicles {
		v := &l.Vehicles[i]
		own := key
		if own != "" {
			own = fmt.Sprintf("%s list %s", key, v.Declaration.Trip.Vehicle.Plate)
		}
		receipt, err := a.declare(ctx, by, anlo.ActDeclare, v.Declaration, own)
		var e *anlo.Error
		switch {
		case err == nil:
			v.Receipt = receipt
		case errors.As(err, &e) && e.Kind != anlo.Internal:
			v.Failed = e.Code
		default:
			return List{}, err
		}
	}
	return l, nil
}
