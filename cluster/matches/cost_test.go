//go:build unix

package matches_test

import (
	"context"
	"flag"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/cluster/peer"
	"github.com/deltatick/deltatick/cluster/redis"
	"github.com/deltatick/deltatick/cluster/roster"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

var redisURL = flag.String("redis", "", "store of BenchmarkCheckpoints, as redis://127.0.0.1:6379; default: the process's own memory")

// BenchmarkCheckpoints runs 100 matches of arena with 8 players each, without and with all that it takes for them to outlive the node, one after the other, and reports
// the CPU time of both in cores. Players have no sockets, which makes the share of checkpoints larger than it is with them.
func BenchmarkCheckpoints(b *testing.B) {
	var plain, saved float64
	for range b.N {
		plain += coresOf(b, playPlain)
		saved += coresOf(b, playSaved)
	}
	b.ReportMetric(plain/float64(b.N), "plain-cores")
	b.ReportMetric(saved/float64(b.N), "saved-cores")
	b.ReportMetric(100*(saved/plain-1), "%more")
	b.ReportMetric(0, "ns/op")
}

const (
	benchMatches = 100
	benchPlayers = 8
	benchFor     = 6 * time.Second
)

// coresOf is the CPU time of this process while matches are played, in cores.
func coresOf(b *testing.B, start func(b *testing.B) (stop func())) float64 {
	stop := start(b)
	defer stop()
	time.Sleep(2 * time.Second)
	began, used := time.Now(), cpu(b)
	time.Sleep(benchFor)
	return (cpu(b) - used).Seconds() / time.Since(began).Seconds()
}

func cpu(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// playPlain runs matches as a service of one process does.
func playPlain(b *testing.B) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for i := range benchMatches {
		m, err := match.New(match.Config{Kind: arena.Kind(), Seed: uint64(i), Phase: time.Duration(i) * time.Second / 60 / benchMatches})
		if err != nil {
			b.Fatal(err)
		}
		running.Go(func() { _ = m.Run(ctx) })
		for range benchPlayers {
			seat, err := m.Join(match.Member{Out: silent{}})
			if err != nil {
				b.Fatal(err)
			}
			running.Go(func() { drive(ctx, seat) })
		}
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// playSaved runs them under leases.
func playSaved(b *testing.B) (stop func()) {
	var engine cluster.Engine = memory.New(memory.Config{})
	if *redisURL != "" {
		dialled, err := redis.Dial(redis.Config{URL: *redisURL})
		if err != nil {
			b.Fatal(err)
		}
		engine = dialled
	}
	mesh, err := peer.New(peer.Config{Node: "bench", Secret: make([]byte, 16), Address: func(context.Context, string) (string, error) { return "", nil }})
	ok(b, err)
	keeper, err := cluster.NewKeeper(cluster.KeeperConfig{Engine: engine})
	ok(b, err)
	self := cluster.Node{ID: "bench", Owner: fmt.Sprint("bench/", time.Now().UnixNano()), Address: "ws://bench", Capacity: 2 * benchMatches}
	nodes, err := roster.New(roster.Config{Engine: engine, Keeper: keeper, Node: self})
	ok(b, err)
	host, err := matches.New(matches.Config{Engine: engine, Keeper: keeper, Peers: mesh, Roster: nodes, Kinds: []match.Kind{arena.Kind()}})
	ok(b, err)
	placer, err := matches.NewPlacer(matches.PlacerConfig{Engine: engine, Peers: mesh, Roster: nodes})
	ok(b, err)
	ok(b, nodes.Open(b.Context()))
	ctx, cancel := context.WithCancel(context.Background())
	var running, playing sync.WaitGroup
	running.Go(func() { _ = keeper.Run(ctx) })
	running.Go(func() { _ = nodes.Run(ctx) })
	running.Go(func() { _ = host.Run(ctx) })
	var placed []*matches.Placed
	for range benchMatches {
		m, err := placer.NewMatch(ctx, matches.Spec{Lobby: "l", Kind: "arena", MaxPlayers: arena.Kind().MaxPlayers})
		ok(b, err)
		placed = append(placed, m)
		for i := range benchPlayers {
			user := fmt.Sprint("user-", i)
			seat, err := m.Join(match.Member{User: user})
			ok(b, err)
			playing.Go(func() {
				for ctx.Err() == nil {
					if at, err := host.Attach(m.ID(), seat.ID(), user); err == nil {
						drive(ctx, at)
						return
					}
					time.Sleep(10 * time.Millisecond)
				}
			})
		}
	}
	return func() {
		for _, m := range placed {
			m.Stop("enough")
		}
		for host.Load() > 0 {
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(300 * time.Millisecond) // leases are released
		cancel()
		running.Wait()
		playing.Wait()
		mesh.Close()
		engine.Close()
	}
}

func ok(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

type silent struct{}

func (silent) Emit(string, string, []byte, uint32) {}

// sink is a link that takes everything, and knows how far the match is.
type sink struct {
	mu    sync.Mutex
	epoch uint32
	tick  uint32
	read  *protocol.Reader
}

func (*sink) Codec() string            { return protocol.CodecPacked }
func (*sink) Ready() bool              { return true }
func (*sink) Close(protocol.CloseCode) {}
func (*sink) Send([]byte) bool         { return true }
func (s *sink) Offer(head, body []byte) bool {
	h, _, err := s.read.Snapshot(append(append([]byte(nil), head...), body...))
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.epoch, s.tick = h.Epoch, h.Tick
	}
	return true
}

// drive plays in a seat: an input in every tick, of which every eighth is another one.
func drive(ctx context.Context, seat *match.Seat) {
	link := &sink{read: protocol.NewReader()}
	seat.Attach(link)
	reader := protocol.NewReader()
	fields := len(arenaInputs)
	values := make([]int, fields)
	ticker := time.NewTicker(time.Second / 60)
	defer ticker.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		link.mu.Lock()
		epoch, tick := link.epoch, link.tick
		link.mu.Unlock()
		if tick == 0 {
			continue
		}
		values[n/8%fields] = 1 - values[n/8%fields]
		for i, f := range arenaInputs {
			low, high := f.Bounds()
			values[i] = min(max(values[i], int(low)), int(high))
		}
		_ = seat.Input(time.Now(), reader, protocol.MustEncode([]any{protocol.KindInput, epoch, tick + 3, tick, values})) // late ones are dropped
	}
}

var arenaInputs = func() protocol.Fields {
	sim, err := match.NewSim(arena.Kind(), match.SimConfig{})
	if err != nil {
		panic(err)
	}
	return sim.Inputs()
}()
