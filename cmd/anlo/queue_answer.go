package main

import (
	"fmt"
	"io"
	"math"
	"text/tabwriter"
	"time"

	"anlo/chart"
	"anlo/locale"
)

// queueAnswer says what came of the plans.
type queueAnswer struct {
	*locale.Words
	plans  []plan
	chosen int
}

// verdict is the answer in a sentence or two.
func (a queueAnswer) verdict() string {
	p := a.plans[a.chosen]
	text := a.T("queue.short", "Count", p.Lanes, "Metres", a.distance(p.Longest.Median), "Clock", clock(p.At), "Wait", a.span(p.LongWait))
	if p.Suffices {
		text = a.T("queue.suffices", "Count", p.Lanes, "Wait", a.span(p.LongWait))
		if a.chosen > 0 {
			less := a.plans[a.chosen-1]
			text += " " + a.T("queue.with-less", "Count", less.Lanes, "Metres", a.distance(less.Longest.Median), "Clock", clock(less.At), "Wait", a.span(less.LongWait))
		}
	}
	switch {
	case !p.SideSuffices:
		text += " " + a.T("queue.side-short", "Wait", a.span(p.SideWait))
	case p.SideWait > 0:
		text += " " + a.T("queue.side", "Wait", a.span(p.SideWait))
	}
	return text
}

// print writes the verdict, the plans beside each other, and the hours of the
// one that was chosen.
func (a queueAnswer) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, a.verdict())
	if len(a.plans) > 1 {
		fmt.Fprintf(w, "\n%s\t%s\t%s\t%s\t\n", a.T("queue.lanes"), a.T("queue.longest"), a.T("queue.at"), a.T("queue.wait95"))
		for _, p := range a.plans {
			fmt.Fprintf(w, "%d\t%s (%s–%s)\t%s\t%s\t\n", p.Lanes, a.distance(p.Longest.Median), a.distance(p.Longest.Low), a.distance(p.Longest.High), clock(p.At), a.span(p.LongWait))
		}
		w.Flush()
	}
	fmt.Fprintf(w, "\n%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", a.T("queue.hour"), a.T("queue.lanes"), a.T("queue.vehicles"), a.T("queue.people"),
		a.T("queue.served"), a.T("queue.waiting"), a.T("queue.wait"), a.T("queue.wait95"))
	for _, h := range a.plans[a.chosen].Hours {
		fmt.Fprintf(w, "%02d:00\t%d\t%.0f\t%.0f\t%.0f\t%.0f (%.0f–%.0f)\t%s\t%s\t\n", h.Hour, h.Lanes, h.Vehicles.Median, h.People.Median, h.Served.Median,
			h.Waiting.Median, h.Waiting.Low, h.Waiting.High, a.span(h.Wait.Median), a.span(h.Wait95.Median))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, "\n"+a.T("queue.note"))
	return err
}

// chart draws how far the queue reaches back: of the plan that was chosen, and
// of one lane less where that was tried.
func (a queueAnswer) chart() []byte {
	c := chart.Curve{Caption: chart.Caption{ID: "queue", Title: a.T("queue.chart"), Desc: a.verdict()}, Number: func(m int64) string { return a.Number(m) + " m" }}
	for h := 0; h <= 24; h += 3 {
		c.Labels = append(c.Labels, fmt.Sprint(h))
	}
	for i := a.chosen; i >= max(a.chosen-1, 0); i-- {
		l := chart.Line{Name: a.T("queue.line", "Count", a.plans[i].Lanes), Mid: []float64{0}, Low: []float64{0}, High: []float64{0}}
		for _, m := range a.plans[i].Metres {
			l.Mid, l.Low, l.High = append(l.Mid, m.Median), append(l.Low, m.Low), append(l.High, m.High)
		}
		c.Lines = append(c.Lines, l)
	}
	c.Labels[8] += " h"
	return chart.File(c.Title, a.T("queue.chart-note"), c.SVG())
}

// distance writes how far a queue reaches.
func (a queueAnswer) distance(metres float64) string {
	if metres < 995 {
		return fmt.Sprintf("%.0f m", math.Round(metres/10)*10)
	}
	return a.Decimal(metres/1000) + " km"
}

// span writes how long somebody waits.
func (a queueAnswer) span(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	switch {
	case d < time.Minute:
		return a.T("queue.seconds", "S", int(d.Seconds()))
	case d < time.Hour:
		return a.T("queue.minutes", "M", int(d.Minutes()), "S", int(d.Seconds())%60)
	}
	return a.T("queue.hours", "H", int(d.Hours()), "M", int(d.Minutes())%60)
}

func clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }
