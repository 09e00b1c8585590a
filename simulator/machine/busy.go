package machine

import (
	"bytes"
	"os"
	"strconv"
	"time"
)

// BusyTime is the CPU time of everything on this machine since it started, idleness left out; 0 where there is no /proc.
func BusyTime() time.Duration {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	line, _, _ := bytes.Cut(stat, []byte("\n"))
	var total time.Duration
	// cpu user nice system idle iowait irq softirq ..., in hundredths of a second (proc_stat(5)).
	for i, field := range bytes.Fields(line) {
		if n, err := strconv.ParseInt(string(field), 10, 64); err == nil && i != 4 && i != 5 && i < 9 {
			total += time.Duration(n) * 10 * time.Millisecond
		}
	}
	return total
}
