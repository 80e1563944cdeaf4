package simulate

import (
	"bufio"
	"encoding/csv"
	"io"
	"iter"
	"strings"

	"anlo"
)

var registerHeader = []string{"id_number", "old_id_number", "full_name", "date_of_birth", "sex", "household",
	"permanent_commune", "permanent_address", "temporary_commune", "temporary_address"}

// WriteRegister writes the records of a population as the CSV file that a
// register is imported from: dates as 1990-01-31 or 1990, communes as codes of
// the list that the population was settled on.
func WriteRegister(w io.Writer, people iter.Seq[Person]) error {
	b := bufio.NewWriterSize(w, 1<<16)
	out := csv.NewWriter(b)
	if err := out.Write(registerHeader); err != nil {
		return err
	}
	row := make([]string, len(registerHeader))
	for p := range people {
		row[0], row[1], row[2], row[3] = p.Number, p.OldNumber, p.FullName, p.BirthDate.String()
		row[4], row[5] = string(p.Sex), p.Household
		writeHomes(row[6:], p.Permanent, p.Temporary)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return flush(out, b)
}

var declarationHeader = []string{"truth_id_number", "truth_errors", "id_number", "full_name", "date_of_birth", "sex", "phone",
	"permanent_commune", "permanent_address", "temporary_commune", "temporary_address"}

// WriteDeclarations writes what was typed as CSV, with the truth in the first
// two columns: the number in the register, empty for those who are not in it,
// and the errors made, separated by spaces.
func WriteDeclarations(w io.Writer, declarations iter.Seq[Typed]) error {
	b := bufio.NewWriterSize(w, 1<<16)
	out := csv.NewWriter(b)
	if err := out.Write(declarationHeader); err != nil {
		return err
	}
	row := make([]string, len(declarationHeader))
	for t := range declarations {
		p := t.Person
		row[0], row[1] = t.Truth, strings.Join(t.Errors, " ")
		row[2], row[3], row[4] = p.Document.Number, p.FullName, p.BirthDate.String()
		row[5], row[6] = string(p.Sex), p.Phone
		writeHomes(row[7:], p.Permanent, p.Temporary)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	return flush(out, b)
}

func writeHomes(row []string, permanent, temporary anlo.Residence) {
	row[0], row[1] = permanent.Commune.Code, permanent.Address
	row[2], row[3] = temporary.Commune.Code, temporary.Address
}

func flush(out *csv.Writer, b *bufio.Writer) error {
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return b.Flush()
}
