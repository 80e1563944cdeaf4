package geo

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sources holds the tables that data was made from. They lie beside the
// project and are not part of it.
const sources = "../../shared/data/vn"

var update = flag.Bool("update", false, "write data/*.csv anew from "+sources)

// corrected are the names that the sources write with a small letter.
var corrected = map[string]string{
	"xã Bắc Sơn": "Xã Bắc Sơn",
	"Xã Đại áng": "Xã Đại Áng",
	"Xã Pa ủ":    "Xã Pa Ủ",
	"Xã Ya ly":   "Xã Ya Ly",
	"Xã é Tòng":  "Xã É Tòng",
	"Xã Đồng ý":  "Xã Đồng Ý",
	"Xã Mường é": "Xã Mường É",
}

// TestData makes the embedded files again and compares. With -update it writes
// them.
func TestData(t *testing.T) {
	if _, err := os.Stat(sources); err != nil {
		t.Skip("THE EMBEDDED UNITS WERE NOT COMPARED WITH THEIR SOURCES: ", err)
	}
	compare := func(file string, rows [][]string) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("data", file)
		if *update {
			if err := os.WriteFile(path, b.Bytes(), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, b.Bytes()) {
			t.Errorf("%s is not what the sources say (%v); go test -update writes it", path, err)
		}
	}
	compare("vn-2026.csv", rows2026(t))
	units, successors := rows63(t)
	compare("vn-63.csv", units)
	compare("vn-63-to-vn-2026.csv", successors)
}

func rows2026(t *testing.T) [][]string {
	rows := [][]string{{"code", "parent", "kind", "name", "population", "lat", "lon"}}
	for _, p := range source(t, "provinces_2026.csv") {
		rows = append(rows, []string{p["code"], "", p["type"], p["full_name"], p["population"], "", ""})
	}
	for _, c := range source(t, "communes_2026.csv") {
		rows = append(rows, []string{c["code"], c["province_code"], c["type"], name(c["full_name"]), c["population"], c["lat"], c["lon"]})
	}
	return rows
}

func rows63(t *testing.T) (units, successors [][]string) {
	seen := map[string]bool{}
	add := func(code, parent, full string) {
		if code != "" && !seen[code] {
			seen[code] = true
			units = append(units, []string{code, parent, kindOf(full), name(full)})
		}
	}
	flags := map[string]string{}
	count := map[string]int{}
	for _, r := range source(t, "map_old63_to_new34.csv") {
		province, district, commune := r["old_province_code"], r["old_district_code"], r["old_commune_code"]
		add(province, "", r["old_province"])
		add(district, province, r["old_district"])
		add(commune, district, r["old_commune"])
		leaf := cmp.Or(commune, district) // five island districts have no communes
		successors = append(successors, []string{leaf, r["new_commune_code"]})
		flags[leaf] = r["divided"]
		count[leaf]++
	}
	for leaf, n := range count {
		if divided := flags[leaf] == "True"; divided != (n > 1) {
			t.Errorf("%s: the source says divided = %v and names %d successors", leaf, divided, n)
		}
	}
	order := func(a, b []string) int {
		return cmp.Or(cmp.Compare(len(a[0]), len(b[0])), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	}
	slices.SortFunc(units, order)
	slices.SortFunc(successors, order)
	return slices.Insert(units, 0, []string{"code", "parent", "kind", "name"}), slices.Insert(successors, 0, []string{"old", "new"})
}

// name corrects the sources: small letters, and capitals in the kind ("Thị Xã").
func name(s string) string {
	s = cmp.Or(corrected[s], s)
	kind := kindOf(s)
	return kind + s[len(kind):]
}

func kindOf(full string) string {
	for _, kind := range []string{"Thành phố", "Thị trấn", "Thị xã"} {
		if len(full) > len(kind) && strings.EqualFold(full[:len(kind)+1], kind+" ") {
			return kind
		}
	}
	first, _, _ := strings.Cut(full, " ")
	return first
}

func source(t *testing.T, file string) []map[string]string {
	data, err := os.ReadFile(filepath.Join(sources, file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, cell := range row {
			m[rows[0][i]] = cell
		}
		out = append(out, m)
	}
	return out
}
