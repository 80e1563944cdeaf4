package main

import (
	"os"
	"time"
)

const progressThrottle = 100 * time.Millisecond

func isTerminal(f *os.File) bool {
	fi, err := f.Stat()
	return err == nil && fi.Mode()&os.ModeCharDevice != 0
}
