package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api/layout"
)

// logWalk computes the tree of a log from its entries, and compares what it
// finds on the way: roots, tiles, rows. It shares no code with the appender.
type logWalk struct {
	dir      string
	report   *AuditReport
	entry    func(auditEntry)            // told of each entry
	pause    func(context.Context) error // called after each file of entries
	progress func(done, entries uint64)

	size  uint64 // entries on disk, as far as the library has integrated them
	tree  *compact.Range
	tiles map[tileID][]byte // begun and not full yet
	roots map[uint64][]wantedRoot
}

type tileID struct{ level, index uint64 }

type wantedRoot struct {
	fault string
	hash  []byte
}

func newLogWalk(dir string, r *AuditReport) *logWalk {
	factory := compact.RangeFactory{Hash: rfc6962.DefaultHasher.HashChildren}
	return &logWalk{dir: dir, report: r, tree: factory.NewEmptyRange(0), tiles: map[tileID][]byte{}, roots: map[uint64][]wantedRoot{}}
}

// expect has the root at a size compared, once the walk gets there.
func (w *logWalk) expect(fault string, cp *log.Checkpoint) {
	w.roots[cp.Size] = append(w.roots[cp.Size], wantedRoot{fault, cp.Hash})
	w.size = max(w.size, cp.Size)
}

func (w *logWalk) run(ctx context.Context) error {
	w.state()
	w.compareRoot()
	for i := uint64(0); i*layout.EntryBundleWidth < w.size; i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !w.bundle(i) {
			break
		}
		if err := w.pause(ctx); err != nil {
			return err
		}
		if w.progress != nil {
			w.progress(w.tree.End(), w.size)
		}
	}
	for id, hashes := range w.tiles {
		w.tile(id, hashes)
	}
	return w.names()
}

// state reads the library's own notes, which must agree with the tree: a log
// that runs may have integrated more than its checkpoint says.
func (w *logWalk) state() {
	s, raw, err := readTreeState(w.dir)
	exact, _ := json.Marshal(s)
	if err != nil || s.Size < w.report.Entries || !bytes.Equal(raw, exact) {
		w.report.fault(AuditFault{What: FaultFile, File: ".state/treeState"})
		return
	}
	w.roots[s.Size] = append(w.roots[s.Size], wantedRoot{FaultRoot, s.Root})
	w.size = s.Size
	if v, err := os.ReadFile(filepath.Join(w.dir, ".state", "version")); err != nil || string(v) != "1" {
		w.report.fault(AuditFault{What: FaultFile, File: ".state/version"})
	}
	if raw, err := os.ReadFile(filepath.Join(w.dir, ".state", "gcState")); err == nil {
		var collected struct {
			FromSize uint64 `json:"fromSize"`
		}
		err := json.Unmarshal(raw, &collected)
		if exact, _ := json.Marshal(collected); err != nil || !bytes.Equal(raw, exact) || collected.FromSize > s.Size {
			w.report.fault(AuditFault{What: FaultFile, File: ".state/gcState"})
		}
	}
}

// bundle walks through the entries of one file; false when it cannot be read.
func (w *logWalk) bundle(i uint64) bool {
	width := min(layout.EntryBundleWidth, w.size-i*layout.EntryBundleWidth)
	full := layout.EntriesPath(i, 0)
	raw, name, err := w.read(full, int(width))
	if err != nil {
		w.report.fault(AuditFault{What: FaultMissing, File: name})
		return false
	}
	entries, err := readBundle(raw)
	if err != nil || uint64(len(entries)) < width {
		w.report.fault(AuditFault{What: FaultFile, File: name})
		return false
	}
	raw, entries = raw[:int(width)*bundled], entries[:width]
	w.check(full, raw, int(width), bundled)
	for _, e := range entries {
		if err := w.tree.Append(rfc6962.DefaultHasher.HashLeaf(e[:]), w.visit); err != nil {
			w.report.fault(AuditFault{What: FaultRoot})
			return false
		}
		w.entry(e)
		w.compareRoot()
	}
	return true
}

