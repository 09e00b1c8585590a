package machine_test

import (
	"math"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/simulator/machine"
)

func TestMoreFilesThanASystemHasAreRefusedWithTheNumberNeeded(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the limit is another one there")
	}
	if err := machine.Files(16); err != nil {
		t.Error(err)
	}
	// More than fs.nr_open allows even root.
	if err := machine.Files(math.MaxInt32); err == nil || !strings.Contains(err.Error(), "2147483647 open files are needed") {
		t.Errorf("two thousand million files: %v", err)
	}
}

func TestConnectionsBeyondOneAddresssPortsComeFromSeveral(t *testing.T) {
	if machine.Ports() < 100 {
		t.Errorf("%d ports", machine.Ports())
	}
	if all, err := machine.Sources(100, 100); err != nil || all != nil {
		t.Errorf("as many as there are ports: %v, %v", all, err)
	}
	if _, err := machine.Sources(100_000, 10); err == nil {
		t.Error("10,000 addresses were found")
	}
	if runtime.GOOS != "linux" {
		t.Skip("one loopback address there")
	}
	all, err := machine.Sources(201, 100)
	if err != nil || len(all) != 3 {
		t.Fatalf("%v, %v", all, err)
	}
	for i, a := range all {
		if !a.IP.Equal(net.IPv4(127, 0, 0, byte(i+1))) || a.Port != 0 {
			t.Errorf("source %d is %v", i, a)
		}
	}
}
