package machine

import (
	"fmt"
	"net"
	"os"
)

// portRange is where Linux says which local ports connections get that ask for none (ip(7)).
const portRange = "/proc/sys/net/ipv4/ip_local_port_range"

// inUse is the share of the ports that is left to others, and to connections that are over and keep theirs for a minute.
const inUse = 0.1

// Ports is how many connections one address of this machine can have to one address and port: by the system's range where it tells, else by the
// 16,384 ports that RFC 6335 sets aside for this.
func Ports() int {
	text, err := os.ReadFile(portRange)
	if err != nil {
		return usable(49152, 65535)
	}
	var low, high int
	if _, err := fmt.Sscan(string(text), &low, &high); err != nil || high < low {
		return usable(49152, 65535)
	}
	return usable(low, high)
}

func usable(low, high int) int { return int(float64(high-low+1) * (1 - inUse)) }

// Sources are the loopback addresses from which n connections to one loopback address have ports enough, where one has so many: none, which is the
// system's choice, when one is enough, else 127.0.0.1 and those after it. Connection i takes Sources[i % len].
func Sources(n, ports int) ([]*net.TCPAddr, error) {
	needed := (n + ports - 1) / ports
	switch {
	case needed <= 1:
		return nil, nil
	case needed > 250:
		return nil, fmt.Errorf("%d connections need %d addresses to come from", n, needed)
	}
	all := make([]*net.TCPAddr, needed)
	for i := range all {
		all[i] = &net.TCPAddr{IP: net.IPv4(127, 0, 0, byte(1+i))}
		// On Linux all of 127.0.0.0/8 is the loopback's; elsewhere only what has been configured.
		probe, err := net.ListenTCP("tcp", all[i])
		if err != nil {
			return nil, fmt.Errorf("%d connections to one address need more local ports than the %d of this machine's; a second source address would have them, but %w", n, ports, err)
		}
		_ = probe.Close()
	}
	return all, nil
}

// PortsError is for a destination that is not the loopback, to which there is one way.
func PortsError(n, ports int) error {
	return fmt.Errorf("%d connections to one address need as many local ports, and this machine has about %d: widen the range (sysctl -w net.ipv4.ip_local_port_range=\"1024 65535\"), "+
		"or spread the bots over several machines", n, ports)
}