func (w *logWalk) compareRoot() {
	wanted, ok := w.roots[w.tree.End()]
	if !ok {
		return
	}
	root := rfc6962.DefaultHasher.EmptyRoot()
	if w.tree.End() > 0 {
		root, _ = w.tree.GetRootHash(nil)
	}
	for _, r := range wanted {
		if !bytes.Equal(root, r.hash) {
			w.report.fault(AuditFault{What: r.fault})
		}
	}
	delete(w.roots, w.tree.End())
}

// visit is told of each node as soon as it is known, and gathers those that
// tiles hold.
func (w *logWalk) visit(node compact.NodeID, hash []byte) {
	if node.Level%layout.TileHeight != 0 {
		return
	}
	id := tileID{uint64(node.Level / layout.TileHeight), node.Index / layout.TileWidth}
	w.tiles[id] = append(w.tiles[id], hash...)
	if len(w.tiles[id]) == layout.TileWidth*rfc6962.DefaultHasher.Size() {
		w.tile(id, w.tiles[id])
		delete(w.tiles, id)
	}
}

func (w *logWalk) tile(id tileID, hashes []byte) {
	size := rfc6962.DefaultHasher.Size()
	full := layout.TilePath(id.level, id.index, 0)
	if _, name, err := w.read(full, len(hashes)/size); err != nil {
		w.report.fault(AuditFault{What: FaultMissing, File: name})
	}
	w.check(full, hashes, len(hashes)/size, size)
}

// read reads a file of so many entries or hashes; a log that runs may have put
// a full one in its place.
func (w *logWalk) read(full string, width int) (raw []byte, name string, err error) {
	name = full
	if width < layout.TileWidth {
		name = full + ".p/" + strconv.Itoa(width)
	}
	raw, err = os.ReadFile(filepath.Join(w.dir, name))
	if errors.Is(err, fs.ErrNotExist) && name != full {
		raw, err = os.ReadFile(filepath.Join(w.dir, full))
	}
	return raw, name, err
}

// check compares the smaller files that came before one, until they are
// cleared away: each is the beginning of the next.
func (w *logWalk) check(full string, content []byte, width, unit int) {
	partial, err := os.ReadDir(filepath.Join(w.dir, full+".p"))
	if err != nil {
		partial = nil
	}
	names := []string{full}
	for _, f := range partial {
		if n, err := strconv.Atoi(f.Name()); err == nil && n > 0 && n <= width {
			names = append(names, full+".p/"+f.Name())
		}
	}
	for i, name := range names {
		raw, err := os.ReadFile(filepath.Join(w.dir, name))
		if err != nil {
			continue // cleared away meanwhile; that the one that matters is there, read has seen
		}
		n := width
		if i > 0 {
			n, _ = strconv.Atoi(strings.TrimPrefix(name, full+".p/"))
		}
		exact := i > 0 || width == layout.TileWidth
		if exact && !bytes.Equal(raw, content[:n*unit]) || !exact && !bytes.HasPrefix(raw, content) {
			w.report.fault(AuditFault{What: FaultFile, File: name})
		}
	}
}

// names lists the files that are not part of the log.
func (w *logWalk) names() error {
	return filepath.WalkDir(w.dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) { // cleared away meanwhile
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(w.dir, path)
		if err == nil && !logFile(filepath.ToSlash(name)) {
			w.report.Strays = append(w.report.Strays, name)
		}
		return err
	})
}

// logFile reports whether a log has files of that name.
func logFile(name string) bool {
	switch name {
	case "checkpoint", ".state/treeState", ".state/treeState.lock", ".state/publish.lock", ".state/anlo.lock", ".state/version", ".state/gcState", ".state/gcState.lock":
		return true
	}
	rest, ok := strings.CutPrefix(name, "tile/")
	level, index, _ := strings.Cut(rest, "/")
	if !ok {
		return false
	}
	if level == "entries" {
		level = "0"
	}
	_, _, _, err := layout.ParseTileLevelIndexPartial(level, index)
	return err == nil
}
