package simulate

import (
	"iter"
	"math/rand/v2"
	"slices"
	"strings"

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

// useRelativesNumber: a child under the number of a parent, somebody under that
// of husband or wife. The first of a household is no child.
func (t *typing) useRelativesNumber() bool {
	var others []Person
	for _, p := range t.household {
		if p.Number != t.self.Number && Year-p.BirthDate.Year > 20 {
			others = append(others, p)
		}
	}
	if len(others) == 0 {
		return false
	}
	t.Person.Document = document(others[t.rng.IntN(len(others))].Number)
	return true
}

func (t *typing) useOldNumber() bool {
	if t.self.CMND == "" || t.Person.Document.Number != t.self.Number {
		return false
	}
	t.Person.Document = document(t.self.CMND)
	return true
}

func (t *typing) mistypeNumber() bool {
	n := []byte(t.Person.Document.Number)
	i := t.rng.IntN(len(n))
	n[i] = otherDigit(n[i], t.rng)
	t.Person.Document = document(string(n))
	return true
}

func otherDigit(d byte, rng *rand.Rand) byte { return '0' + (d-'0'+1+byte(rng.IntN(9)))%10 }

func (t *typing) swapDigits() bool {
	n := []byte(t.Person.Document.Number)
	i := t.rng.IntN(len(n) - 1)
	if n[i] == n[i+1] {
		return false
	}
	n[i], n[i+1] = n[i+1], n[i]
	t.Person.Document = document(string(n))
	return true
}

func (t *typing) swapDayAndMonth() bool {
	d := &t.Person.BirthDate
	if d.Month == 0 || d.Day > 12 || d.Day == d.Month {
		return false
	}
	d.Day, d.Month = d.Month, d.Day
	return true
}

// mistypeDate: a digit of the day, the month or the year, so that a date is
// left that a form accepts.
func (t *typing) mistypeDate() bool {
	if t.Person.BirthDate.Month == 0 {
		return false
	}
	for {
		d := []byte(t.Person.BirthDate.String())
		i := [...]int{2, 3, 5, 6, 8, 9}[t.rng.IntN(6)]
		d[i] = otherDigit(d[i], t.rng)
		if typed, err := anlo.ParseDate(string(d)); err == nil && typed.Year < Year {
			t.Person.BirthDate = typed
			return true
		}
	}
}

func (t *typing) forgetDay() bool {
	d := &t.Person.BirthDate
	if d.Month == 0 {
		return false
	}
	d.Day, d.Month = 0, 0
	return true
}

func (t *typing) words() []string { return strings.Fields(t.Person.FullName) }

func (t *typing) setWords(w []string) { t.Person.FullName = strings.Join(w, " ") }

func (t *typing) dropMiddleName() bool {
	w := t.words()
	if len(w) < 3 {
		return false
	}
	t.setWords(slices.Delete(w, 1, 2))
	return true
}

// mistypeName: a letter replaced, left out, doubled or exchanged with the next.
func (t *typing) mistypeName() bool {
	n := []rune(t.Person.FullName)
	i := t.rng.IntN(len(n) - 1)
	if n[i] == ' ' || n[i+1] == ' ' {
		i = (i + 2) % (len(n) - 1)
	}
	if n[i] == ' ' || n[i+1] == ' ' || n[i] == n[i+1] {
		return false
	}
	switch t.rng.IntN(4) {
	case 0:
		n[i] = rune("qwertyuiopasdghklcvbnm"[t.rng.IntN(22)])
	case 1:
		n = slices.Delete(n, i, i+1)
	case 2:
		n = slices.Insert(n, i, n[i])
	case 3:
		n[i], n[i+1] = n[i+1], n[i]
	}
	typed := string(n)
	if typed == t.Person.FullName {
		return false
	}
	t.Person.FullName = typed
	return true
}

// mistakeTone writes one word with another tone: Thủy for Thùy.
func (t *typing) mistakeTone() bool {
	words := t.words()
	k := t.rng.IntN(len(words))
	w := []rune(words[k])
	i := toned(w)
	if i < 0 {
		return false
	}
	l := letters[w[i]]
	w[i] = []rune(l.withTone(1 + (l.tone+t.rng.IntN(4))%5))[0]
	words[k] = string(w)
	t.setWords(words)
	return true
}

func (t *typing) moveTone() (done bool) {
	words := t.words()
	for i := range words {
		w := []rune(words[i])
		if retoned(w) {
			words[i], done = string(w), true
		}
	}
	t.setWords(words)
	return done
}

// reorderName: given name first, or family name last.
func (t *typing) reorderName() bool {
	w := t.words()
	n := len(w)
	if n < 2 {
		return false
	}
	if t.rng.IntN(2) == 0 {
		w = append([]string{w[n-1]}, w[:n-1]...)
	} else {
		w = append(w[1:], w[0])
	}
	t.setWords(w)
	return true
}

func (t *typing) leaveTelex() bool {
	typed := telex(t.Person.FullName)
	if typed == t.Person.FullName {
		return false
	}
	t.Person.FullName = typed
	return true
}

// dropAccents from the whole name, three times of ten from one word only.
func (t *typing) dropAccents() bool {
	words := t.words()
	if t.rng.IntN(10) < 3 {
		i := t.rng.IntN(len(words))
		words[i] = bare(words[i])
	} else {
		for i := range words {
			words[i] = bare(words[i])
		}
	}
	typed := strings.Join(words, " ")
	if typed == t.Person.FullName {
		return false
	}
	t.Person.FullName = typed
	return true
}

func (t *typing) changeCase() bool {
	if t.rng.IntN(2) == 0 {
		t.Person.FullName = strings.ToUpper(t.Person.FullName)
	} else {
		t.Person.FullName = strings.ToLower(t.Person.FullName)
	}
	return true
}

func (t *typing) mistakeSex() bool {
	if t.Person.Sex == anlo.Male {
		t.Person.Sex = anlo.Female
	} else {
		t.Person.Sex = anlo.Male
	}
	return true
}

// exchangeHomes: where somebody stays is given as where they are registered.
func (t *typing) exchangeHomes() bool {
	if t.Person.Temporary.IsZero() {
		return false
	}
	t.Person.Permanent, t.Person.Temporary = t.Person.Temporary, anlo.Residence{}
	return true
}

// moveAway: somebody lives elsewhere and the register does not know.
func (t *typing) moveAway() bool {
	if t.elsewhere.IsZero() || t.elsewhere.Commune == t.Person.Permanent.Commune {
		return false
	}
	t.Person.Permanent = t.elsewhere
	return true
}

func (t *typing) shortenAddress() bool {
	a := &t.Person.Permanent.Address
	short := bare(strings.NewReplacer("Số nhà ", "", "Số ", "", "Đường", "đ.", "Tổ dân phố", "TDP", "Ngõ ", "ngo ").Replace(*a))
	if short == *a {
		return false
	}
	*a = short
	return true
}
