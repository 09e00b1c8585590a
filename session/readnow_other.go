//go:build !unix

package session

import "errors"

const canReadNow = false

// readNow is not called here.
func readNow(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }
