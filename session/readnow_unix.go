//go:build unix

package session

import (
	"errors"
	"io"
	"os"
	"syscall"
)

const canReadNow = true

// readNow reads from a descriptor, which is never blocking, what is there: nothing, without an error, when there is nothing yet.
func readNow(fd uintptr, b []byte) (n int, err error) {
	for {
		n, err = syscall.Read(int(fd), b)
		switch {
		case errors.Is(err, syscall.EINTR):
			continue
		case errors.Is(err, syscall.EAGAIN):
			return 0, nil
		case err != nil:
			return 0, os.NewSyscallError("read", err)
		case n == 0:
			return 0, io.EOF
		}
		return n, nil
	}
}
