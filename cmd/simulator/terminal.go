package main

import (
	"io"
	"os"
)

// isTerminal reports whether out is a terminal on which something can be drawn in place.
func isTerminal(out io.Writer, lookup func(string) (string, bool)) bool {
	file, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	kind, _ := lookup("TERM")
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && kind != "dumb"
}
