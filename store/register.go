package store

import (
	"context"
	"encoding/json"
)

// RegisterRow is one person of the embedded register: everything about them is
// inside Sealed, and Keys are the blind indexes under which they are found.
type RegisterRow struct {
	Person int64
	Keys   []int64
	Sealed []byte
}

type registerKey struct{ key, person int64 }

var registerTable = &table[RegisterRow]{
	name:    "register_person",
	columns: "person bigint, sealed bytea",
	row:     func(r RegisterRow) []any { return []any{r.Person, r.Sealed} },
	suffix:  "ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed",
}

var registerKeyTable = &table[registerKey]{
	name:    "register_key",
	columns: "key bigint, person bigint",
	row:     func(k registerKey) []any { return []any{k.key, k.person} },
	suffix:  "ON CONFLICT DO NOTHING",
}

// KeepRegister writes people of the register. A person who is there already is
// replaced; their old keys stay and lead to the new record, which Compare then
// judges for itself.
func (db *DB) KeepRegister(ctx context.Context, rows []RegisterRow) error {
	var keys []registerKey
	for _, r := range rows {
		for _, k := range r.Keys {
			keys = append(keys, registerKey{k, r.Person})
		}
	}
	return db.Update(ctx, func(tx *Tx) error {
		return all(
			func() (int64, error) { return registerTable.insert(ctx, tx, rows) },
			func() (int64, error) { return registerKeyTable.insert(ctx, tx, keys) },
		)
	})
}

// RegisterCount counts the people of the embedded register.
func (db *DB) RegisterCount(ctx context.Context) (n int64, err error) {
	err = db.read.QueryRowContext(ctx, "SELECT count(*) FROM register_person").Scan(&n)
	return n, failure(err)
}

// maxCandidates bounds how many people one key may bring.
const maxCandidates = 64

// Candidates returns the people who are filed under any of the keys.
func (db *DB) Candidates(ctx context.Context, keys []int64) ([]RegisterRow, error) {
	rows, err := db.lookups.do(ctx, keys)
	return rows, failure(err)
}

func (db *DB) candidatesSQLite(ctx context.Context, keys []int64) (map[int64][]RegisterRow, error) {
	text, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	return db.candidates(ctx, `SELECT k.key, p.person, p.sealed FROM json_each($1) j
		JOIN register_key k ON k.key = j.value JOIN register_person p ON p.person = k.person`, string(text))
}

func (db *DB) candidatesPostgres(ctx context.Context, keys []int64) (map[int64][]RegisterRow, error) {
	return db.candidates(ctx, `SELECT k.key, p.person, p.sealed FROM register_key k
		JOIN register_person p ON p.person = k.person WHERE k.key = ANY($1)`, keys)
}

func (db *DB) candidates(ctx context.Context, query string, arg any) (map[int64][]RegisterRow, error) {
	rows, err := db.read.QueryContext(ctx, query, arg)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[int64][]RegisterRow{}
	for rows.Next() {
		var key int64
		var r RegisterRow
		if err := rows.Scan(&key, &r.Person, &r.Sealed); err != nil {
			return nil, err
		}
		if len(found[key]) < maxCandidates {
			found[key] = append(found[key], r)
		}
	}
	return found, rows.Err()
}

// lookups groups the callers that wait, like a grouper, but for reading: one
// statement finds the candidates of all. SQLite has no round trip to save and
// asks for each caller at once.
type lookups struct {
	query func(context.Context, []int64) (map[int64][]RegisterRow, error)
	group *grouper[*lookup]
}

type lookup struct {
	keys  []int64
	found map[int64][]RegisterRow
}

func newLookups(query func(context.Context, []int64) (map[int64][]RegisterRow, error), readers int) *lookups {
	l := &lookups{query: query}
	if readers > 0 {
		l.group = newGrouper(readers, l.run)
	}
	return l
}

func (l *lookups) do(ctx context.Context, keys []int64) ([]RegisterRow, error) {
	var found map[int64][]RegisterRow
	var err error
	if l.group == nil {
		found, err = l.query(ctx, keys)
	} else {
		call := &lookup{keys: keys}
		err = l.group.do(ctx, call)
		found = call.found
	}
	if err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	var out []RegisterRow
	for _, k := range keys {
		for _, r := range found[k] {
			if !seen[r.Person] {
				seen[r.Person] = true
				out = append(out, r)
			}
		}
	}
	return out, nil
}

func (l *lookups) run(ctx context.Context, calls []*lookup) error {
	var keys []int64
	for _, c := range calls {
		keys = append(keys, c.keys...)
	}
	found, err := l.query(ctx, keys)
	if err != nil {
		return err
	}
	for _, c := range calls {
		c.found = found
	}
	return nil
}

func (l *lookups) close() {
	if l.group != nil {
		l.group.close()
	}
}
