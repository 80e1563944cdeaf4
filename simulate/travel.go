package simulate

import (
	"slices"
	"strings"
	"time"

	"anlo"
)

// travel makes the journey of one household.
type travel struct {
	census
	roads *roads
	late  bool // in the days when many go to the cities
}

// reason is why a household travels, how often, by what, and how far: the
// chance to leave the province, and then to go to a city.
type reason struct {
	purpose  anlo.TripPurpose
	share    int // of a hundred
	far      float64
	city     float64
	together bool // with the family
	vehicles []anlo.VehicleKind
}

var reasons = []reason{
	{anlo.Work, 40, 0.15, 0.5, false, []anlo.VehicleKind{anlo.Motorcycle, anlo.Motorcycle, anlo.Motorcycle, anlo.Car, anlo.Bus, anlo.Bicycle}},
	{anlo.Family, 20, 0.5, 0.3, true, []anlo.VehicleKind{anlo.Motorcycle, anlo.Car, anlo.Car, anlo.Bus, anlo.Bus, anlo.Train, anlo.Plane}},
	{anlo.Home, 12, 0.9, 0.4, true, []anlo.VehicleKind{anlo.Motorcycle, anlo.Bus, anlo.Bus, anlo.Train, anlo.Car, anlo.Plane}},
	{anlo.Goods, 9, 0.6, 0.5, false, []anlo.VehicleKind{anlo.Truck, anlo.Truck, anlo.Truck, anlo.Car, anlo.Boat}},
	{anlo.Medical, 8, 0.35, 0.8, true, []anlo.VehicleKind{anlo.Car, anlo.Car, anlo.Bus, anlo.Motorcycle}},
	{anlo.Study, 6, 0.5, 0.7, false, []anlo.VehicleKind{anlo.Bus, anlo.Motorcycle, anlo.Train}},
	{anlo.Official, 3, 0.4, 0.6, false, []anlo.VehicleKind{anlo.Car, anlo.Car, anlo.Plane}},
	{anlo.OtherWay, 2, 0.3, 0.3, true, []anlo.VehicleKind{anlo.Motorcycle, anlo.Car, anlo.OtherMeans, anlo.OnFoot}},
}

