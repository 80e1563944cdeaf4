package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"anlo"
	"anlo/app"
)

type zonesCmd struct {
	Add  zonesAddCmd  `cmd:"" help:"Put a commune or a province under a level; prints the zone's identifier."`
	End  zonesEndCmd  `cmd:"" help:"Lift a zone at once."`
	List zonesListCmd `cmd:"" help:"List the zones that have not ended."`
}

type zonesAddCmd struct {
	place
	Unit  string `arg:"" help:"Code of a commune or a province."`
	Level int    `help:"1 (low risk) to 4 (very high)." required:""`
	Why   string `help:"The decision that it rests on." required:""`
	From  string `help:"When it begins: 2026-11-30, or 2026-11-30T06:00:00+07:00; now without it." placeholder:"TIME"`
	Until string `help:"The last day, or the first moment after; until it is lifted without it." placeholder:"TIME"`
	JSON  bool   `help:"Print JSON."`
}

// Run sets a zone.
func (c *zonesAddCmd) Run(ctx context.Context, s std) error {
	from, err := moment("from", c.From, 0)
	if err != nil {
		return err
	}
	until, err := moment("until", c.Until, 1)
	if err != nil {
		return err
	}
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	z, err := a.SetZone(ctx, operator, anlo.UnitRef{List: a.UnitList, Code: c.Unit}, c.Level, from, until, c.Why)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.out).Encode(zoneJSONOf(a, z))
	}
	fmt.Fprintf(s.err, "%s is at level %d. A running server tells scanners within seconds. The zone's identifier:\n", a.Units.FullName(z.Unit), z.Level)
	_, err = fmt.Fprintln(s.out, z.ID)
	return err
}

// moment reads a time, or a day, that many days later at midnight in Hanoi.
func moment(option, text string, later int) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	d, err := anlo.ParseDateTyped(text)
	if err != nil || d.Month == 0 {
		return time.Time{}, fmt.Errorf("--%s %s is neither a day like 2026-11-30 nor a time like 2026-11-30T06:00:00+07:00", option, text)
	}
	return d.AddDays(later).At(0, anlo.Hanoi), nil
}

type zonesEndCmd struct {
	place
	ID string `arg:"" help:"Identifier from anlo zones list."`
}

// Run ends a zone.
func (c *zonesEndCmd) Run(ctx context.Context, s std) error {
	id, err := anlo.ParseID(c.ID)
	if err != nil {
		return err
	}
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	return a.EndZone(ctx, operator, id)
}

type zonesListCmd struct {
	place
	JSON bool `help:"Print JSON."`
}

// zoneJSON is a zone as --json prints it.
type zoneJSON struct {
	ID    anlo.ID   `json:"id"`
	Unit  string    `json:"unit"`
	Name  string    `json:"name"`
	Level int       `json:"level"`
	State string    `json:"state"`
	From  time.Time `json:"from"`
	Until time.Time `json:"until,omitzero"`
	Why   string    `json:"why"`
}

func zoneJSONOf(a *app.App, z anlo.Zone) zoneJSON {
	return zoneJSON{z.ID, z.Unit.String(), a.Units.FullName(z.Unit), z.Level, z.State(a.Now()), z.From, z.Until, z.Why}
}

// Run lists zones.
func (c *zonesListCmd) Run(ctx context.Context, s std) error {
	a, err := c.open(ctx, nil)
	if err != nil {
		return err
	}
	defer a.Close()
	zones, err := a.Zones(ctx, operator)
	if err != nil {
		return err
	}
	if c.JSON {
		out := []zoneJSON{}
		for _, z := range zones {
			out = append(out, zoneJSONOf(a, z))
		}
		return json.NewEncoder(s.out).Encode(out)
	}
	t := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "id\tlevel\tstate\tfrom\tuntil\twhere\twhy")
	for _, z := range zones {
		until := "open"
		if !z.Until.IsZero() {
			until = day(z.Until)
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%s\n", z.ID, z.Level, z.State(a.Now()), day(z.From), until, a.Units.FullName(z.Unit), z.Why)
	}
	return t.Flush()
}
