package simulate

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"anlo"
)

// census makes households, one after another.
type census struct {
	rng     *rand.Rand
	land    *land
	numbers *numbering
	count   int

	// the household in the making
	home      *anlo.Unit
	prefix    string
	key       string
	residence anlo.Residence
	members   []Person

	namesake *Person // somebody whose neighbour shall have the same name and birth date
}

func (c *census) chance(p float64) bool { return c.rng.Float64() < p }

// mostMembers is more than any household has, so that pointers to its members
// stay good while it grows.
const mostMembers = 16

// between draws from lowest to highest, both included.
func (c *census) between(lowest, highest int) int { return lowest + c.rng.IntN(highest-lowest+1) }

// household makes one. The shares are such that a quarter of the people are
// children and one in eleven is over 65, as in the census of 2024.
func (c *census) household() []Person {
	if c.namesake == nil { // namesakes are neighbours
		c.home = c.land.draw(c.rng)
	}
	c.prefix = prefixOf(c.home)
	c.count++
	c.key = "H" + string(appendDigits(nil, c.count, 9))
	c.residence = anlo.Residence{Commune: c.home.UnitRef, Address: c.address(c.home)}
	c.members = make([]Person, 0, mostMembers)

	switch kind := c.rng.IntN(100); {
	case kind < 13: // alone
		age := c.between(20, 40)
		if c.chance(0.45) {
			age = c.between(55, 88)
		}
		c.person(c.anySex(), Year-1-age, "", "")
	case kind < 33: // a couple
		age := c.between(23, 34)
		if c.chance(0.68) {
			age = c.between(48, 80)
		}
		c.couple(Year - 1 - age)
	case kind < 75: // parents and children
		f, m := c.couple(Year - 1 - c.between(25, 52))
		c.children(f, m)
	case kind < 92: // three generations
		f, m := c.couple(Year - 1 - c.between(26, 48))
		c.children(f, m)
		c.grandparents(f)
	default: // one parent
		m := c.person(anlo.Female, Year-1-c.between(23, 55), "", "")
		c.children(nil, m)
	}

	if c.namesake != nil {
		c.rename(*c.namesake)
		c.namesake = nil
	} else if c.chance(0.003) {
		p := c.members[0]
		c.namesake = &p
	}
	return c.members
}

func (c *census) anySex() anlo.Sex {
	if c.chance(0.5) {
		return anlo.Male
	}
	return anlo.Female
}

// couple returns husband and wife; she keeps her family name.
func (c *census) couple(year int) (husband, wife *Person) {
	h := c.person(anlo.Male, year, "", "")
	w := c.person(anlo.Female, year+c.between(-2, 6), "", "")
	return h, w
}

// children are born when the mother is 20 to 38, and leave home at 27. Boys are
// a little more frequent (111 to 100).
func (c *census) children(father, mother *Person) {
	n := 1
	switch k := c.rng.IntN(100); {
	case k < 35:
	case k < 83:
		n = 2
	case k < 96:
		n = 3
	default:
		n = 4
	}
	family, mothers := familyName(mother.FullName), ""
	if father != nil {
		family, mothers = familyName(father.FullName), family
	}
	born := mother.BirthDate.Year + c.between(20, 31)
	for range n {
		if born > Year-1 || born > mother.BirthDate.Year+38 {
			return
		}
		if born > Year-28 {
			c.birth(father, born, family, mothers)
		}
		born += c.between(1, 6)
	}
}

func (c *census) birth(father *Person, year int, family, mothers string) {
	sex := anlo.Female
	if c.chance(0.526) {
		sex = anlo.Male
	}
	child := c.person(sex, year, family, mothers)
	if father != nil && sex == anlo.Male && c.chance(0.005) {
		child.FullName = father.FullName
	}
	if c.chance(0.012) {
		c.twin(child)
	}
}

// twin adds a brother or sister born on the same day, two thirds of the same
// sex and then most with names that are close.
func (c *census) twin(first *Person) {
	sex := first.Sex
	if c.chance(0.33) {
		sex = c.anySex()
	}
	words := strings.Fields(first.FullName)
	stem := strings.Join(words[:len(words)-1], " ")
	second := c.person(sex, first.BirthDate.Year, words[0], "")
	second.BirthDate = first.BirthDate
	if sex == first.Sex && c.chance(0.5) {
		second.Number = twinNumber(first.Number)
	}
	if sex == first.Sex && c.chance(0.8) {
		names := twinsMale
		if sex == anlo.Female {
			names = twinsFemale
		}
		i := 2 * c.rng.IntN(len(names)/2)
		first.FullName, second.FullName = stem+" "+names[i], stem+" "+names[i+1]
	}
}

// grandparents are the husband's parents, or his mother alone.
func (c *census) grandparents(child *Person) {
	year := child.BirthDate.Year - c.between(21, 33)
	if c.chance(0.45) {
		c.person(anlo.Male, year, familyName(child.FullName), "")
	}
	c.person(anlo.Female, year+c.between(-2, 5), "", "")
}

