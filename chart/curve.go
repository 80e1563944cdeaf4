package chart

import (
	"html/template"
	"math"
	"strconv"
	"strings"
)

// Curve draws how values change from left to right, each with the range that it
// lies in.
type Curve struct {
	Caption
	Labels []string // below the axis: the first at its beginning, the last at its end
	Lines  []Line
	Number func(int64) string // of the axis on the left
}

// Line is one row of values with what most lie between.
type Line struct {
	Name           string
	Mid, Low, High []float64
}

// dashes tell the lines apart without colours.
var dashes = []string{"", "6 3", "1.5 3"}

// SVG draws it.
func (c Curve) SVG() template.HTML {
	top := 0.0
	for _, l := range c.Lines {
		for _, v := range l.High {
			top = math.Max(top, v)
		}
	}
	above := c.legendHeight() + 8
	d := c.begin(above+plotHeight+axisHeight, 0)
	c.legend(d)
	scale := ticks(int64(math.Ceil(top)))
	last := float64(scale[len(scale)-1])
	left := 0.0
	for _, v := range scale {
		left = math.Max(left, wide(c.Number(v))+6)
	}
	bottom := above + plotHeight
	for _, v := range scale {
		y := bottom - plotHeight*float64(v)/last
		d.printf(`<path class="grid" d="M%s %sH360"/>`, num(left), num(y))
		d.write(left-5, y+4, "end", c.Number(v))
	}
	x := func(i, n int) float64 { return left + (width-left)*float64(i)/float64(max(n-1, 1)) }
	y := func(v float64) float64 { return bottom - plotHeight*math.Max(v, 0)/last }
	for i, l := range c.Lines {
		if n := len(l.Low); n > 0 {
			d.printf(`<path class="band b%d" d="M`, i)
			for k, v := range l.High {
				d.printf(`%s %s `, num(x(k, n)), num(y(v)))
			}
			for k := n - 1; k >= 0; k-- {
				d.printf(`%s %s `, num(x(k, n)), num(y(l.Low[k])))
			}
			d.printf(`z"/>`)
		}
	}
	for i, l := range c.Lines {
		var points []string
		for k, v := range l.Mid {
			points = append(points, num(x(k, len(l.Mid)))+" "+num(y(v)))
		}
		d.stroke(i, "M"+strings.Join(points, " "))
	}
	for i, label := range c.Labels {
		at, anchor := x(i, len(c.Labels)), "middle"
		if i == len(c.Labels)-1 {
			at, anchor = width, "end"
		}
		d.write(at, bottom+15, anchor, label)
	}
	return d.end()
}

func (d *drawing) stroke(line int, path string) {
	d.printf(`<path class="line l%d"`, line)
	if dash := dashes[line%len(dashes)]; dash != "" {
		d.printf(` stroke-dasharray="%s"`, dash)
	}
	d.printf(` d="%s"/>`, path)
}

// legend names the lines, one below the other.
func (c Curve) legend(d *drawing) {
	for i, l := range c.Lines {
		y := 17 * float64(i)
		d.stroke(i, "M0 "+num(y+6.5)+"H24")
		d.write(30, y+10.5, "start", l.Name)
	}
}

func (c Curve) legendHeight() float64 { return 17 * float64(len(c.Lines)) }

// File is a drawing that stands alone, under its title and above a note: with its
// looks, which on a page are the stylesheet's, so that it can be sent, shown and
// printed, in grey too.
func File(title, note string, svg template.HTML) []byte {
	const margin, head, foot = 12.0, 34.0, 30.0
	open, inner, _ := strings.Cut(string(svg), ">")
	_, box, _ := strings.Cut(open, `viewBox="0 0 360 `)
	box, _, _ = strings.Cut(box, `"`)
	height, _ := strconv.ParseFloat(box, 64)
	var d drawing
	d.printf(`<svg xmlns="http://www.w3.org/2000/svg" width="1152" viewBox="0 0 384 %s" font-size="12">%s<rect class="ground" width="384" height="%[1]s"/>`, num(head+height+foot), looks)
	d.printf(`<text x="%s" y="20" font-size="14" font-weight="700">%s</text>`, num(margin), text(title))
	d.printf(`%s x="%s" y="%s" width="360" height="%s">%s`, open, num(margin), num(head), num(height), inner)
	d.printf(`<text x="%s" y="%s" font-size="9">%s</text></svg>`, num(margin), num(head+height+18), text(note))
	return []byte(d.String())
}

const looks = `<style>svg{font-family:system-ui,"Noto Sans",Arial,sans-serif}text{fill:#0f1f1b}.grid{stroke:#cddbd6;fill:none}` +
	`.line{fill:none;stroke:#003f36;stroke-width:1.8;stroke-linejoin:round}.l1,.l2{stroke:#6b1d22}.band{fill:#00594c;opacity:.22}.b1,.b2{fill:#b0121b;opacity:.16}` +
	`rect{fill:#00594c}.hatch{stroke:#0f1f1b}.ground{fill:#fff}</style>`
