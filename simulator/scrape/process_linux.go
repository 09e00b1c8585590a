package scrape

import (
	"fmt"

	"github.com/prometheus/procfs"
)

// process returns the CPU time in seconds that a process has used, and its resident memory in bytes.
func process(pid int) (cpu, memory float64, err error) {
	p, err := procfs.NewProc(pid)
	if err != nil {
		return 0, 0, fmt.Errorf("process %d: %w", pid, err)
	}
	stat, err := p.Stat()
	if err != nil {
		return 0, 0, fmt.Errorf("process %d: %w", pid, err)
	}
	return stat.CPUTime(), float64(stat.ResidentMemory()), nil
}
