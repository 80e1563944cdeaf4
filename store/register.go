package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"sync"

	"anlo"
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
func (db *DB) KeepRegister(ctx context.Context, rows []RegisterRow, entry AuditRow) error {
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
			func() (int64, error) { return auditTable.insert(ctx, tx, []AuditRow{entry}) },
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

// Registered returns the person with this index, anlo.ErrNotFound when the
// register has nobody of that number.
func (db *DB) Registered(ctx context.Context, person int64) (RegisterRow, error) {
	one := &lookup{keys: []int64{person}}
	if err := db.lookups.numbers.do(ctx, one); err != nil {
		return RegisterRow{}, failure(err)
	}
	if one.found[person] == nil {
		return RegisterRow{}, anlo.ErrNotFound
	}
	return one.found[person][0], nil
}

// Candidates returns the people who are filed under any of the keys.
func (db *DB) Candidates(ctx context.Context, keys []int64) ([]RegisterRow, error) {
	rows, err := db.lookups.do(ctx, keys)
	return rows, failure(err)
}

// The two statements look like one join, but a planner that has no statistics
// yet reads whole tables for a join, and on Citus the two tables are
// distributed differently.
const (
	filedUnder = "SELECT key, person FROM register_key WHERE key "
	recordsOf  = "SELECT person, sealed FROM register_person WHERE person "
)

// among is the condition that a column is one of the values in $1, which
// oneOf makes.
func (db *DB) among() string {
	if db.pg {
		return "= ANY($1)"
	}
	return "IN (SELECT value FROM json_each($1))"
}

func (db *DB) oneOf(values []int64) any {
	if db.pg {
		return values
	}
	text, err := json.Marshal(values)
	if err != nil {
		panic(err) // integers always encode
	}
	return string(text)
}

// records returns the people with these indexes, as far as there are any.
func (db *DB) records(ctx context.Context, byPerson *sql.Stmt, persons []int64) (map[int64]RegisterRow, error) {
	records, err := listed(ctx, byPerson, func(r *sql.Rows) (p RegisterRow, err error) {
		return p, r.Scan(&p.Person, &p.Sealed)
	}, db.oneOf(persons))
	if err != nil {
		return nil, err
	}
	people := make(map[int64]RegisterRow, len(records))
	for _, r := range records {
		people[r.Person] = r
	}
	return people, nil
}

func (db *DB) candidates(ctx context.Context, keys []int64) (map[int64][]RegisterRow, error) {
	byKey, byPerson, err := db.lookups.prepare()
	if err != nil {
		return nil, err
	}
	filed, err := listed(ctx, byKey, func(r *sql.Rows) (k registerKey, err error) {
		return k, r.Scan(&k.key, &k.person)
	}, db.oneOf(keys))
	if err != nil || len(filed) == 0 {
		return nil, err
	}
	persons := make([]int64, len(filed))
	for i, k := range filed {
		persons[i] = k.person
	}
	people, err := db.records(ctx, byPerson, persons)
	if err != nil {
		return nil, err
	}
	found := make(map[int64][]RegisterRow, len(keys))
	for _, k := range filed {
		if r, ok := people[k.person]; ok && len(found[k.key]) < maxCandidates {
			found[k.key] = append(found[k.key], r)
		}
	}
	return found, nil
}

// lookups groups the callers that wait, like a grouper, but for reading: two
// statements find the candidates of all.
type lookups struct {
	db      *DB
	group   *grouper[*lookup]                             // by any key
	numbers *grouper[*lookup]                             // by the person's own index
	prepare func() (byKey, byPerson *sql.Stmt, err error) // at first use: the tables come with the migration
}

type lookup struct {
	keys  []int64
	found map[int64][]RegisterRow
}

func newLookups(db *DB) *lookups {
	l := &lookups{db: db}
	byKey := sync.OnceValues(func() (*sql.Stmt, error) { return db.read.Prepare(filedUnder + db.among()) })
	byPerson := sync.OnceValues(func() (*sql.Stmt, error) { return db.read.Prepare(recordsOf + db.among()) })
	l.prepare = func() (*sql.Stmt, *sql.Stmt, error) {
		k, err := byKey()
		if err != nil {
			return nil, nil, err
		}
		p, err := byPerson()
		return k, p, err
	}
	l.group = newGrouper(writers(), l.run)
	l.numbers = newGrouper(writers(), l.runNumbers)
	return l
}

func (l *lookups) do(ctx context.Context, keys []int64) ([]RegisterRow, error) {
	call := &lookup{keys: keys}
	if err := l.group.do(ctx, call); err != nil {
		return nil, err
	}
	seen := map[int64]bool{}
	var out []RegisterRow
	for _, k := range keys {
		for _, r := range call.found[k] {
			if !seen[r.Person] {
				seen[r.Person] = true
				out = append(out, r)
			}
		}
	}
	return out, nil
}

func (l *lookups) run(ctx context.Context, calls []*lookup) ([]error, error) {
	var keys []int64
	for _, c := range calls {
		keys = append(keys, c.keys...)
	}
	found, err := l.db.candidates(ctx, keys)
	if err != nil {
		return nil, err
	}
	for _, c := range calls {
		c.found = found
	}
	return nil, nil
}

func (l *lookups) runNumbers(ctx context.Context, calls []*lookup) ([]error, error) {
	_, byPerson, err := l.prepare()
	if err != nil {
		return nil, err
	}
	var persons []int64
	for _, c := range calls {
		persons = append(persons, c.keys...)
	}
	people, err := l.db.records(ctx, byPerson, persons)
	if err != nil {
		return nil, err
	}
	for _, c := range calls {
		if r, ok := people[c.keys[0]]; ok {
			c.found = map[int64][]RegisterRow{r.Person: {r}}
		}
	}
	return nil, nil
}

func (l *lookups) close() {
	l.group.close()
	l.numbers.close()
}
