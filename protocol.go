package anlo

// Protocol holds the rules of an epidemic that change by decree, as far as the
// commune desk needs them. Tracing adds its windows to the same versions.
type Protocol struct {
	ID             string // "vn-2021-07": stable, named in orders
	From           Date   // in force from
	Source         string // the decree or dispatch
	Quarantine     int    // days at home for a contact or arrival
	VaccinatedDays int    // the same for the fully vaccinated
	Tests          []int  // days of quarantine on which to test, counted from 1
}

// Protocols lists them, the newest first.
var Protocols = []Protocol{
	{"vn-2022-02", Date{2022, 2, 21}, "Bộ Y tế, 21/02/2022", 7, 5, []int{5, 7}},
	{"vn-2021-12", Date{2021, 12, 29}, "Bộ Y tế, 12/2021", 14, 7, []int{1, 7}},
	{"vn-2021-07", Date{2021, 7, 14}, "5599/BYT-MT, 14/07/2021", 14, 14, []int{1, 7, 14}},
}

// ProtocolByID returns the protocol of that name.
func ProtocolByID(id string) (Protocol, bool) {
	for _, p := range Protocols {
		if p.ID == id {
			return p, true
		}
	}
	return Protocol{}, false
}
