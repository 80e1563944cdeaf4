package chart

import (
	"embed"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/*.geojson
var data embed.FS

// point is a position in degrees.
type point struct{ lon, lat float64 }

// outlines are the borders of the largest units of a list, by code. Each is a
// number of closed rings.
type outlines map[string][][]point

// known are the lists that there are outlines of.
var known = map[string]func() outlines{
	"vn-2026": sync.OnceValue(func() outlines { return mustRead("data/vn-2026.geojson") }),
}

func outlinesOf(list string) outlines {
	if read, ok := known[list]; ok {
		return read()
	}
	return nil
}

func mustRead(name string) outlines {
	file, err := data.ReadFile(name)
	if err != nil {
		panic(err) // the file is part of the program, and a test reads it
	}
	o, err := readGeoJSON(file)
	if err != nil {
		panic(err)
	}
	return o
}

// readGeoJSON reads a collection of polygons that have their code as a
// property (RFC 7946).
func readGeoJSON(file []byte) (outlines, error) {
	var collection struct {
		Features []struct {
			Properties struct{ Code string }
			Geometry   struct {
				Type        string
				Coordinates json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(file, &collection); err != nil {
		return nil, err
	}
	o := outlines{}
	for _, f := range collection.Features {
		var polygons [][][][2]float64
		var err error
		if f.Geometry.Type == "Polygon" {
			polygons = make([][][][2]float64, 1)
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons[0])
		} else {
			err = json.Unmarshal(f.Geometry.Coordinates, &polygons)
		}
		if err != nil {
			return nil, err
		}
		for _, polygon := range polygons {
			for _, ring := range polygon {
				points := make([]point, len(ring))
				for i, c := range ring {
					points[i] = point{c[0], c[1]}
				}
				o[f.Properties.Code] = append(o[f.Properties.Code], points)
			}
		}
	}
	return o, nil
}

// part is a piece of a country that a map shows by itself. Islands far off the
// coast have one, where they would otherwise be specks at the edge of the sea.
type part struct {
	name string
	has  func(point) bool
}

// offshore is east of the last headland of the coast.
const offshore = 109.48

// far are the archipelagos of Vietnam. Whatever lies in none of them is drawn
// together.
var far = []part{
	{"Hoàng Sa", func(p point) bool { return p.lon > offshore && p.lat > 13 }},
	{"Trường Sa", func(p point) bool { return p.lon > offshore && p.lat <= 13 }},
}

// partOf returns the number of the part that a point lies in, from 1 on; 0 for
// the mainland and what lies near it.
func partOf(p point) int {
	for i, f := range far {
		if f.has(p) {
			return i + 1
		}
	}
	return 0
}

// frame fits an area of the earth into a rectangle of a drawing: equirectangular,
// with the degrees of longitude shortened as in the middle of the area.
type frame struct {
	west, north    float64
	perLon, perLat float64
	left, top      float64
	width, height  float64 // what is filled of the rectangle
}

// fit returns the frame that shows all points in a rectangle, with a margin,
// in the middle of its width and at its top.
func fit(points []point, left, top, wide, high, margin float64) frame {
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, p := range points {
		west, east = math.Min(west, p.lon), math.Max(east, p.lon)
		south, north = math.Min(south, p.lat), math.Max(north, p.lat)
	}
	if len(points) == 0 {
		west, east, south, north = 0, 0, 0, 0
	}
	shorter := math.Cos((north + south) / 2 * math.Pi / 180)
	w, h := math.Max((east-west)*shorter, 1e-3), math.Max(north-south, 1e-3)
	scale := math.Min((wide-2*margin)/w, (high-2*margin)/h)
	return frame{
		west: west, north: north, perLon: scale * shorter, perLat: scale,
		left: left + (wide-(east-west)*shorter*scale)/2, top: top + margin,
		width: (east-west)*shorter*scale + 2*margin, height: (north-south)*scale + 2*margin,
	}
}

func (f frame) at(p point) (x, y float64) {
	return f.left + (p.lon-f.west)*f.perLon, f.top + (f.north-p.lat)*f.perLat
}

// path draws rings in tenths of a unit, each point relative to the one before.
func (f frame) path(rings [][]point) string {
	var b strings.Builder
	for _, ring := range rings {
		lastX, lastY := 0, 0
		command := byte('M')
		for i, p := range ring {
			fx, fy := f.at(p)
			x, y := int(math.Round(fx*10)), int(math.Round(fy*10))
			if i == 0 {
				b.WriteString("M" + strconv.Itoa(x) + " " + strconv.Itoa(y))
				lastX, lastY = x, y
				continue
			}
			dx, dy := x-lastX, y-lastY
			if dx == 0 && dy == 0 {
				continue
			}
			if command == 'M' {
				command = 'l'
				b.WriteByte('l')
			} else if dx >= 0 {
				b.WriteByte(' ')
			}
			b.WriteString(strconv.Itoa(dx))
			if dy >= 0 {
				b.WriteByte(' ')
			}
			b.WriteString(strconv.Itoa(dy))
			lastX, lastY = x, y
		}
		if command == 'M' { // an island smaller than a tenth of a unit is still there
			b.WriteString("h1")
		}
		b.WriteByte('z')
	}
	return b.String()
}
