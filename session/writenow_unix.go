//go:build unix

package session

import (
	"errors"
	"syscall"
)

// writeNow writes to a descriptor, which is never blocking, what it takes at once: nothing, when the socket is full.
func writeNow(fd uintptr, b []byte) (n int, err error) {
	for {
		n, err = syscall.Write(int(fd), b)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EAGAIN):
			return 0, nil
		}
		return max(n, 0), err
	}
}
