package geo

import (
	"math"

	"anlo"
)

const earthRadius = 6371 // km

// Distance returns how far apart two units are in a straight line, in
// kilometres. It is not known, and false, when the list has no place for one of
// them.
func Distance(a, b anlo.Unit) (km float64, known bool) {
	if a.Lat == 0 && a.Lon == 0 || b.Lat == 0 && b.Lon == 0 {
		return 0, false
	}
	const degree = math.Pi / 180
	sinLat := math.Sin((b.Lat - a.Lat) / 2 * degree)
	sinLon := math.Sin((b.Lon - a.Lon) / 2 * degree)
	h := sinLat*sinLat + math.Cos(a.Lat*degree)*math.Cos(b.Lat*degree)*sinLon*sinLon
	return 2 * earthRadius * math.Asin(math.Sqrt(min(h, 1))), true
}
