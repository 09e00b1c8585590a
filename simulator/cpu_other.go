//go:build !unix

package simulator

import "time"

// cpuTime is unknown here.
func cpuTime() time.Duration { return 0 }
