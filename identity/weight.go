package identity

import "math"

// Weights in bits, after Fellegi and Sunter (A Theory for Record Linkage, JASA
// 64, 1969): log₂ of how much likelier an agreement is between a claim and the
// claimant's own record (m) than between a claim and somebody else's (u). Bits
// add up. A claim starts at −log₂ of the size of the register, the chance that
// a record drawn blindly is the claimant's.
//
// u is set for common names in a dense commune, so that it errs towards "could
// be chance"; m is of the size seen in hand-typed declarations and need not be
// exact: a factor of two is one bit. TestChance checks the u side by drawing
// pairs of people, TestAccuracy the whole.
const (
	// 100 million people. A smaller register only makes the answer safer.
	priorBits = -26.6

	// Name, all words equal: the commonest full names are borne by one person in
	// a thousand. Deviations take away: see the costs in compare_names.go.
	nameEqual = 10.0

	// Birth date: two people share it once in 22,000 times. 1 January stands for
	// "unknown" in many records and is eight times as common as other days.
	dateEqual   = 14.0
	dateJanuary = 11.0
	dateSwapped = 9.5 // m 3 %
	dateDigit   = 4.0 // m 1 %; one pair in a thousand is a digit apart
	datePart    = 1.0 // m 1 %; day, month or year is altogether another
	dateYear    = 6.0 // only the year is known: one in about 65
	dateGuess   = 3.0 // 1 January was written for a year

	// Sex halves the field; it is mistyped once in two hundred times.
	sexEqual   = 1.0
	sexDiffers = -6.0

	// A stranger who gives a number that is in the register has taken it from
	// somebody: at most one claim in a hundred, spread over 100 million numbers.
	numberEqual = 33.0
	numberOld   = 30.0 // some CMND were issued twice
	// One claim in three hundred gives the number of a certain other member of
	// the household.
	numberHousehold = 25.0
	// One digit mistyped: m 2 % over about 120 ways. Namesakes born on the same
	// day share the digits of sex and year, so u is one in a few million.
	numberSlip = 12.0
	// Quite another number, though nobody else's. People had several CMND when
	// they moved from province to province.
	numberDiffers    = -8.0
	numberOldDiffers = -3.0

	// Home says nothing of who in a household somebody is, so it only counts when
	// the number does not; and no more than homeMost, since brothers share it.
	homeCommune = 10.0 // one commune of 3,321, weighted by population
	homeOther   = 8.0  // permanent and temporary exchanged
	homeMoved   = -2.5
	homeAddress = 4.0 // the same house, in the same commune
	homeStreet  = -1.0
	homeMost    = 14.0
)

// certain is the posterior probability from which a person counts as found.
// Most claims carry their number and lie ten thousand times beyond it.
const certain = 0.99

// never is the weight of what must not happen, whatever else agrees.
var never = math.Inf(-1)