// rename makes the head of this household the namesake of p.
func (c *census) rename(p Person) {
	h := &c.members[0]
	h.FullName, h.Sex, h.BirthDate = p.FullName, p.Sex, p.BirthDate
	h.Number = c.numbers.newCCCD(c.prefix, h.Sex, h.BirthDate.Year)
	if h.BirthDate.Year > lastCMND {
		h.CMND, h.OldNumber = "", ""
	}
}

func familyName(fullName string) string {
	name, _, _ := strings.Cut(fullName, " ")
	return name
}

// lastCMND is the last year of birth of those who turned 14, and got a CMND,
// before the CCCD was brought in everywhere.
const lastCMND = 2001

// person adds somebody to the household. family is drawn when empty.
func (c *census) person(sex anlo.Sex, year int, family, mothers string) *Person {
	if family == "" {
		family = familyNames.draw(c.rng)
	}
	prefix := c.prefix
	if c.chance(0.15) { // born elsewhere
		prefix = prefixOf(c.land.draw(c.rng))
	}
	p := Person{Registered: anlo.Registered{
		Number:    c.numbers.newCCCD(prefix, sex, year),
		FullName:  family + " " + c.middleName(sex, year, mothers) + " " + c.givenName(sex, year),
		BirthDate: c.birthDate(year),
		Sex:       sex,
		Household: c.key,
		Permanent: c.residence,
	}}
	if year <= lastCMND && c.chance(0.95) {
		p.CMND = c.numbers.newCMND(prefix)
		if c.chance(0.9) {
			p.OldNumber = p.CMND
		}
	}
	age := Year - 1 - year
	if age >= 14 {
		p.IssuedOn = c.day(max(2021, year+14), Year-1)
	}
	if age >= 13 && c.chance(0.97-max(0, float64(age-60))*0.015) {
		p.Phone = c.phone()
	}
	c.move(&p, age)
	c.members = append(c.members, p)
	return &c.members[len(c.members)-1]
}

// move gives one in eight people a temporary residence, most of them students
// and workers in another province.
func (c *census) move(p *Person, age int) {
	rate := 0.04
	if age >= 18 && age <= 35 {
		rate = 0.30
	}
	if !c.chance(rate) {
		return
	}
	to := c.land.elsewhere(c.rng, c.home)
	p.Temporary = anlo.Residence{Commune: to.UnitRef, Address: c.address(to)}
}

// birthDate draws a day. Many of the old know the year only, and for others an
// official wrote 1 January.
func (c *census) birthDate(year int) anlo.Date {
	if year < 1965 {
		switch k := c.rng.Float64(); {
		case k < 0.04:
			return anlo.Date{Year: year}
		case k < 0.09:
			return anlo.Date{Year: year, Month: 1, Day: 1}
		}
	}
	return c.day(year, year)
}

// day draws one from the first to the last year.
func (c *census) day(first, last int) anlo.Date {
	d := anlo.Date{Year: c.between(first, last), Month: c.between(1, 12)}
	d.Day = c.between(1, daysIn(d))
	return d
}

func daysIn(d anlo.Date) int {
	switch d.Month {
	case 2:
		if d.Year%4 == 0 && (d.Year%100 != 0 || d.Year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

func (c *census) phone() string {
	prefixes := [...]string{"032", "033", "034", "035", "036", "037", "038", "039", "070", "076", "077", "078", "079",
		"081", "082", "083", "084", "085", "056", "058", "086", "088", "089", "090", "091", "093", "094", "096", "097", "098"}
	return string(appendDigits([]byte(prefixes[c.rng.IntN(len(prefixes))]), c.rng.IntN(10_000_000), 7))
}

var streets = strings.Split("Trần Phú,Lê Lợi,Nguyễn Huệ,Hai Bà Trưng,Lý Thường Kiệt,Quang Trung,Hùng Vương,Trần Hưng Đạo,"+
	"Nguyễn Trãi,Lê Duẩn,Điện Biên Phủ,Phan Chu Trinh,Phan Bội Châu,Ngô Quyền,Nguyễn Văn Cừ,Cách Mạng Tháng Tám,"+
	"Võ Thị Sáu,Phạm Văn Đồng,Lê Hồng Phong,Nguyễn Du,Hoàng Diệu,Bà Triệu,Tôn Đức Thắng,Võ Văn Kiệt,Trường Chinh", ",")

// address is the part below the commune: streets in a ward, hamlets elsewhere.
func (c *census) address(u *anlo.Unit) string {
	number := func(highest int) string { return strconv.Itoa(c.between(1, highest)) }
	if u.Kind == "Phường" {
		a := "Số " + number(400)
		if c.chance(0.4) {
			a += ", Ngõ " + number(120)
		}
		a += " Đường " + streets[c.rng.IntN(len(streets))]
		if c.chance(0.3) {
			a += ", Tổ dân phố " + number(30)
		}
		return a
	}
	hamlet := [...]string{"Thôn ", "Thôn ", "Ấp ", "Xóm ", "Bản "}[c.rng.IntN(5)] + number(15)
	if c.chance(0.5) {
		return "Số nhà " + number(200) + ", " + hamlet
	}
	return hamlet
}
