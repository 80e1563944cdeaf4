package chart

import (
	"cmp"
	"html/template"
	"math"
	"slices"
)

// Map shades areas by a figure: the largest units of a country as their
// outlines, or the communes of one of them as circles inside its outline. Every
// area is a link.
type Map struct {
	List   string // of units
	Within string // code of the unit that the areas lie in; "" for the country
	Figure string // what is shown, for the legend
	None   string // "none" in words
	Areas  []Area
	Number func(int64) string
}

// Area is one area of a map.
type Area struct {
	Code     string
	Href     string
	Text     string // shown to a mouse that rests on it: "Hà Nội: 12"
	Value    int64
	Lat, Lon float64 // where a commune is; 0 when not known
}

const (
	countryHeight  = 560.0
	provinceHeight = 340.0
	mainWidth      = 268.0 // where archipelagos stand beside
	insetWidth     = 86.0
	insetHeight    = 84.0
	edge           = 3.0
	largest        = 15.0 // radius of a circle, when there is room
	smallest       = 2.5
)

// SVG draws it; nothing where there are no outlines of the list.
func (m Map) SVG() template.HTML {
	outlines := outlinesOf(m.List)
	switch {
	case outlines == nil:
		return ""
	case m.Within == "":
		return m.country(outlines)
	case outlines[m.Within] == nil:
		return ""
	}
	return m.province(outlines[m.Within])
}

func (m Map) begin(height float64) *drawing {
	d := &drawing{}
	d.printf(`<svg class="chart map" viewBox="0 0 360 %s" font-size="12" aria-hidden="true" focusable="false">`, num(height))
	return d
}

func (m Map) classes() classes {
	values := make([]int64, len(m.Areas))
	for i, a := range m.Areas {
		values[i] = a.Value
	}
	return divide(values)
}

func (m Map) country(all outlines) template.HTML {
	parts := make([][][]point, len(far)+1)
	for _, rings := range all {
		split(parts, rings)
	}
	frames := layout(parts, nil, countryHeight, edge)
	d := m.begin(countryHeight)
	shade := m.classes()
	areas := map[string]Area{}
	for _, a := range m.Areas {
		areas[a.Code] = a
	}
	m.insets(d, frames)
	codes := make([]string, 0, len(all))
	for code := range all {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		a, shown := areas[code]
		if shown {
			d.link(a, shade.of(a.Value))
		} else {
			d.printf(`<g class="c0">`)
		}
		own := make([][][]point, len(parts))
		split(own, all[code])
		d.outline("area", own, frames)
		if shown {
			d.printf(`</a>`)
		} else {
			d.printf(`</g>`)
		}
	}
	m.legend(d, shade, 0, 258)
	return d.end()
}

func (m Map) province(rings [][]point) template.HTML {
	parts := make([][][]point, len(far)+1)
	split(parts, rings)
	frames := layout(parts, m.Areas, provinceHeight, largest+edge)
	high := frames[0].top + frames[0].height
	for i, f := range frames[1:] {
		if len(parts[i+1]) > 0 {
			high = math.Max(high, f.top+insetHeight)
		}
	}
	shade := m.classes()
	d := m.begin(high + 17*float64(len(shade.limits)+2))
	m.insets(d, frames)
	d.outline("outline", parts, frames)
	m.circles(d, frames, shade)
	m.legend(d, shade, 0, high+4)
	return d.end()
}

// outline draws the rings of each part in its frame.
func (d *drawing) outline(class string, parts [][][]point, frames []frame) {
	for i, rings := range parts {
		if i > 0 {
			class = "isle" // so small that only its border is seen
		}
		if len(rings) > 0 {
			d.printf(`<path class="%s" transform="scale(.1)" d="%s"/>`, class, frames[i].path(rings))
		}
	}
}

// circles draws the largest first, so that the small ones lie on top.
func (m Map) circles(d *drawing, frames []frame, shade classes) {
	most := int64(0)
	for _, a := range m.Areas {
		most = max(most, a.Value)
	}
	room := math.Max(largest*math.Min(1, math.Sqrt(50/float64(len(m.Areas)+1))), smallest)
	sorted := slices.Clone(m.Areas)
	slices.SortStableFunc(sorted, func(a, b Area) int { return cmp.Compare(b.Value, a.Value) })
	for _, a := range sorted {
		if a.Lat == 0 && a.Lon == 0 {
			continue
		}
		p := point{a.Lon, a.Lat}
		x, y := frames[partOf(p)].at(p)
		r := smallest
		if most > 0 {
			r += (room - smallest) * math.Sqrt(count(a.Value)/count(most))
		}
		d.link(a, shade.of(a.Value))
		d.printf(`<circle cx="%s" cy="%s" r="%s"/></a>`, num(clamp(x)), num(y), num(r))
	}
}

func clamp(x float64) float64 { return math.Max(0, math.Min(width, x)) }

// link begins an area. It is passed over by the keyboard, which has the same
// links in the table.
func (d *drawing) link(a Area, shade int) {
	d.printf(`<a class="c%d" href="%s" tabindex="-1"><title>%s</title>`, shade, text(a.Href), text(a.Text))
}

// split sorts rings by the part of the country that they lie in.
func split(parts [][][]point, rings [][]point) {
	for _, ring := range rings {
		if len(ring) > 0 {
			i := partOf(ring[0])
			parts[i] = append(parts[i], ring)
		}
	}
}

// layout gives each part a frame: the first a large one, the others small ones
// at its right, one below the other, about where they are on a globe.
func layout(parts [][][]point, areas []Area, height, margin float64) []frame {
	points := make([][]point, len(parts))
	insets := false
	for i, rings := range parts {
		for _, ring := range rings {
			points[i] = append(points[i], ring...)
		}
		insets = insets || i > 0 && len(rings) > 0
	}
	for _, a := range areas {
		if p := (point{a.Lon, a.Lat}); p != (point{}) {
			points[partOf(p)] = append(points[partOf(p)], p)
			insets = insets || partOf(p) > 0
		}
	}
	wide := width
	if insets {
		wide = mainWidth
	}
	frames := []frame{fit(points[0], 0, 0, wide, height, margin)}
	for i := 1; i < len(parts); i++ {
		top := height * (.22 + .26*float64(i))
		if height < countryHeight {
			top = 0
		}
		frames = append(frames, fit(points[i], width-insetWidth-1, top+14, insetWidth, insetHeight-14, 12))
		if len(points[i]) == 0 {
			frames[i].width = 0
		}
	}
	return frames
}

// insets draws the boxes around the parts that stand by themselves.
func (m Map) insets(d *drawing, frames []frame) {
	for i, f := range frames[1:] {
		if f.width == 0 {
			continue
		}
		x, y := width-insetWidth-1, f.top-12-14
		d.printf(`<rect class="inset" x="%s" y="%s" width="%s" height="%s"/>`, num(x), num(y+.5), num(insetWidth), num(insetHeight))
		d.write(x+insetWidth/2, y+12, "middle", far[i].name)
	}
}

// legend explains the shades.
func (m Map) legend(d *drawing, shade classes, x, y float64) {
	d.printf(`<text x="%s" y="%s" font-weight="700">%s</text>`, num(x), num(y+10), text(m.Figure))
	row := func(class int, words string) {
		y += 17
		d.printf(`<rect class="c%d" x="%s" y="%s" width="18" height="12"/>`, class, num(x+.5), num(y+.5))
		d.write(x+25, y+10.5, "start", words)
	}
	row(0, m.None)
	for i := range shade.limits {
		row(shade.shade(i), shade.write(i, m.Number))
	}
}
