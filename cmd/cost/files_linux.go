package main

import (
	"fmt"
	"syscall"
)

// needFiles makes sure that this process may open so many files, or says what to do. Go has raised the soft limit to the hard one
// already, and only root may raise that.
func needFiles(n int) error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return err
	}
	have := l.Cur
	if have >= uint64(n) {
		return nil
	}
	l.Cur, l.Max = uint64(n), max(l.Max, uint64(n))
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return fmt.Errorf("%d open files are needed and %d allowed; raise the limit (ulimit -n %d) or ask for less: %w", n, have, n, err)
	}
	return nil
}