// plan makes the journey of a household, and says after how many days they come
// back: 0 for never. Households stay at home in four cases of ten, and where
// nobody is grown up.
func (t *travel) plan(h []Person, at time.Time) (j Journey, back int, ok bool) {
	if !t.chance(0.6) {
		return Journey{}, 0, false
	}
	grown := slices.DeleteFunc(seq(len(h)), func(i int) bool { return h[i].BirthDate.Year > Year-19 })
	if len(grown) == 0 {
		return Journey{}, 0, false
	}
	why := t.reason()
	lead := grown[t.rng.IntN(len(grown))]
	party := []Person{h[lead]}
	if why.together {
		for i, p := range h {
			if i != lead && t.chance(0.4) {
				party = append(party, p)
			}
		}
	}
	start := party[0].Permanent
	if !party[0].Temporary.IsZero() && t.chance(0.85) {
		start = party[0].Temporary
	}
	j = Journey{At: at, People: party}
	j.Trip = anlo.Trip{Origin: start, Destination: t.destination(why, party[0], start), DepartsAt: t.departs(at), Purpose: why.purpose,
		Vehicle: t.vehicle(why)}
	if t.chance(0.05) {
		j.Trip.Note = "Đi trong ngày"
	}
	j.OnBehalf = t.chance(0.03)
	moves := t.chance(0.05)
	for _, p := range party {
		j.Travellers = append(j.Travellers, t.traveller(p, at, j.Trip.Destination, moves))
	}
	switch {
	case why.purpose == anlo.Goods || moves:
	case t.chance(0.2):
		back = 2
	case t.chance(0.2):
		back = 5
	}
	return j, back, true
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func (t *travel) reason() reason {
	k := t.rng.IntN(100)
	for _, r := range reasons {
		if k -= r.share; k < 0 {
			return r
		}
	}
	return reasons[0]
}

// destination is where they are registered, when they go home from where they
// stay, and somewhere near or far otherwise.
func (t *travel) destination(why reason, p Person, start anlo.Residence) anlo.Residence {
	if why.purpose == anlo.Home && start != p.Permanent {
		return p.Permanent
	}
	city := why.city
	if t.late {
		city = 1 - (1-city)*0.6
	}
	var to *anlo.Unit
	switch {
	case !t.chance(why.far):
		to = t.roads.near(t.rng, start.Commune, t.roads.parent[start.Commune])
	case t.chance(city):
		to = t.roads.city(t.rng)
	default:
		to = t.land.draw(t.rng)
	}
	return anlo.Residence{Commune: to.UnitRef, Address: t.address(to)}
}

// departs is today, tomorrow or the day after, by day.
func (t *travel) departs(at time.Time) time.Time {
	days := max(0, t.between(-3, 2))
	y, m, d := at.Date()
	leaves := time.Date(y, m, d+days, t.between(5, 20), 15*t.between(0, 3), 0, 0, at.Location())
	if leaves.Before(at) {
		leaves = at.Add(time.Duration(t.between(20, 240)) * time.Minute).Truncate(5 * time.Minute)
	}
	return leaves
}

func (t *travel) vehicle(why reason) anlo.Vehicle {
	v := anlo.Vehicle{Kind: why.vehicles[t.rng.IntN(len(why.vehicles))]}
	if v.Kind.NeedsPlate() {
		letters := "ABCDEFGHKLM"
		b := appendDigits(nil, t.between(11, 99), 2)
		b = append(b, letters[t.rng.IntN(len(letters))])
		v.Plate = string(appendDigits(b, t.rng.IntN(100_000), 5))
	}
	return v
}

// traveller is what one of them says. Some leave out where they stay, some give
// another address than the register's, and who moves stays at the destination.
func (t *travel) traveller(p Person, at time.Time, to anlo.Residence, moves bool) anlo.Traveller {
	said := anlo.Traveller{Person: anlo.Person{Document: document(p.Number), FullName: p.FullName, BirthDate: p.BirthDate, Sex: p.Sex,
		Nationality: "VN", Phone: p.Phone, Permanent: p.Permanent, Temporary: p.Temporary}, Health: t.health(p, at)}
	switch {
	case moves && to != p.Permanent:
		said.Temporary = to
	case t.chance(0.05):
		said.Temporary = anlo.Residence{}
	case t.chance(0.02):
		u := t.land.draw(t.rng)
		said.Permanent = anlo.Residence{Commune: u.UnitRef, Address: t.address(u)}
	}
	return said
}

var visited = strings.Split("Chợ trung tâm,Bến xe,Siêu thị,Bệnh viện đa khoa,Nhà hàng tiệc cưới,Trường học,Khu công nghiệp,Nhà thờ,Chùa,Quán cà phê", ",")

// health: one or two of a hundred have symptoms, one has met a case.
func (t *travel) health(p Person, at time.Time) anlo.Health {
	doses := min(t.rng.IntN(5), max(0, Year-p.BirthDate.Year-3))
	h := anlo.Health{Doses: &doses, ContactWithCase: t.chance(0.01)}
	if t.chance(0.015) {
		h.Symptoms = []anlo.Symptom{anlo.Symptoms[t.rng.IntN(len(anlo.Symptoms))]}
		if s := anlo.Symptoms[t.rng.IntN(2)]; s != h.Symptoms[0] && t.chance(0.5) {
			h.Symptoms = append(h.Symptoms, s)
		}
	}
	for range max(0, t.between(-2, 2)) {
		h.Places = append(h.Places, visited[t.rng.IntN(len(visited))])
	}
	if t.chance(0.08) {
		test := anlo.Test{Kind: anlo.Antigen, Result: anlo.Negative, Taken: at.Add(-time.Duration(t.between(2, 72)) * time.Hour)}
		if t.chance(0.01) {
			test.Result = anlo.Positive
		}
		h.Test = &test
	}
	return h
}

// home is the way back.
func (t *travel) home(out Journey, at time.Time) Journey {
	j := Journey{At: at, People: out.People}
	j.OnBehalf = out.OnBehalf
	j.Trip = out.Trip
	j.Trip.Origin, j.Trip.Destination = out.Trip.Destination, out.Trip.Origin
	j.Trip.DepartsAt = t.departs(at)
	j.Travellers = slices.Clone(out.Travellers)
	for i, p := range out.People {
		j.Travellers[i].Health = t.health(p, at)
	}
	return j
}
