package simulator_test

import (
	"context"
	"flag"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/link"
)

// measure is for how long each network is measured; docs/networks.md has a minute of each.
var measure = flag.Duration("measure", 5*time.Second, "virtual time to measure each network for")

// memory is a listener without a network, for use in a bubble.
type memory struct {
	dialed chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case c := <-m.dialed:
		return c, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return &net.TCPAddr{} }

func (m *memory) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case m.dialed <- far:
		return near, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// playArena plays a real server of the arena in memory and in virtual time: its figures depend on no machine. dial makes of the way to
// the server that of the bots; nil leaves it.
func playArena(t *testing.T, cfg simulator.Config, dial func(link.Dialer) link.Dialer) (report simulator.Report) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		srv, err := server.New(server.Config{Kinds: []match.Kind{arena.Kind(), swarm.Kind()}, Guests: true, DrainWait: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		m := &memory{dialed: make(chan net.Conn), closed: make(chan struct{})}
		front := &http.Server{Handler: srv.Handler(), ReadHeaderTimeout: time.Minute}
		ctx, stop := context.WithCancel(context.Background())
		var work sync.WaitGroup
		work.Go(func() { _ = front.Serve(m) })
		work.Go(func() {
			if err := srv.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		cfg.URL, cfg.AllowRemote, cfg.NetDial = "ws://memory/ws", true, m.dial
		if dial != nil {
			cfg.NetDial = dial(m.dial)
		}
		if report, err = simulator.Run(t.Context(), cfg); err != nil {
			t.Error(err)
		}
		stop()
		_ = front.Close()
		work.Wait()
	})
	return report
}

// row is a line of the table in docs/networks.md.
func row(t *testing.T, name string, g simulator.GroupReport) {
	t.Logf("| %s | %.0f, %.0f, %.0f | %.0f, %.0f | %.0f, %.0f | %.1f | %.1f | %.1f | %.0f | %d | %d | %d |", name, g.Age.P50, g.Age.P99, g.Age.Max,
		g.Latency.P50, g.Latency.P99, g.Interval.P50, g.Interval.P99, g.Stalls, g.Rate.Median, 100*g.Late, g.BytesIn, g.Keyframes, g.Reconnects, g.Desyncs)
}

func TestBotsKeepTheirStateRightOverEveryNetwork(t *testing.T) {
	for _, name := range append(link.Presets(), "150,30,1") {
		t.Run(name, func(t *testing.T) {
			p, err := link.Parse(name)
			if err != nil {
				t.Fatal(err)
			}
			r := playArena(t, simulator.Config{
				For: max(*measure, p.Flap.Up+p.Flap.Down), ReturnWithin: 20 * time.Second, JoinWithin: 20 * time.Second, Groups: []simulator.Group{{Network: p, MinRate: -1}},
			}, nil)
			if len(r.Groups) != 1 {
				t.Fatalf("%+v", r)
			}
			g := r.Groups[0]
			row(t, name, g)
			if g.Failed != 0 || g.Desyncs != 0 || g.Network != name && name != p.String() {
				t.Errorf("failed %d bots: %v; %d desyncs", g.Failed, reasons(g), g.Desyncs)
			}
			// What is seen is at least a way old, and mostly not much more than that, a tick and the jitter.
			way, most := p.RTT.Seconds()*500, (p.RTT/2+p.Jitter+50*time.Millisecond).Seconds()*1000
			if g.Age.P50 < way || g.Age.P50 > most {
				t.Errorf("the newest snapshot is %.1f ms old at the median, want %.1f to %.1f", g.Age.P50, way, most)
			}
			if g.Latency.P50 < 2*way {
				t.Errorf("an input has its effect after %.1f ms, which is less than the round trip", g.Latency.P50)
			}
		})
	}
}

// All snapshots of 300 entities are some 90 kbit/s with their headers, of which 64 get through.
func TestAThinReadersStateIsBoundedInAgeAndTheOthersInItsRoomAreUntouched(t *testing.T) {
	fibre, _ := link.Preset("fibre")
	thin := fibre
	thin.DownKbps, thin.UpKbps = 64, 64
	var dials atomic.Int64
	r := playArena(t, simulator.Config{For: 2 * *measure, Groups: []simulator.Group{{Game: "swarm", MinRate: -1, Settings: map[string]int{"entities": 300}}}},
		func(dial link.Dialer) link.Dialer {
			return func(ctx context.Context, network, addr string) (net.Conn, error) {
				n := dials.Add(1) // 1 and 2 are the simulator's own, to ask for the games and to watch; then the bots, one after another
				p := fibre
				if n == 3 {
					p = thin
				}
				l, err := link.New(p, uint64(n))
				if err != nil {
					return nil, err
				}
				return l.Dial(dial)(ctx, network, addr)
			}
		})
	if len(r.Groups) != 1 {
		t.Fatalf("%+v", r)
	}
	g := r.Groups[0]
	if g.Failed != 0 || g.Desyncs != 0 || g.Reconnects != 0 || dials.Load() != 10 {
		t.Fatalf("failed %v; %d desyncs, %d reconnects, %d dials", reasons(g), g.Desyncs, g.Reconnects, dials.Load())
	}
	for i, bot := range g.Each {
		t.Logf("bot %d: %.1f snapshots/s, at worst %.0f ms old", bot.Bot, bot.Snapshots, bot.AgeMax)
		most := 100.0
		if i == 0 {
			most = 1500
		}
		if bot.AgeMax > most || i == 0 && bot.Snapshots > 30 {
			t.Errorf("bot %d: %.1f snapshots/s, at worst %.0f ms old, want %.0f at most", bot.Bot, bot.Snapshots, bot.AgeMax, most)
		}
	}
}

func TestBotsKeepTheirStateRightThroughAProxy(t *testing.T) {
	url := realServer(t)
	to := strings.TrimSuffix(strings.TrimPrefix(url, "ws://"), "/ws")
	var runs sync.WaitGroup
	for _, name := range link.Presets() {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		p, _ := link.Preset(name)
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- (&link.Proxy{To: to, Profile: p, Seed: 1}).Serve(ctx, listener) }()
		runs.Go(func() {
			r, err := simulator.Run(t.Context(), simulator.Config{
				URL: "ws://" + listener.Addr().String() + "/ws", For: 3 * time.Second, JoinWithin: 30 * time.Second, ReturnWithin: 20 * time.Second,
				Groups: []simulator.Group{{Bots: 2, MinRate: -1}},
			})
			stop()
			if err := <-served; err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			if g := r.Groups[0]; g.Failed != 0 || g.Desyncs != 0 || g.Snapshots == 0 || g.RTT.Min < p.RTT.Seconds()*500 {
				t.Errorf("%s: failed %v, %d desyncs, %d snapshots, round trip %.1f ms", name, reasons(g), g.Desyncs, g.Snapshots, g.RTT.Min)
			}
		})
	}
	runs.Wait()
}
