package main

import (
	"bytes"
	"os"
	"runtime"
	"strconv"
	"time"

	"github.com/deltatick/deltatick/simulator/load"
	"github.com/deltatick/deltatick/tick"
)

// sample is what a child says of itself at one moment. Counts are since its start.
type sample struct {
	User, System time.Duration // CPU time
	RSS          int64         // resident bytes; 0: the system does not tell
	Mallocs      uint64
	GCs          uint32
	Goroutines   int
	Heap, Stacks uint64 // bytes in use
	Ticks        tick.StatsSnapshot
	Load         load.Sample
}

// newSample fills in what every process knows.
func newSample() sample {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := sample{Mallocs: m.Mallocs, GCs: m.NumGC, Goroutines: runtime.NumGoroutine(), Heap: m.HeapInuse, Stacks: m.StackInuse, RSS: residentBytes()}
	s.User, s.System = cpuTime()
	return s
}

// residentBytes is 0 where there is no /proc.
func residentBytes() int64 {
	status, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := bytes.Fields(status)
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(string(fields[1]), 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
