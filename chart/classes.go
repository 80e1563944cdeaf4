package chart

import (
	"math"
	"slices"
)

// shades is into how many classes a map divides its values.
const shades = 5

// classes are the shades of a map. There are fewer than five where fewer values
// differ.
type classes struct {
	least  int64   // the smallest value above nothing
	limits []int64 // the largest value of each class, rising
}

// divide puts about as many of the values above nothing into each class, with
// limits of two digits that people can read.
func divide(values []int64) classes {
	var sorted []int64
	for _, v := range values {
		if v > 0 {
			sorted = append(sorted, v)
		}
	}
	slices.Sort(sorted)
	var c classes
	for i := 1; i <= shades && len(sorted) > 0; i++ {
		limit := sorted[(len(sorted)*i+shades-1)/shades-1]
		if i < shades {
			limit = min(roundUp(limit, sorted[len(sorted)-1]-sorted[0]), sorted[len(sorted)-1])
		}
		if len(c.limits) == 0 || limit > c.limits[len(c.limits)-1] {
			c.limits = append(c.limits, limit)
		}
	}
	if len(sorted) > 0 {
		c.least = sorted[0]
	}
	return c
}

// roundUp leaves two digits that are not zero, and more where all values are
// so near one another that two would not tell them apart.
func roundUp(v, spread int64) int64 {
	unit := int64(1)
	for v/unit >= 100 && spread/unit >= 200 {
		unit *= 10
	}
	up := v / unit
	if v%unit > 0 {
		up++
	}
	if up > math.MaxInt64/unit {
		return math.MaxInt64
	}
	return up * unit
}

// of returns the shade of a value, from 1 for the lightest to 5; 0 for nothing.
// Where there are fewer classes the darkest are used, so that the most is dark.
func (c classes) of(v int64) int {
	if v <= 0 || len(c.limits) == 0 {
		return 0
	}
	i, _ := slices.BinarySearch(c.limits, v)
	return c.shade(min(i, len(c.limits)-1))
}

// shade of a class.
func (c classes) shade(i int) int { return i + 1 + shades - len(c.limits) }

// write says which values a class has.
func (c classes) write(i int, number func(int64) string) string {
	from, to := c.least, c.limits[i]
	if i > 0 {
		from = c.limits[i-1] + 1
	}
	if from == to {
		return number(from)
	}
	return number(from) + " – " + number(to)
}
