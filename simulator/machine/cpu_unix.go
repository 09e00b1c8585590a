//go:build unix

package machine

import (
	"syscall"
	"time"
)

// CPUTime is what this process has used, user and system together.
func CPUTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
