package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/deltatick/deltatick/simulator/hostile"
	"github.com/deltatick/deltatick/simulator/machine"
	"github.com/deltatick/deltatick/simulator/scrape"
	"github.com/deltatick/deltatick/simulator/serverstat"
)

// ErrLimits means that this machine, or the server, has no room for so many bots, which was found before any was started.
var ErrLimits = errors.New("no room")

// spareFiles is what a process has open besides its connections, generously.
const spareFiles = 64

// needs is what a population takes of the machine and of the server.
type needs struct{ connections, sessions, lobbies int }

func (cfg Config) needs() needs {
	n := needs{connections: 1, sessions: 1} // the guard's
	for _, g := range cfg.Groups {
		if g.Attack != "" { // each has lobbies of its own, one at a time
			for i := range g.Bots {
				if cfg.takes(i) {
					n = needs{n.connections + hostile.MaxSockets, n.sessions + hostile.MaxSockets, n.lobbies + 1}
				}
			}
			continue
		}
		for i, size := range parties(g.Bots, g.RoomSize) {
			lobbies := 1
			if g.Role == Hopper { // any may be alone in its own
				lobbies = size
			}
			if cfg.takes(i) {
				n = needs{n.connections + size, n.sessions + size, n.lobbies + lobbies}
			}
		}
	}
	return n
}

// preflight finds out whether there is room for the population: open files and local ports here, and what the server says of its own limits, if its metrics
// are looked at. It returns the addresses that bots come from in turn, none for the system's choice, and who watches the server.
func preflight(ctx context.Context, cfg Config) (sources []*net.TCPAddr, w *watcher, err error) {
	n := cfg.needs()
	if cfg.NetDial == nil { // else whatever that needs is its maker's concern
		if err := machine.Files(n.connections + spareFiles); err != nil {
			return nil, nil, fmt.Errorf("%w for %d bots: %w", ErrLimits, n.connections, err)
		}
		if sources, err = sourcesFor(ctx, cfg.URL, n.connections, machine.Ports()); err != nil {
			return nil, nil, fmt.Errorf("%w for %d bots: %w", ErrLimits, n.connections, err)
		}
	}
	if w, err = newWatcher(ctx, cfg); err != nil {
		return nil, nil, err
	}
	return sources, w, n.check(w.before)
}

// newWatcher makes who watches the server, and takes a first look.
func newWatcher(ctx context.Context, cfg Config) (w *watcher, err error) {
	look := scrape.Config{Metrics: cfg.Metrics, PID: cfg.PID, Every: lapTime(cfg.For)}
	switch {
	case look.Metrics == NoMetrics:
		look.Metrics = ""
	case look.Metrics == "" && cfg.NetDial != nil:
		if cfg.Soak != nil {
			return nil, errors.New("soak: nothing is known of the metrics of a server that is dialled otherwise")
		}
	case look.Metrics == "":
		if look.Metrics, err = serverstat.Address(cfg.URL); err != nil {
			return nil, err
		}
	}
	w = &watcher{}
	if look.Metrics == "" && look.PID == 0 {
		return w, nil
	}
	w.outside = scrape.New(look)
	w.before, err = w.outside.Look(ctx)
	switch {
	case err == nil:
	case cfg.Soak != nil:
		return nil, fmt.Errorf("soak: %w", err)
	case cfg.Metrics == "" && cfg.PID == 0: // it has none, or keeps them for itself, and nobody has said otherwise
		w.outside, w.blind = nil, &scrape.Report{Metrics: look.Metrics, Misses: 1, Why: err.Error()}
	}
	return w, nil
}

// check holds the needs to what a server says of itself.
func (n needs) check(stat serverstat.Sample) error {
	for _, limit := range []struct {
		what, most, now, how string
		need                 int
	}{
		{"sessions", serverstat.MaxSessions, serverstat.Sessions, "start it with -max-sessions %d", n.sessions},
		{"lobbies", serverstat.MaxLobbies, serverstat.Lobbies, "start it with -max-lobbies %d", n.lobbies},
		{"open files", serverstat.MaxFiles, serverstat.OpenFiles, "start it where `ulimit -n` is %d or more", n.connections + spareFiles},
	} {
		most, told := stat.Get(limit.most)
		now, _ := stat.Get(limit.now)
		if need := int(now) + limit.need; told && float64(need) > most {
			return fmt.Errorf("%w: the server has %s for %.0f, of which %.0f are taken, and this run needs %d: "+limit.how, ErrLimits, limit.what, most, now, limit.need, need)
		}
	}
	return nil
}

// sourcesFor are the addresses from which n connections to a server can be made.
func sourcesFor(ctx context.Context, target string, n, ports int) ([]*net.TCPAddr, error) {
	if n <= ports {
		return nil, nil
	}
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	addrs, err := net.DefaultResolver.LookupIPAddr(ctx, u.Hostname())
	if err != nil {
		return nil, err
	}
	for _, a := range addrs {
		if a.IP.IsLoopback() && a.IP.To4() != nil {
			return machine.Sources(n, ports)
		}
	}
	return nil, machine.PortsError(n, ports)
}
