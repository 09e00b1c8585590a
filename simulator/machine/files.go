// Package machine is what a load test has to know of the machine that it runs on: whether one process may have so many connections, by its open files and
// by the local ports that there are for connections to one address, and how busy it is.
package machine

import "fmt"

// Files makes sure that this process may have n files open, connections among them. Go raises the soft limit to the hard one when a process starts
// (package os); raising the hard one, which only root may, is tried. The error says how many are needed and how to get them.
func Files(n int) error {
	have, err := raise(n)
	if err == nil {
		return nil
	}
	return fmt.Errorf("%d open files are needed, and a process may have %d here: raise the hard limit (ulimit -Hn %d as root, in the shell that starts it; "+
		"LimitNOFILE= of a systemd unit), or ask for less: %w", n, have, n, err)
}
