package chart

import (
	"encoding/xml"
	"flag"
	"fmt"
	"html/template"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

func number(v int64) string { return strconv.FormatInt(v, 10) }

func caption(id string) Caption {
	return Caption{ID: id, Title: "Chuyến đi", Desc: "Nhiều nhất: 7."}
}

// drawings are one of each kind, with figures that are easy to follow.
func drawings() map[string]template.HTML {
	var provinces []Area
	for code := range outlinesOf("vn-2026") {
		n, _ := strconv.ParseInt(code, 10, 64)
		provinces = append(provinces, Area{Code: code, Href: "/figures/" + code, Text: code + ": " + number(n), Value: n - 1})
	}
	communes := []Area{
		{Code: "20194", Href: "/figures/20194", Text: "Hải Châu: 300", Value: 300, Lat: 16.06, Lon: 108.21},
		{Code: "20333", Href: "/figures/20333", Text: "Hoàng Sa: 4", Value: 4, Lat: 16.568, Lon: 112.135},
		{Code: "20500", Href: "/figures/20500", Text: "Khâm Đức: –", Lat: 15.44, Lon: 107.79},
		{Code: "99999", Href: "/figures/99999", Text: "?", Value: 7},
	}
	days := []string{"20/11", "21/11", "22/11", "23/11"}
	return map[string]template.HTML{
		"columns": Columns{caption("c"), days, []Series{{"Đến", []int64{0, 3, 7, 1}}, {"Đi", []int64{1, 2, 3, 4}}}, number}.SVG(),
		"bars": Bars{caption("b"), []string{"Quá hạn", "Còn hạn"}, []Bar{
			{"Hồ Chí Minh", []int64{3, 9}, "12 (3)"}, {"Nhà < của \"A & B\" rất dài tên", []int64{0, 1}, "1"}, {"Huế", []int64{0, 0}, "0"}}}.SVG(),
		"curve": Curve{caption("q"), []string{"0", "6", "12", "18", "24"}, []Line{
			{"2 làn", []float64{0, 40, 310, 200, 90}, []float64{0, 10, 240, 120, 0}, []float64{5, 90, 380, 260, 200}}, {"3 làn", []float64{0, 3, 20, 5, 0}, nil, nil}}, number}.SVG(),
		"funnel":   Funnel{caption("f"), []Step{{"Cần gặp", 100, "100"}, {"Đã đến", 80, "80 (80%)"}, {"Đã gặp", 0, "0 (0%)"}}}.SVG(),
		"country":  Map{List: "vn-2026", Figure: "Quá hạn", None: "không có", Areas: provinces, Number: number}.SVG(),
		"province": Map{List: "vn-2026", Within: "48", Figure: "Quá hạn", None: "không có", Areas: communes, Number: number}.SVG(),
	}
}

func TestGolden(t *testing.T) {
	for name, svg := range drawings() {
		path := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(path, []byte(svg), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != string(svg) {
			t.Errorf("%s is drawn differently; look at it, then go test ./chart -update", name)
		}
		check(t, svg)
	}
}

// What the pages' policy refuses and readers of the screen need.
func TestDrawingsArePlainAndNamed(t *testing.T) {
	for name, svg := range drawings() {
		for _, forbidden := range []string{"style", "<script", " on", "<image", "http"} {
			if strings.Contains(string(svg), forbidden) {
				t.Errorf("%s has %q", name, forbidden)
			}
		}
		named := strings.Contains(string(svg), `role="img" aria-labelledby=`) && strings.Contains(string(svg), "<desc ")
		hidden := strings.Contains(string(svg), `aria-hidden="true"`) && !regexp.MustCompile(`<a [^>]*href="[^"]*">`).MatchString(string(svg))
		if named == hidden {
			t.Errorf("%s: neither named nor hidden from readers", name)
		}
	}
}

// Every province is on the map, in few bytes, and the archipelagos are named.
func TestCountry(t *testing.T) {
	all := outlinesOf("vn-2026")
	svg := string(drawings()["country"])
	if len(all) != 34 || strings.Count(svg, "<a ") != 34 {
		t.Errorf("%d outlines, %d links", len(all), strings.Count(svg, "<a "))
	}
	if n := len(svg); n > 60<<10 {
		t.Errorf("%d bytes before compression", n)
	}
	for code, islands := range map[string]int{"48": 13, "56": 60} {
		parts := make([][][]point, len(far)+1)
		split(parts, all[code])
		if n := len(parts[1]) + len(parts[2]); n < islands {
			t.Errorf("%s has %d islands far off the coast", code, n)
		}
	}
	for _, name := range []string{"Hoàng Sa", "Trường Sa"} {
		if !strings.Contains(svg, name) {
			t.Errorf("%s is not named", name)
		}
	}
	if other := (Map{List: "elsewhere"}).SVG(); other != "" {
		t.Errorf("a map of nowhere: %s", other)
	}
}

func TestClasses(t *testing.T) {
	for _, c := range []struct {
		values []int64
		want   string
	}{
		{nil, ""},
		{[]int64{0, 0, -3}, ""},
		{[]int64{0, 5, 5}, "5"},
		{[]int64{1, 2, 3, 4, 5}, "1|2|3|4|5"},
		{[]int64{12345, 20000, 30111, 40000, 99999, 100001, 1, 7}, "1 – 7|8 – 20000|20001 – 31000|31001 – 100000|100001"},
		{[]int64{937, 938, 939, 941, 942}, "937|938|939|940 – 941|942"}, // shares, in tenths of a percent
		{[]int64{math.MaxInt64, 1}, "1|2 – 9223372036854775807"},
	} {
		shade := divide(c.values)
		var got []string
		for i := range shade.limits {
			got = append(got, shade.write(i, number))
		}
		if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%v: %s, want %s", c.values, s, c.want)
		}
		if len(shade.limits) > 0 && shade.of(slices.Max(c.values)) != shades {
			t.Errorf("%v: the most is not the darkest", c.values)
		}
	}
}

// Whatever the figures, a drawing is well-formed and stays on its paper.
func TestDrawingsStayInside(t *testing.T) {
	value := rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, 50), rapid.Int64())
	values := rapid.SliceOfN(value, 0, 40)
	words := rapid.StringOfN(rapid.RuneFrom([]rune("aĐế <>&\"'")), 0, 40, -1)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 2, 14, 31, 400}).Draw(t, "days")
		labels := make([]string, n)
		for i := range labels {
			labels[i] = fmt.Sprintf("%d/11", i)
		}
		var series []Series
		for range rapid.IntRange(0, 3).Draw(t, "series") {
			series = append(series, Series{words.Draw(t, "name"), values.Draw(t, "values")})
		}
		check(t, Columns{Caption{words.Draw(t, "id"), "<", "&"}, labels, series, number}.SVG())
		var rows []Bar
		var steps []Step
		var areas []Area
		for i := range rapid.IntRange(0, 30).Draw(t, "rows") {
			v := values.Draw(t, "row")
			rows = append(rows, Bar{words.Draw(t, "label"), v, number(int64(i))})
			steps = append(steps, Step{"s", value.Draw(t, "step"), "x"})
			areas = append(areas, Area{Code: fmt.Sprintf("%02d", i), Value: value.Draw(t, "area"), Text: words.Draw(t, "text"),
				Lat: rapid.Float64Range(-90, 90).Draw(t, "lat"), Lon: rapid.Float64Range(-180, 180).Draw(t, "lon")})
		}
		check(t, Bars{caption("b"), []string{"a", "b"}, rows}.SVG())
		check(t, Funnel{caption("f"), steps}.SVG())
		check(t, Map{List: "vn-2026", Within: "48", Areas: areas, Number: number}.SVG())
	})
}

