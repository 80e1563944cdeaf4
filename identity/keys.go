package identity

import (
	"fmt"

	"anlo"
)

// DateKey is the year with day and month in ascending order, so that the two
// exchanged give the same key; the year alone when no more is known.
func DateKey(d anlo.Date) string {
	if d.Month == 0 {
		return fmt.Sprintf("%04d", d.Year)
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, min(d.Day, d.Month), max(d.Day, d.Month))
}

// maxParty is the largest party that may be one family. Those of a coach are
// not looked up for each other.
const maxParty = 9

// RecordKeys are the strings under which a person is filed. There are three
// kinds, each an index over the whole register:
//
//	n:  each number the person has, CCCD and CMND
//	d:  name and birth date, however they were written
//	c:  each commune of residence, and birth date
//
// The third finds people whose number and name are both mistyped. At the size
// of Vietnam a key of the second kind names one to ten people (a common name),
// one of the third about two. They hold personal data in the clear: file them
// through a keyed hash.
func RecordKeys(r anlo.Registered) []string {
	var keys []string
	for _, n := range []string{r.Number, r.OldNumber} {
		if n != "" {
			keys = append(keys, "n:"+n)
		}
	}
	if r.BirthDate.IsZero() {
		return keys
	}
	date := DateKey(r.BirthDate)
	keys = append(keys, nameDateKey(NameKey(r.FullName), date))
	return append(keys, communeKeys(r.Permanent, r.Temporary, date)...)
}

// Keys are the strings under which the register must be asked for candidates:
// those of [RecordKeys] for what was typed, and the numbers of the companions,
// from whom Compare learns about the household. The first is the key of the
// number: what Compare grades exact among those filed under it stays exact among
// all, so the other keys need only be asked for the rest.
func Keys(c Claim) []string {
	keys := []string{"n:" + c.Document.Key()}
	if !c.BirthDate.IsZero() {
		date := DateKey(c.BirthDate)
		words := wordsOf(c.FullName)
		names := []string{wordsKey(words)}
		for i := range words {
			words[i].bare = untelex(words[i].bare)
		}
		if k := wordsKey(words); k != names[0] {
			names = append(names, k)
		}
		for _, name := range names {
			keys = append(keys, nameDateKey(name, date))
			if c.BirthDate.Month != 0 { // the register may know the year only
				keys = append(keys, nameDateKey(name, fmt.Sprintf("%04d", c.BirthDate.Year)))
			}
		}
		keys = append(keys, communeKeys(c.Permanent, c.Temporary, date)...)
	}
	if len(c.Party) <= maxParty {
		for _, d := range c.Party {
			keys = append(keys, "n:"+d.Key())
		}
	}
	return keys
}

func nameDateKey(name, date string) string { return "d:" + name + "|" + date }

func communeKeys(permanent, temporary anlo.Residence, date string) []string {
	var keys []string
	if u := permanent.Commune; !u.IsZero() {
		keys = append(keys, "c:"+u.String()+"|"+date)
	}
	if u := temporary.Commune; !u.IsZero() && u != permanent.Commune {
		keys = append(keys, "c:"+u.String()+"|"+date)
	}
	return keys
}
