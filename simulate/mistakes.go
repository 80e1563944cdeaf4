package simulate

import (
	"math/rand/v2"
	"slices"
	"strings"

	"anlo"
)

// Each method makes one mistake, or returns false when it is not possible.

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
