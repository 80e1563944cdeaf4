package web

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"anlo"
	"anlo/app"
	"anlo/chart"
)

// charts draws what was read in the last hours.
func (p *postPage) charts(d app.PostDetail) {
	p.drawPeople(d)
	var all, decided int64
	for _, n := range d.Verdicts {
		all += n
	}
	for _, k := range anlo.Decisions {
		decided += d.Decisions[k]
	}
	verdicts := tally{ID: "verdicts", Title: p.T("post.verdicts"), None: p.T("post.none-read")}
	for _, o := range []anlo.Outcome{anlo.Go, anlo.Look, anlo.Stop} {
		p.count(&verdicts, p.T("post.outcome."+string(o)), d.Verdicts[o], all, string(o))
	}
	decisions := tally{ID: "decisions", Title: p.T("post.decisions"), None: p.T("post.none-decided")}
	for _, k := range anlo.Decisions {
		p.count(&decisions, p.T("decision."+string(k)), d.Decisions[k], decided, "")
	}
	reasons := tally{ID: "reasons", Title: p.T("post.reasons"), None: p.T("post.no-reason")}
	for _, r := range anlo.Reasons {
		p.count(&reasons, p.T("reason."+string(r)), d.Reasons[r], all, "")
	}
	slices.SortStableFunc(reasons.Rows, func(a, b tallyRow) int { return cmp.Compare(b.n, a.n) })
	p.Tallies = []tally{verdicts, decisions, reasons}
}

// count adds a row to a tally where there is something to count.
func (p *postPage) count(t *tally, label string, n, whole int64, class string) {
	if n > 0 && whole > 0 {
		t.Rows = append(t.Rows, tallyRow{label, p.Number(n), p.Percent(n, whole), 100 * n / whole, class, n})
	}
}

// drawPeople draws people a minute.
func (p *postPage) drawPeople(d app.PostDetail) {
	values, labels := make([]int64, len(d.Steps)), make([]string, len(d.Steps))
	most := 0
	for i, step := range d.Steps {
		values[i], labels[i] = (step.People*10+step.Minutes/2)/step.Minutes, clock(step.From)
		if values[i] > values[most] {
			most = i
		}
	}
	p.PeopleTitle, p.Peak = p.T("post.people-chart", "Hours", app.PostHours), p.T("post.none-read")
	if values[most] > 0 {
		p.Peak = p.T("post.peak", "N", tenths(p.Words)(values[most]), "Time", labels[most])
	}
	p.People = chart.Columns{
		Caption: chart.Caption{ID: "people", Title: p.PeopleTitle, Desc: p.Peak},
		Labels:  labels, Series: []chart.Series{{Name: p.T("post.people"), Values: values}}, Number: tenths(p.Words),
	}.SVG()
}

// surgeSpans are the lengths that a surge is offered for.
var surgeSpans = []time.Duration{30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour}

// askSurge fills the forms of those who may ask less.
func (p *postPage) askSurge(d app.PostDetail, v map[string][]string) {
	has := func(name, value string, usual bool) bool {
		given, sent := v[name]
		return sent && strings.Contains(" "+strings.Join(given, " ")+" ", " "+value+" ") || !sent && usual
	}
	for _, span := range surgeSpans {
		minutes := strconv.Itoa(int(span.Minutes()))
		p.Until = append(p.Until, choice{Value: minutes, ID: "for-" + minutes, Label: p.T("surge.until-"+minutes, "Time", clock(d.At.Add(span))), Checked: has("for", minutes, span == time.Hour)})
	}
	for _, k := range anlo.Skips {
		p.Skip = append(p.Skip, choice{Value: string(k), ID: "skip-" + string(k), Label: p.T("surge.skip." + string(k)), Checked: has("skip", string(k), false)})
	}
	for _, k := range anlo.SurgeReasons {
		p.Reason = append(p.Reason, choice{Value: string(k), ID: "reason-" + string(k), Label: p.T("surge.reason." + string(k)), Checked: has("reason", string(k), k == anlo.SurgeQueue)})
	}
	for _, n := range anlo.CardHours {
		value := strconv.Itoa(n)
		label := p.T("cards.hours", "N", n)
		if n == 0 {
			label = p.T("cards.none")
		}
		p.Hours = append(p.Hours, choice{Value: value, ID: "hours-" + value, Label: label, Checked: d.CardHours == n})
	}
}
