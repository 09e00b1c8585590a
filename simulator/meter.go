package simulator

import (
	"context"
	"strings"

	"github.com/deltatick/deltatick/simulator/invariant"
	"github.com/deltatick/deltatick/simulator/serverstat"
)

// MeterOf is a Config.Meter that reads a server's metrics: those at an http:// or https:// URL, or /metrics beside a ws:// or wss:// one. It is for a server that nobody else uses meanwhile:
// whoever comes during the run is taken for something that it left behind.
func MeterOf(url string) (invariant.Meter, error) {
	if strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "https://") {
		return meter{url}, nil
	}
	address, err := serverstat.Address(url)
	return meter{address}, err
}

type meter struct{ address string }

// Gauges implements invariant.Meter.
func (m meter) Gauges(ctx context.Context) (invariant.Gauges, error) {
	s, err := serverstat.Fetch(ctx, nil, m.address)
	whole := func(name string) int { return int(s.Values[name]) }
	return invariant.Gauges{
		Sessions: whole(serverstat.Sessions), Seats: whole("deltatick_players"), Matches: whole(serverstat.Matches), Lobbies: whole(serverstat.Lobbies),
		Goroutines: whole(serverstat.Goroutines), Heap: uint64(s.Values["go_memstats_heap_alloc_bytes"]),
	}, err
}
