package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"anlo"
	"anlo/exchange"
	"anlo/geo"
	"anlo/identity"
)

type importCmd struct {
	Register importRegisterCmd `cmd:"" help:"People and their residences, as CSV."`
	Units    importUnitsCmd    `cmd:"" help:"Administrative units of any depth, as CSV."`
}

type importRegisterCmd struct {
	place
	File    string `arg:"" help:"CSV with the columns id_number, full_name, date_of_birth, sex, permanent_commune, permanent_address and, where known, old_id_number, household, temporary_commune, temporary_address." type:"existingfile"`
	List    string `help:"List of units that the communes are of; that of new declarations without it." placeholder:"LIST"`
	Rejects string `help:"File for the rows that were refused, each with its reason." type:"path" placeholder:"FILE"`
	JSON    bool   `help:"Print the account as JSON."`
}

// Run imports people and accounts for every row. It fails when a row was
// refused, so that a script notices.
func (c *importRegisterCmd) Run(ctx context.Context, s std) (err error) {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Stat()
	if err != nil {
		return err
	}
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	table := exchange.Import{
		Required: []string{"id_number", "full_name", "date_of_birth", "sex", "permanent_commune"},
		Optional: []string{"old_id_number", "household", "permanent_address", "temporary_commune", "temporary_address"},
	}
	if c.Rejects != "" {
		w, err := os.Create(c.Rejects)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, w.Close()) }()
		table.Rejects = w
	}
	bar := progress(s.err, size.Size(), "bytes")
	table.Progress = func(read int64) { bar.Set64(read) }
	if c.List == "" {
		c.List = a.UnitList
	}
	rows := registerRows{a.Units, c.List}
	r, err := table.Each(f, func(batch []exchange.Row) ([]exchange.Rejection, error) {
		people, rejected := rows.people(batch)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return rejected, a.KeepRegistered(ctx, operator, people)
	})
	bar.Finish()
	if err != nil {
		account(s.err, false, r)
		return err
	}
	if err := account(s.out, c.JSON, r); err != nil {
		return err
	}
	if r.Rejected > 0 {
		return errRefused
	}
	return nil
}

func account(w io.Writer, asJSON bool, r exchange.Report) error {
	if asJSON {
		return json.NewEncoder(w).Encode(r)
	}
	fmt.Fprintf(w, "%d rows in = %d accepted + %d rejected\n", r.In, r.Accepted, r.Rejected)
	codes := make([]string, 0, len(r.Reasons))
	for code := range r.Reasons {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		fmt.Fprintf(w, "  %7d  %s\n", r.Reasons[code], code)
	}
	for _, column := range r.Ignored {
		fmt.Fprintf(w, "  column %q was ignored\n", column)
	}
	return nil
}

// registerRows turns rows into people of the register.
type registerRows struct {
	units *geo.Atlas
	list  string
}

func (t registerRows) people(batch []exchange.Row) (people []anlo.Registered, rejected []exchange.Rejection) {
	for i, row := range batch {
		p, column, err := t.person(row)
		if err != nil {
			var e *anlo.Error
			code := "row.malformed"
			if errors.As(err, &e) {
				code = e.Code
			}
			rejected = append(rejected, exchange.Rejection{Index: i, Column: column, Reason: code})
			continue
		}
		people = append(people, p)
	}
	return people, rejected
}

var errRequired = &anlo.Error{Kind: anlo.Invalid, Code: "required"}

// person reads one row; on an error it names the column at fault.
func (t registerRows) person(row exchange.Row) (p anlo.Registered, column string, err error) {
	doc, err := anlo.ParseIDNumber(row.Get("id_number"))
	if err != nil {
		return p, "id_number", err
	}
	p.Number = doc.Number
	if old := row.Get("old_id_number"); old != "" {
		doc, err := anlo.ParseIDNumber(old)
		if err != nil {
			return p, "old_id_number", err
		}
		p.OldNumber = doc.Number
	}
	if p.FullName = identity.CleanName(row.Get("full_name")); p.FullName == "" {
		return p, "full_name", errRequired
	}
	if p.BirthDate, err = anlo.ParseDateTyped(row.Get("date_of_birth")); err != nil {
		return p, "date_of_birth", err
	}
	switch sex := anlo.Sex(row.Get("sex")); sex {
	case anlo.Male, anlo.Female, anlo.Other:
		p.Sex = sex
	default:
		return p, "sex", &anlo.Error{Kind: anlo.Invalid, Code: "choice.unknown"}
	}
	p.Household = row.Get("household")
	if p.Permanent, err = t.residence(row, "permanent"); err != nil {
		return p, "permanent_commune", err
	}
	if row.Get("temporary_commune") == "" && row.Get("temporary_address") == "" {
		return p, "", nil
	}
	p.Temporary, err = t.residence(row, "temporary")
	return p, "temporary_commune", err
}

func (t registerRows) residence(row exchange.Row, kind string) (anlo.Residence, error) {
	r := anlo.Residence{Commune: anlo.UnitRef{List: t.list, Code: row.Get(kind + "_commune")}, Address: row.Get(kind + "_address")}
	switch {
	case r.Commune.Code == "":
		return r, errRequired
	case !t.units.Known(r.Commune):
		return r, &anlo.Error{Kind: anlo.Invalid, Code: "commune.unknown"}
	}
	return r, nil
}

type importUnitsCmd struct {
	place
	File    string    `arg:"" help:"CSV with the columns code, parent, kind, name and, where known, population, lat, lon; the largest units have no parent." type:"existingfile"`
	List    string    `help:"Name of the list and its version, such as ug-2026." required:"" placeholder:"NAME"`
	Country string    `help:"ISO 3166-1 code of the country." required:"" placeholder:"XX"`
	Date    anlo.Date `help:"A day on which the list is in force; today without it." placeholder:"DATE"`
}

// Run imports a list of units.
func (c *importUnitsCmd) Run(ctx context.Context, s std) error {
	f, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	list, err := geo.ParseCSV(c.List, f)
	var wrong geo.RowErrors
	if errors.As(err, &wrong) {
		for _, e := range wrong {
			fmt.Fprintf(s.err, "line %d: %s\n", e.Line, say("en", e.Code))
		}
		fmt.Fprintf(s.err, "Nothing was imported: %d rows are wrong.\n", len(wrong))
		return errRefused
	}
	if err != nil {
		return err
	}
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	if list.Country, list.Date = c.Country, c.Date; c.Date.IsZero() {
		list.Date = anlo.DateOf(a.Now())
	}
	if err := a.ImportUnits(ctx, operator, list); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.out, "%d units imported as %s\n", len(list.Units), c.List)
	return err
}
