package simulate

import "anlo"

// PhapVan is a day at the post of Pháp Vân – Cầu Giẽ, the southern gate of
// Hanoi, at so many vehicles a day and with so many lanes open around the
// clock.
//
// What is known of posts in 2021: Hanoi's 23 gates counted 9,786 vehicles on 14
// September, 425 a post, at 2 to 5 s a reading with fixed cameras (VnExpress
// 4356426); the whole country stood still then. No count of Pháp Vân by the hour
// was found. Assumed are therefore: 12,000 vehicles a day when people may
// travel; the hours, two broad peaks as at any gate of a city; the vehicles,
// without motorcycles, which the expressway refuses (other posts give them and
// walkers a share); what people bring.
func PhapVan(vehicles float64, lanes int) Post {
	p := Post{
		Vehicles: []Traffic{ // of the time to move up see ScannerTimes
			{anlo.Car, 0.55, 2.4, 7, Seconds{3.2, 0.3}},
			{anlo.Truck, 0.33, 1.5, 13, Seconds{5, 0.3}},
			{anlo.Bus, 0.12, 20, 14, Seconds{6, 0.3}},
			{anlo.Motorcycle, 0, 1.4, 1.5, Seconds{1.5, 0.3}}, // in twos abreast
			{anlo.OnFoot, 0, 1, 0.8, Seconds{0.8, 0.3}},
		},
		Brings: [5]float64{OnPhone: 0.62, OnPaper: 0.15, CardOnly: 0.10, TextCode: 0.05, Nothing: 0.08},
		Looks:  0.05, Stops: 0.01,
		Times: ScannerTimes(),
	}
	hours := [24]float64{15, 12, 12, 15, 25, 40, 55, 65, 70, 70, 65, 55, 45, 48, 55, 60, 65, 65, 50, 38, 30, 25, 20, 18}
	total := 0.0
	for _, share := range hours {
		total += share
	}
	for h, share := range hours {
		p.Arrivals[h] = vehicles * share / total
		p.Lanes[h] = lanes
	}
	return p
}

// ScannerTimes are the steps with this scanner, each lane with an officer of its
// own.
//
// Measured (docs/performance.md, "The lane"), on a machine slowed down four times:
// a picture becomes a verdict in 34 ms, in 95 of 100 cases in 154 ms; one picture
// in ten, of those made hard to read, needs another look. Read is 0.3 s, which
// leaves room for a few looks. Asked for: an entry from the card in 20 s. Assumed: what
// people do. Moving up is the largest: manual toll booths let 600 to 750 cars an
// hour through, 4.8 to 6 s a car with the payment (Woo and Hoel, Transportation
// Research Record 1320, 1991), so 3.2 s of it are taken for the car itself.
// Measure at your own post and say so with --seconds.
func ScannerTimes() Times {
	return Times{
		Ready: [4]Seconds{
			OnPhone:  {1.2, 0.8}, // the page shows the code at once, large and bright
			OnPaper:  {0.9, 0.6},
			CardOnly: {1.5, 0.6},
			TextCode: {6, 0.4}, // eight letters, read out and typed
		},
		Read:   Seconds{0.3, 0.3},
		Decide: Seconds{0.8, 0.5},
		Head:   Seconds{0.25, 0.3},
		Look:   Seconds{10, 0.5}, // the identity card is read beside it
		Stop:   Seconds{8, 0.5},  // sent aside: what follows is not in the lane
		Assist: Seconds{20, 0.4},
	}
}

// In2021 changes a post to what it was from 12 to 15 August 2021, when the
// scheme began and was suspended: nobody had declared before, most did so at the
// post on their own phones in 3 to 5 minutes, up to 10 (Người Lao Động
// 20210815171848064, VnExpress 4348061); who had no smartphone wrote on paper,
// about 10 minutes (Thanh Niên 1101230); who had kept a picture of the code took
// 30 s (VnExpress 4348061). The shares are assumed.
func (p *Post) In2021() {
	p.Brings = [5]float64{OnPhone: 0.05, OnPaper: 0.15, Nothing: 0.80}
	p.SideLanes = 0
	p.Times = Times{
		Ready:  [4]Seconds{OnPhone: {27, 0.4}, OnPaper: {600, 0.3}},
		Read:   Seconds{2, 0.5},
		Decide: Seconds{1, 0.5},
		Look:   Seconds{30, 0.5},
		Stop:   Seconds{60, 0.5},
		Assist: Seconds{270, 0.45},
		Each:   true, Together: true,
	}
}
