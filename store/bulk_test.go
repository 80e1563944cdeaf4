package store_test

import (
	"testing"

	"anlo"
	"anlo/anlotest"
)

// The limit of the benchmark is only one if it writes every row.
func TestBulkCopiesEverything(t *testing.T) {
	anlotest.Databases(t, func(t *testing.T, url string) {
		from := anlotest.Store(t, url)
		var last anlo.ID
		for i := range 25 {
			d := declaration(i, int64(i))
			last = d.Rows[0].ID
			must(t, from.Declare(t.Context(), d))
		}
		anlotest.Databases(t, func(t *testing.T, url string) {
			to := anlotest.Store(t, url)
			if from.Engine() != to.Engine() {
				return
			}
			n, _, err := from.Bulk(t.Context(), to, 10)
			if n != 25 || err != nil {
				t.Fatal(n, err)
			}
			counts, err := to.AuditCount(t.Context(), "declare")
			if counts != 25 || err != nil {
				t.Errorf("%d audit entries arrived, %v", counts, err)
			}
			rows, passes, err := to.Declaration(t.Context(), last)
			if err != nil || len(rows) != 1 || len(passes) != 1 || string(rows[0].Sealed) != "sealed" {
				t.Errorf("%v %v %v", rows, passes, err)
			}
		})
	})
}
