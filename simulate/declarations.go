package simulate

import (
	"iter"
	"math/rand/v2"

	"anlo"
)

// Typed is a declaration as somebody typed it, with the truth beside.
type Typed struct {
	Person anlo.Person // what was typed
	Truth  string      // number of the record of whom it is about; empty for those who are not in the register
	Errors []string    // what was done wrong: names of [Mistakes], "stranger", "impostor"
}

// How many declarations, as a share of the people in the register, come from
// somebody who is not in it: with a number of their own, or with the number of
// somebody who is.
const (
	Strangers = 0.10
	Impostors = 0.01
)

// Declarations returns what the people of Population(seed, n, communes) declare,
// each once and many of them carelessly, and in between strangers and impostors
// with names, dates and numbers of the same kind.
func Declarations(seed uint64, n int, communes []anlo.Unit) iter.Seq[Typed] {
	return func(yield func(Typed) bool) {
		rng := rand.New(rand.NewPCG(seed, 1))
		others, stop := iter.Pull(households(seed, firstStranger, communes))
		defer stop()
		left := n
		var last anlo.Residence
		for h := range households(seed, 0, communes) {
			h = h[:min(left, len(h))]
			left -= len(h)
			for i := range h {
				if !yield(Corrupt(h, i, last, rng)) {
					return
				}
				if rng.Float64() < Strangers+Impostors && !yield(foreign(others, h[i], rng)) {
					return
				}
			}
			if left == 0 {
				return
			}
			last = h[0].Permanent
		}
	}
}

// firstStranger is the serial number from which strangers are counted, so that
// no number of theirs is in the register.
const firstStranger = 250_000

func foreign(others func() ([]Person, bool), victim Person, rng *rand.Rand) Typed {
	h, _ := others()
	t := Corrupt(h, rng.IntN(len(h)), victim.Temporary, rng)
	t.Truth = ""
	if rng.Float64() < Impostors/(Strangers+Impostors) {
		t.Person.Document = document(victim.Number)
		t.Errors = append(t.Errors, "impostor")
	} else {
		t.Errors = append(t.Errors, "stranger")
	}
	return t
}

// Mistake is one way of typing carelessly. Rate is its share of those in whose
// declaration it is possible: a day can be taken for a month up to the 12th.
// Mistakes are made independently of each other, so some make several.
type Mistake struct {
	Name string
	Rate float64
	make func(*typing) bool
}

// Mistakes lists them in the order in which they are made. Together with what
// is possible they give, of all declarations: diacritics missing 25 %, CMND
// instead of CCCD 8 %, day and month exchanged 3 %, a digit of the number wrong
// 2.5 %, a letter of the name wrong 2 %, the number of a parent or spouse 1 %.
var Mistakes = []Mistake{
	{"number.household", 0.012, (*typing).useRelativesNumber},
	{"number.old", 0.125, (*typing).useOldNumber},
	{"number.digit", 0.02, (*typing).mistypeNumber},
	{"number.swapped", 0.005, (*typing).swapDigits},
	{"birth-date.swapped", 0.085, (*typing).swapDayAndMonth},
	{"birth-date.digit", 0.01, (*typing).mistypeDate},
	{"birth-date.year", 0.01, (*typing).forgetDay},
	{"name.middle", 0.02, (*typing).dropMiddleName},
	{"name.letter", 0.02, (*typing).mistypeName},
	{"name.wrong-accents", 0.02, (*typing).mistakeTone},
	{"name.tone-place", 0.3, (*typing).moveTone},
	{"name.order", 0.03, (*typing).reorderName},
	{"name.telex", 0.005, (*typing).leaveTelex},
	{"name.accents", 0.26, (*typing).dropAccents},
	{"name.case", 0.15, (*typing).changeCase},
	{"sex", 0.005, (*typing).mistakeSex},
	{"residence.exchanged", 0.15, (*typing).exchangeHomes},
	{"residence.moved", 0.04, (*typing).moveAway},
	{"address", 0.25, (*typing).shortenAddress},
}

// Corrupt lets member i of a household declare, with mistakes at their rates.
// elsewhere is where they say they live if they have moved.
func Corrupt(household []Person, i int, elsewhere anlo.Residence, rng *rand.Rand) Typed {
	t := newTyping(household, i, elsewhere, rng)
	for _, m := range Mistakes {
		if rng.Float64() < m.Rate && m.make(t) {
			t.Errors = append(t.Errors, m.Name)
		}
	}
	return t.Typed
}

// Alone lets member i of a household declare with this mistake only; ok is
// false when they cannot make it.
func (m Mistake) Alone(household []Person, i int, elsewhere anlo.Residence, rng *rand.Rand) (typed Typed, ok bool) {
	t := newTyping(household, i, elsewhere, rng)
	ok = m.make(t)
	t.Errors = []string{m.Name}
	return t.Typed, ok
}

// typing is a declaration while it is being typed.
type typing struct {
	Typed
	self      Person
	household []Person
	elsewhere anlo.Residence
	rng       *rand.Rand
}

func newTyping(household []Person, i int, elsewhere anlo.Residence, rng *rand.Rand) *typing {
	p := household[i]
	return &typing{
		Typed: Typed{Truth: p.Number, Person: anlo.Person{
			Document: document(p.Number), FullName: p.FullName, BirthDate: p.BirthDate, Sex: p.Sex,
			Nationality: "VN", Phone: p.Phone, Permanent: p.Permanent, Temporary: p.Temporary,
		}},
		self: p, household: household, elsewhere: elsewhere, rng: rng,
	}
}

func document(number string) anlo.Document {
	if len(number) == 9 {
		return anlo.Document{Kind: anlo.CMND, Number: number, Country: "VN"}
	}
	return anlo.Document{Kind: anlo.CCCD, Number: number, Country: "VN"}
}
