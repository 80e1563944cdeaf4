package exchange

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const register = "id,name,extra\n" +
	"1,An,x\n" +
	"2,=cmd(),x\n" +
	"3,\"Bình,x\n" +
	"4,Cúc,x\n" +
	"1,An,x\n" +
	"5,Dũng\n"

// refuse rejects the ids that it has seen and the names that begin with "=".
func refuse() func([]Row) ([]Rejection, error) {
	seen := map[string]bool{}
	return func(rows []Row) (bad []Rejection, err error) {
		for i, r := range rows {
			if seen[r.Get("id")] {
				bad = append(bad, Rejection{i, "", "row.twice"})
			}
			if strings.HasPrefix(r.Get("name"), "=") {
				bad = append(bad, Rejection{i, "name", "name.letters"}, Rejection{i, "id", "name.letters"})
			}
			seen[r.Get("id")] = true
		}
		return bad, nil
	}
}

func TestEach(t *testing.T) {
	const rejects = "\ufeffline,reason,column,id,name,extra\n" +
		"3,name.letters,name,2,'=cmd(),x\n" +
		"4,row.quotes,,\"3,\"\"Bình,x\"\n" +
		"6,row.twice,,1,An,x\n" +
		"7,row.columns,,5,Dũng\n"
	want := Report{In: 6, Accepted: 2, Rejected: 4, Reasons: map[string]int{"name.letters": 1, "row.twice": 1, BadQuotes: 1, BadColumns: 1}, Ignored: []string{"extra"}}
	for _, size := range []int{0, 1, 2, 3, 100} {
		var b strings.Builder
		var progress []int64
		m := Import{Required: []string{"id"}, Optional: []string{"name"}, Batch: size, Rejects: &b, Progress: func(n int64) { progress = append(progress, n) }}
		report, err := m.Each(strings.NewReader(register), refuse())
		if err != nil || !report.Balanced() {
			t.Fatal(report, err)
		}
		if diff := cmp.Diff(want, report); diff != "" {
			t.Errorf("batches of %d: %s", size, diff)
		}
		if diff := cmp.Diff(rejects, b.String()); diff != "" {
			t.Errorf("batches of %d: %s", size, diff)
		}
		if last := progress[len(progress)-1]; last != int64(len(register)) {
			t.Errorf("batches of %d: %d of %d bytes read", size, last, len(register))
		}
	}
}

// What was rejected can be mended in place and sent again.
func TestRejectsComeBack(t *testing.T) {
	var b strings.Builder
	m := Import{Required: []string{"id"}, Optional: []string{"name"}, Rejects: &b}
	if _, err := m.Each(strings.NewReader("id;name\n1;+An\n"), func([]Row) ([]Rejection, error) { return []Rejection{{0, "name", "name.letters"}}, nil }); err != nil {
		t.Fatal(err)
	}
	var got string
	m.Rejects = nil
	if _, err := m.Each(strings.NewReader(b.String()), func(rows []Row) ([]Rejection, error) {
		got = rows[0].Get("id") + " " + rows[0].Get("name")
		return nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	if got != "1 +An" {
		t.Errorf("came back as %q", got)
	}
}

// A batch whose transaction failed is not counted.
func TestEachStops(t *testing.T) {
	full := errors.New("disk full")
	calls := 0
	report, err := Import{Required: []string{"id"}, Batch: 2}.Each(strings.NewReader(register), func(rows []Row) ([]Rejection, error) {
		if calls++; calls == 2 {
			return nil, full
		}
		return nil, nil
	})
	if !errors.Is(err, full) || report.In != 2 || report.Accepted != 2 || !report.Balanced() {
		t.Errorf("%+v, %v", report, err)
	}
	for _, i := range []int{-1, 6} {
		report, err = Import{Required: []string{"id"}}.Each(strings.NewReader(register), func([]Row) ([]Rejection, error) { return []Rejection{{Index: i}}, nil })
		if err == nil || report.In != 0 {
			t.Errorf("index %d of a smaller batch: %+v, %v", i, report, err)
		}
	}
	if _, err := (Import{Rejects: failing{}}).Each(strings.NewReader("id\n"), nil); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("rejects that cannot be written: %v", err)
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrShortWrite }
