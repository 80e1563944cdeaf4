package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/transparency-dev/tessera/api/layout"
)

// treeState is what the library notes about the whole tree.
type treeState struct {
	Size uint64 `json:"size"`
	Root []byte `json:"root"`
}

func readTreeState(dir string) (s treeState, raw []byte, err error) {
	if raw, err = os.ReadFile(filepath.Join(dir, ".state", "treeState")); err == nil {
		err = json.Unmarshal(raw, &s)
	}
	return s, raw, err
}

// tidyLog removes what a process left that was killed while it appended: files
// with more entries than the tree has, and files half written. Nobody else has
// the log open.
func tidyLog(dir string) error {
	state, _, err := readTreeState(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("audit log: %w", err)
	}
	for _, folder := range []struct {
		path string
		ours []string
	}{{dir, []string{"checkpoint"}}, {filepath.Join(dir, ".state"), []string{"treeState", "gcState", "version"}}} {
		if err := removeHalf(folder.path, folder.ours); err != nil {
			return err
		}
	}
	// The right edge of the entries and of each level of hashes.
	if err := tidyEdge(dir, state.Size, layout.EntriesPath); err != nil {
		return err
	}
	nodes := state.Size
	for level := uint64(0); level == 0 || nodes > 0; level++ {
		err := tidyEdge(dir, nodes, func(n uint64, p uint8) string { return layout.TilePath(level, n, p) })
		if err != nil {
			return err
		}
		nodes /= layout.TileWidth
	}
	return nil
}

// tidyEdge removes what lies beyond n nodes.
func tidyEdge(dir string, n uint64, path func(uint64, uint8) string) error {
	edge, width := n/layout.TileWidth, int(n%layout.TileWidth)
	for i := edge; ; i++ {
		full := filepath.Join(dir, path(i, 0))
		names, err := os.ReadDir(full + ".p")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, f := range names {
			if w, err := strconv.Atoi(f.Name()); err != nil || w > width {
				if err := os.Remove(filepath.Join(full+".p", f.Name())); err != nil {
					return err
				}
			}
		}
		_, err = os.Stat(full)
		if err == nil {
			err = os.Remove(full)
		}
		if err := removeHalf(filepath.Dir(full), []string{filepath.Base(full)}); err != nil {
			return err
		}
		if len(names) == 0 && errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		width = 0
	}
}

// removeHalf removes files that were never given their name: the library
// writes NAME with a number behind it first.
func removeHalf(folder string, names []string) error {
	files, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, f := range files {
		half := slices.ContainsFunc(names, func(name string) bool {
			number, ok := strings.CutPrefix(f.Name(), name)
			_, bad := strconv.Atoi(number)
			return ok && bad == nil
		})
		if half && f.Type().IsRegular() {
			err = errors.Join(err, os.Remove(filepath.Join(folder, f.Name())))
		}
	}
	return err
}
