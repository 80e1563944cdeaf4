package chart

import (
	"html/template"
	"math"
)

// Columns draws one group of columns a day.
type Columns struct {
	Caption
	Labels []string // of the days; as many are written as there is room for
	Series []Series
	Number func(int64) string
}

const (
	plotHeight = 150.0
	axisHeight = 22.0
)

// SVG draws it.
func (c Columns) SVG() template.HTML {
	var names []string
	var top int64
	for _, s := range c.Series {
		names = append(names, s.Name)
		for _, v := range s.Values {
			top = max(top, v)
		}
	}
	above := legendHeight(names) + 8
	d := c.begin(above+plotHeight+axisHeight, len(c.Series))
	d.legend(names)
	scale := ticks(top)
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
	days := len(c.Labels)
	if days == 0 {
		return d.end()
	}
	slot := (width - left) / float64(days)
	column := slot * .8 / float64(max(len(c.Series), 1))
	for i, s := range c.Series {
		for day, v := range s.Values[:min(days, len(s.Values))] {
			h := plotHeight * count(v) / last
			if h == 0 {
				continue
			}
			d.bar(i, left+slot*(float64(day)+.1)+column*float64(i), bottom-h, column*.94, h, c.Labels[day]+" · "+s.Name+": "+c.Number(v))
		}
	}
	c.writeDays(d, left, slot, bottom)
	return d.end()
}

// writeDays labels the last day and as many before it as there is room for.
func (c Columns) writeDays(d *drawing, left, slot, bottom float64) {
	widest := 0.0
	for _, l := range c.Labels {
		widest = math.Max(widest, wide(l)+8)
	}
	every := int(math.Ceil(widest / slot))
	before := math.Inf(1)
	for day := len(c.Labels) - 1; day >= 0; day -= every {
		x := left + slot*(float64(day)+.5)
		x = math.Max(math.Min(x, width-widest/2+4), left+widest/2-4)
		if before-x < widest-6 { // the last and the first were moved inwards
			continue
		}
		before = x
		d.write(x, bottom+15, "middle", c.Labels[day])
	}
}
