package chart

import (
	"html/template"
	"math"
)

// Bars draws one horizontal bar a row. With several series the values of a row
// stand one after the other.
type Bars struct {
	Caption
	Series []string // their names
	Rows   []Bar
}

// Bar is one row.
type Bar struct {
	Label  string
	Values []int64
	Text   string // written at the end of the bar
}

const (
	rowHeight  = 22.0
	labelWidth = 124.0
)

// SVG draws it.
func (b Bars) SVG() template.HTML {
	above := legendHeight(b.Series)
	d := b.begin(above+rowHeight*float64(max(len(b.Rows), 1)), len(b.Series))
	d.legend(b.Series)
	longest, end := 0.0, 0.0
	for _, r := range b.Rows {
		longest = math.Max(longest, r.sum())
		end = math.Max(end, wide(r.Text))
	}
	room := math.Max(width-labelWidth-end-8, 20)
	for i, r := range b.Rows {
		y := above + rowHeight*float64(i)
		d.write(0, y+14, "start", cut(r.Label, labelWidth-4))
		x := labelWidth
		for s, v := range r.Values {
			w := 0.0
			if longest > 0 {
				w = room * count(v) / longest
			}
			if w > 0 {
				d.bar(s, x, y+3, w, rowHeight-6, r.title(b.Series, s))
			}
			x += w
		}
		d.write(math.Min(x+5, width-end), y+14, "start", r.Text)
	}
	return d.end()
}

func (r Bar) title(series []string, s int) string {
	if s < len(series) && len(series) > 1 {
		return r.Label + " · " + series[s] + " · " + r.Text
	}
	return r.Label + ": " + r.Text
}

func (r Bar) sum() (sum float64) {
	for _, v := range r.Values {
		sum += count(v)
	}
	return sum
}

// Funnel draws how many of the first step come to the next ones.
type Funnel struct {
	Caption
	Steps []Step
}

// Step is one stage of a funnel.
type Step struct {
	Label string
	Value int64
	Text  string // the value and its share, in words
}

const stepHeight = 52.0

// SVG draws it.
func (f Funnel) SVG() template.HTML {
	d := f.begin(math.Max(stepHeight*float64(len(f.Steps))-8, 1), 1)
	widest := 0.0
	for _, s := range f.Steps {
		widest = math.Max(widest, count(s.Value))
	}
	at := func(i int) float64 {
		if widest == 0 {
			return 0
		}
		return width * count(f.Steps[i].Value) / widest
	}
	for i, s := range f.Steps {
		y := stepHeight * float64(i)
		if i > 0 {
			d.printf(`<path class="flow" d="M0 %[1]sH%[2]sL%[3]s %[4]sH0z"/>`, num(y-8), num(at(i-1)), num(at(i)), num(y+18))
		}
		d.printf(`<text x="4" y="%s"><tspan font-weight="700">%s</tspan> %s</text>`, num(y+13), text(s.Label), text(s.Text))
		if at(i) > 0 {
			d.bar(0, 0, y+18, at(i), stepHeight-26, "")
		}
	}
	return d.end()
}
