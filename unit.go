package anlo

// UnitRef names an administrative unit. A code alone is meaningless: 1,800 of
// the commune codes of Vietnam's 2025 list named another commune before.
type UnitRef struct {
	List string // version of the list: "vn-2026"
	Code string // "00004"; provinces and communes of one list never share a code length
}

func (u UnitRef) String() string { return u.List + "/" + u.Code }

// IsZero reports whether no unit was named.
func (u UnitRef) IsZero() bool { return u == UnitRef{} }

// Unit is one administrative unit of a list. Level counts from 1, the largest
// areas below the country; Parent is empty there.
type Unit struct {
	UnitRef
	Parent     string // code of the unit it lies in
	Level      int
	Kind       string // "Tỉnh", "Phường"; free text of the list
	Name       string // full name as the decree writes it: "Phường Ba Đình"
	Population int    // 0 when not known
	Lat, Lon   float64
}

// Residence is where somebody lives or stays: a commune and the rest of the
// address as free text (house, street, hamlet).
type Residence struct {
	Commune UnitRef
	Address string
}

// IsZero reports whether no residence was given.
func (r Residence) IsZero() bool { return r.Commune.IsZero() && r.Address == "" }
