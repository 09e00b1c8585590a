//go:build linux || darwin

package machine

import "syscall"

// raise makes room for n files if it can. It returns how many there is room for.
func raise(n int) (have int, err error) {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0, err
	}
	if l.Cur >= uint64(n) {
		return n, nil
	}
	wanted := syscall.Rlimit{Cur: uint64(n), Max: max(l.Max, uint64(n))}
	return int(min(l.Cur, uint64(n))), syscall.Setrlimit(syscall.RLIMIT_NOFILE, &wanted)
}
