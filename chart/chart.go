// Package chart draws figures as SVG: columns by day, bars by area, a funnel, a
// curve over a day, and maps of a country or one of its provinces.
//
//	chart.Columns{
//		Caption: chart.Caption{ID: "trips", Title: "Trips", Desc: "At most 12,340 on 20 November."},
//		Labels:  days, Series: []chart.Series{{"In", in}, {"Out", out}}, Number: words.Number,
//	}.SVG()
//
// A drawing has no style and no script of its own, because the pages' policy
// allows neither: its classes get their colours from the stylesheet. A series is
// told apart by its pattern too, so that it can be read without colours and on
// paper. All drawings are 360 units wide, as a phone is, and grow with the page.
//
// Who cannot see a drawing hears its title and description; the figures
// themselves belong in a table beside it. A map is hidden from those readers
// altogether: its links are the same as the table's.
package chart

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Caption names a drawing for whoever cannot see it.
type Caption struct {
	ID    string // unique on the page
	Title string
	Desc  string // what there is to see, in a sentence
}

// Series is one row of values.
type Series struct {
	Name   string
	Values []int64
}

const (
	width  = 360.0
	letter = 6.9 // how wide one is, nearly, at a size of 12
)

// drawing is an SVG in the making.
type drawing struct {
	strings.Builder
	id string
}

// begin writes what stands before the shapes; end what stands after them.
func (c Caption) begin(height float64, series int) *drawing {
	d := &drawing{id: c.ID}
	d.printf(`<svg class="chart" viewBox="0 0 360 %s" font-size="12" role="img" aria-labelledby="%[2]s-t %[2]s-d">`, num(height), text(c.ID))
	d.printf(`<title id="%s-t">%s</title><desc id="%[1]s-d">%s</desc>`, text(c.ID), text(c.Title), text(c.Desc))
	if series > 1 {
		d.printf(`<defs>`)
		for i := 1; i < series; i++ {
			d.printf(`<pattern id="%s-p%d" class="s%d" width="5" height="5" patternUnits="userSpaceOnUse">%s</pattern>`, text(c.ID), i, i, hatches[(i-1)%len(hatches)])
		}
		d.printf(`</defs>`)
	}
	return d
}

// hatches tell the second series and those after it from the first, which is
// plain.
var hatches = []string{
	`<path class="ground" d="M0 0h5v5h-5z"/><path class="hatch" d="M-1 1l2-2M0 5l5-5M4 6l2-2"/>`,
	`<path class="ground" d="M0 0h5v5h-5z"/><path class="hatch" d="M2.5 0v5"/>`,
}

func (d *drawing) end() template.HTML {
	d.printf(`</svg>`)
	return template.HTML(d.String())
}

func (d *drawing) printf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// bar draws a rectangle of a series. The title is shown to a mouse that rests
// on it.
func (d *drawing) bar(series int, x, y, w, h float64, title string) {
	d.printf(`<rect class="s%d"`, series)
	if series > 0 {
		d.printf(` fill="url(#%s-p%d)"`, text(d.id), series)
	}
	d.printf(` x="%s" y="%s" width="%s" height="%s">`, num(x), num(y), num(w), num(h))
	if title != "" {
		d.printf(`<title>%s</title>`, text(title))
	}
	d.printf(`</rect>`)
}

// write puts words on the drawing. anchor is "start", "middle" or "end".
func (d *drawing) write(x, y float64, anchor, s string) {
	if anchor == "start" {
		d.printf(`<text x="%s" y="%s">%s</text>`, num(x), num(y), text(s))
		return
	}
	d.printf(`<text x="%s" y="%s" text-anchor="%s">%s</text>`, num(x), num(y), anchor, text(s))
}

// legend names the series from (0, 0) on and returns how high it is.
func (d *drawing) legend(names []string) float64 {
	if len(names) < 2 {
		return 0
	}
	x, y := 0.0, 0.0
	for i, name := range names {
		w := 20 + wide(name)
		if x > 0 && x+w > width {
			x, y = 0, y+17
		}
		d.bar(i, x+.5, y+1.5, 12, 10, "")
		d.write(x+17, y+10.5, "start", name)
		x += w + 14
	}
	return y + 22
}

// legendHeight is what legend will return.
func legendHeight(names []string) float64 {
	var d drawing
	return d.legend(names)
}

func wide(s string) float64 { return letter * float64(utf8.RuneCountInString(s)) }

// cut shortens a text to so many units.
func cut(s string, room float64) string {
	n := int(room / letter)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:max(n-1, 1)]), " ") + "…"
}

func text(s string) string { return html.EscapeString(s) }

// num writes a coordinate, to a tenth.
func num(x float64) string {
	s := strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64)
	if s == "-0" {
		return "0"
	}
	return s
}

// ticks divides an axis from 0 to at least top into three to five even steps of
// 1, 2 or 5 times a power of ten.
func ticks(top int64) []int64 {
	raw := math.Max(float64(top)/4, 1)
	step := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 5, 10} {
		if step*m >= raw {
			step *= m
			break
		}
	}
	at := []int64{0}
	for v := step; ; v += step {
		if v >= math.MaxInt64 {
			return append(at, math.MaxInt64)
		}
		at = append(at, int64(v))
		if v >= float64(top) {
			return at
		}
	}
}

// count is a value as it is drawn: nothing is less than none.
func count(v int64) float64 { return float64(max(v, 0)) }