// A whole country of communes at once is drawn, too.
func TestManyAreas(t *testing.T) {
	var rows []Bar
	var areas []Area
	for i := range 3321 {
		v := int64(i * i)
		rows = append(rows, Bar{"Xã", []int64{v, v}, number(v)})
		areas = append(areas, Area{Code: number(v), Value: v, Lat: 8 + float64(i%1500)/100, Lon: 102 + float64(i%1600)/100})
	}
	check(t, Bars{caption("b"), []string{"a", "b"}, rows}.SVG())
	check(t, Map{List: "vn-2026", Within: "01", Areas: areas, Number: number}.SVG())
	check(t, Map{List: "vn-2026", Areas: []Area{{Code: "01", Value: math.MaxInt64, Text: "<&"}, {Code: "48", Value: -1}, {Code: "?"}}, Number: number}.SVG())
}

var coordinates = regexp.MustCompile(`-?\d+(?:\.\d+)?`)

// check reads a drawing and fails when something lies outside its viewBox.
func check(t interface {
	Helper()
	Fatalf(string, ...any)
}, svg template.HTML) {
	t.Helper()
	if strings.Contains(string(svg), "NaN") || strings.Contains(string(svg), "Inf") {
		t.Fatalf("not a number in %.200s", svg)
	}
	var high float64
	inside := func(x, y float64, what string) {
		t.Helper()
		if x < -.1 || y < -.1 || x > width+.1 || y > high+.1 {
			t.Fatalf("%s is at %g, %g of 360 × %g: %.300s", what, x, y, high, svg)
		}
	}
	pattern := false
	for in := xml.NewDecoder(strings.NewReader(string(svg))); ; {
		token, err := in.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%v in %.300s", err, svg)
		}
		if e, ok := token.(xml.EndElement); ok && e.Name.Local == "pattern" {
			pattern = false
		}
		start, ok := token.(xml.StartElement)
		if !ok || pattern {
			continue
		}
		a := map[string]string{}
		for _, attr := range start.Attr {
			a[attr.Name.Local] = attr.Value
		}
		at := func(name string) float64 { v, _ := strconv.ParseFloat(a[name], 64); return v }
		switch start.Name.Local {
		case "svg":
			high, _ = strconv.ParseFloat(strings.Fields(a["viewBox"])[3], 64)
		case "pattern":
			pattern = true
		case "rect":
			inside(at("x"), at("y"), "a rectangle's corner")
			inside(at("x")+at("width"), at("y")+at("height"), "a rectangle's corner")
		case "circle":
			inside(at("cx"), at("cy"), "a circle")
		case "text":
			inside(at("x"), at("y"), "a text")
		case "path":
			if a["transform"] != "" {
				follow(a["d"], func(x, y float64) { inside(x, y, "an outline") })
			} else if a["class"] == "flow" {
				for _, s := range coordinates.FindAllString(a["d"], -1) {
					v, _ := strconv.ParseFloat(s, 64)
					inside(math.Min(v, width), 0, "a flow")
				}
			}
		}
	}
}

// follow calls at for each point of a path that outline has drawn.
func follow(path string, at func(x, y float64)) {
	for ring := range strings.SplitSeq(path, "M") {
		x, y := 0.0, 0.0
		n := coordinates.FindAllString(strings.TrimSuffix(ring, "h1z"), -1)
		for i := 0; i+1 < len(n); i += 2 {
			dx, _ := strconv.ParseFloat(n[i], 64)
			dy, _ := strconv.ParseFloat(n[i+1], 64)
			x, y = x+dx/10, y+dy/10
			at(x, y)
		}
	}
}

// A drawing in a file of its own is complete and still well-formed.
func TestFile(t *testing.T) {
	for name, svg := range drawings() {
		file := string(File("A < B", "note", svg))
		if !strings.HasPrefix(file, `<svg xmlns="http://www.w3.org/2000/svg"`) || strings.Count(file, "<style>") != 1 || strings.Contains(file, `height="0"`) {
			t.Errorf("%s: %.200s", name, file)
		}
		decoder := xml.NewDecoder(strings.NewReader(file))
		for {
			if _, err := decoder.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}
