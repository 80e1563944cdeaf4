package anlo

import (
	"time"
)

// Limits of a declaration.
const (
	MaxTravellers = 60                  // a coach; larger groups declare twice
	MaxAhead      = 14 * 24 * time.Hour // how far ahead a departure may lie
	MaxBehind     = 24 * time.Hour      // how long ago: somebody already on the road
)

// Declaration is what travellers state before a trip: who they are, how they
// feel, and where they go. The first traveller leads; the others, the
// companions, share the trip and the vehicle.
type Declaration struct {
	Travellers []Traveller
	Trip       Trip
	// OnBehalf is set when somebody else, who is not travelling, declares.
	OnBehalf bool
}

// Traveller is one person of a declaration and their answers about health.
type Traveller struct {
	Person
	Health Health
}

// Trip is where a party goes, how and why.
type Trip struct {
	Origin      Residence
	Destination Residence
	DepartsAt   time.Time
	Vehicle     Vehicle
	Purpose     TripPurpose
	Note        string // free text beside the purpose; may be empty
}

// VehicleKind is how somebody travels.
type VehicleKind string

const (
	Car        VehicleKind = "car"
	Motorcycle VehicleKind = "motorcycle"
	Truck      VehicleKind = "truck"
	Bus        VehicleKind = "bus"
	Train      VehicleKind = "train"
	Plane      VehicleKind = "plane"
	Boat       VehicleKind = "boat"
	Bicycle    VehicleKind = "bicycle"
	OnFoot     VehicleKind = "foot"
	OtherMeans VehicleKind = "other"
)

// VehicleKinds lists them in the order of the form.
var VehicleKinds = []VehicleKind{Car, Motorcycle, Truck, Bus, Train, Plane, Boat, Bicycle, OnFoot, OtherMeans}

// NeedsPlate reports whether the driver's own number plate is asked for.
func (k VehicleKind) NeedsPlate() bool { return k == Car || k == Motorcycle || k == Truck }

// Vehicle is the means of transport. Plate is normalised: capital letters and
// digits only ("29A12345"); empty where none is needed.
type Vehicle struct {
	Kind  VehicleKind
	Plate string
}

// TripPurpose is why somebody travels. The order is the number in the pass.
type TripPurpose string

const (
	Work     TripPurpose = "work"
	Home     TripPurpose = "home"
	Medical  TripPurpose = "medical"
	Family   TripPurpose = "family"
	Study    TripPurpose = "study"
	Goods    TripPurpose = "goods"
	Official TripPurpose = "official"
	OtherWay TripPurpose = "other"
)

// TripPurposes lists them; index + 1 is the number that the pass carries.
var TripPurposes = []TripPurpose{Work, Home, Medical, Family, Study, Goods, Official, OtherWay}

// Symptom is one of those asked about, over the last 14 days.
type Symptom string

const (
	Fever          Symptom = "fever"
	Cough          Symptom = "cough"
	Breathlessness Symptom = "breathlessness"
	SoreThroat     Symptom = "sore-throat"
	TasteOrSmell   Symptom = "taste-or-smell-loss"
	VomitOrDiarrh  Symptom = "vomiting-or-diarrhoea"
	Rash           Symptom = "rash"
)

// Symptoms lists them in the order of the form.
var Symptoms = []Symptom{Fever, Cough, Breathlessness, SoreThroat, TasteOrSmell, VomitOrDiarrh, Rash}

// TestKind and TestResult describe the last test somebody had.
type (
	TestKind   string
	TestResult string
)

const (
	PCR      TestKind   = "pcr"
	Antigen  TestKind   = "antigen"
	Negative TestResult = "negative"
	Positive TestResult = "positive"
	Pending  TestResult = "pending"
)

// Test is the last test.
type Test struct {
	Kind   TestKind
	Result TestResult
	Taken  time.Time
}

// Health is what a traveller answers about the last 14 days.
type Health struct {
	Symptoms        []Symptom
	ContactWithCase bool
	Places          []string // places visited, free text, at most 20
	Test            *Test    // nil when there was none
	Doses           *int     // vaccine doses declared, 0 to 9; nil when not answered
}

// NeedsLook reports whether a checkpoint should take a closer look because of
// these answers, and why, as verdict reasons.
func (h Health) NeedsLook() (reasons []Reason) {
	if len(h.Symptoms) > 0 {
		reasons = append(reasons, ReasonSymptoms)
	}
	if h.ContactWithCase {
		reasons = append(reasons, ReasonContact)
	}
	if h.Test != nil && h.Test.Result == Positive {
		reasons = append(reasons, ReasonTest)
	}
	return reasons
}

// String keeps a declaration out of logs.
func (d Declaration) String() string { return "declaration ***" }
