package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"anlo/simulate"
)

// readArrivals reads what a planner counted: hour, vehicles or people, and
// where they change the lanes. Hours that are left out bring nobody.
func readArrivals(r io.Reader, p *simulate.Post) (lanes bool, err error) {
	rows := csv.NewReader(r)
	rows.TrimLeadingSpace = true
	header, err := rows.Read()
	if err != nil {
		return false, errors.New("there is no first line with the names of the columns")
	}
	column := func(name string) int {
		return slices.IndexFunc(header, func(h string) bool {
			return strings.EqualFold(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")), name)
		})
	}
	hourAt, vehiclesAt, peopleAt, lanesAt := column("hour"), column("vehicles"), column("people"), column("lanes")
	if hourAt < 0 || (vehiclesAt < 0) == (peopleAt < 0) {
		return false, errors.New("the columns must be hour, vehicles or people, and perhaps lanes")
	}
	each := 1.0
	if peopleAt >= 0 {
		vehiclesAt, each = peopleAt, 0
		for _, t := range p.Vehicles {
			each += t.Share * t.People
		}
	}
	p.Arrivals, p.Lanes = [24]float64{}, [24]int{}
	seen := [24]bool{}
	for {
		row, err := rows.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return false, err
		}
		line, _ := rows.FieldPos(0)
		hour, err := strconv.Atoi(strings.TrimSpace(row[hourAt]))
		if err != nil || hour < 0 || hour > 23 || seen[hour] {
			return false, fmt.Errorf("line %d: the hour must be 0 to 23, each once", line)
		}
		seen[hour] = true
		n, err := strconv.ParseFloat(strings.TrimSpace(row[vehiclesAt]), 64)
		if err != nil || !(n >= 0 && n <= 1e6) {
			return false, fmt.Errorf("line %d: %q is no number of arrivals", line, row[vehiclesAt])
		}
		p.Arrivals[hour] = n / each
		if lanesAt >= 0 {
			if p.Lanes[hour], err = strconv.Atoi(strings.TrimSpace(row[lanesAt])); err != nil || p.Lanes[hour] < 0 || p.Lanes[hour] > 200 {
				return false, fmt.Errorf("line %d: %q is no number of lanes", line, row[lanesAt])
			}
		}
	}
	if slices.Max(p.Arrivals[:]) == 0 {
		return false, errors.New("nobody arrives")
	}
	return lanesAt >= 0, nil
}
