//go:build !unix

package main

import "time"

// cpuTime is unknown here.
func cpuTime() (user, system time.Duration) { return 0, 0 }
