package replay_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/recording"
	"github.com/deltatick/deltatick/replay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// record is a recording of an arena in which bots fight for some seconds, with an event in each tenth tick, written to a file.
func record(t *testing.T, seconds int) string {
	t.Helper()
	head := match.RecordHead{
		Match: "m-1", Game: "arena", Title: "Arena", Settings: match.Settings{"bots": 8}, Seed: 4, TickRate: 60, MaxPlayers: 16,
	}
	sim, err := match.NewSim(arena.Kind(), match.SimConfig{Seed: head.Seed, Settings: head.Settings, MaxPlayers: head.MaxPlayers})
	must(t, err)
	head.Schema, head.Inputs = sim.Schema(), sim.Inputs()
	var file bytes.Buffer
	header := recording.Header{RecordHead: head, Started: time.UnixMilli(1_700_000_000_000)}
	w, err := recording.NewWriter(&file, header, recording.WriterConfig{KeyframeEvery: time.Second})
	must(t, err)
	for n := range uint32(seconds * 60) {
		r := &match.TickRecord{Tick: n + 1}
		if n == 0 {
			r.Acts = []match.Act{{Kind: match.ActJoin, Seat: 1, Player: match.Player{Seat: 1, User: "u", Name: "ada"}}}
		} else {
			r.Acts = []match.Act{{Kind: match.ActInput, Seat: 1, Quanta: []int32{1, 1, 1, 0, 0}}}
		}
		must(t, sim.Replay(r))
		r.Snapshot, r.Events = sim.Snapshot(), sim.Events()
		must(t, w.Tick(r))
	}
	must(t, w.Close(recording.End{Result: match.Result{Reason: match.ReasonShutdown}}))
	name := filepath.Join(t.TempDir(), "match"+recording.Extension)
	must(t, os.WriteFile(name, file.Bytes(), 0o600))
	return name
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// show runs a test with a house that shows a recording, in memory and in virtual time.
func show(t *testing.T, seconds int, test func(t *testing.T, r *recording.Reader, playback *replay.Playback, watch func() *viewer)) {
	name := record(t, seconds)
	synctest.Test(t, func(t *testing.T) {
		f, err := recording.OpenFile(name)
		must(t, err)
		playback, err := replay.NewPlayback(f.Reader, 1)
		must(t, err)
		playback.Pause()
		house, err := replay.NewHouse(replay.HouseConfig{Playback: playback})
		must(t, err)
		pipes := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		front := &http.Server{Handler: house.Handler()}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		running.Go(func() { _ = front.Serve(pipes) })
		running.Go(func() {
			if err := house.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		<-house.Ready()
		test(t, f.Reader, playback, func() *viewer { return newViewer(ctx, t, &running, pipes) })
		stop()
		_ = front.Close()
		running.Wait()
		must(t, f.Close())
	})
}

// viewer is an ordinary client that watches.
type viewer struct {
	*client.Client
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	views  []*client.View
	events []protocol.Event
}

func newViewer(ctx context.Context, t *testing.T, running *sync.WaitGroup, pipes *pipes) *viewer {
	v := &viewer{t: t, ctx: ctx}
	cfg := client.Config{URL: "ws://memory/ws", NetDial: pipes.dial}
	cfg.Handlers.Snapshot = func(_ *client.Room, view *client.View) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.views = append(v.views, view)
	}
	cfg.Handlers.Event = func(e protocol.Event) {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.events = append(v.events, e)
	}
	var err error
	v.Client, err = client.New(cfg)
	must(t, err)
	running.Go(func() { _ = v.Run(ctx) })
	return v
}

// enter finds the only lobby in the list, as a person would, and watches.
func (v *viewer) enter() *client.Room {
	v.t.Helper()
	list, err := v.Lobby().List(v.ctx)
	must(v.t, err)
	if len(list) != 1 || list[0].Game != "arena" || list[0].Phase != client.PhasePlaying {
		v.t.Fatalf("lobbies: %+v", list)
	}
	_, err = v.Lobby().Join(v.ctx, list[0].ID, true)
	must(v.t, err)
	room, err := v.NextRoom(v.ctx, nil)
	must(v.t, err)
	return room
}

func (v *viewer) ask(name string, payload any) replay.State {
	v.t.Helper()
	var s replay.State
	must(v.t, v.Call(v.ctx, replay.ChannelName, name, payload, &s))
	return s
}

// seen is the hash of every view so far, and forgets them.
func (v *viewer) seen(schema protocol.Schema) (hashes []uint32) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, view := range v.views {
		hashes = append(hashes, protocol.Hash(view.Snapshot, schema))
	}
	v.views = nil
	return hashes
}

// hashesOf is what was recorded, by tick; that of tick 0 is not used.
func hashesOf(t *testing.T, r *recording.Reader) []uint32 {
	t.Helper()
	hashes := []uint32{0}
	for c := r.Cursor(); len(hashes) <= int(r.Last()); {
		tick, err := c.Next()
		must(t, err)
		hashes = append(hashes, tick.Hash)
	}
	return hashes
}

func TestAClientSeesTheRecordedWorldsTickByTick(t *testing.T) {
	show(t, 4, func(t *testing.T, r *recording.Reader, playback *replay.Playback, watch func() *viewer) {
		v := watch()
		v.enter()
		time.Sleep(time.Second)
		recorded := hashesOf(t, r)
		if s := v.ask("state", nil); !s.Paused || s.Tick != 1 || s.Last != 240 || s.Shown == 0 {
			t.Fatalf("state: %+v", s)
		}
		v.seen(r.Header().Schema)
		v.ask("play", nil)
		time.Sleep(5 * time.Second)
		seen := v.seen(r.Header().Schema)
		// Some more of the first, then each once, then the last again and again.
		at := uint32(1)
		for i, hash := range seen {
			if at < 240 && hash != recorded[at] {
				at++
			}
			if hash != recorded[at] {
				t.Fatalf("view %d is not tick %d of the recording", i, at)
			}
		}
		if s := v.ask("state", nil); at != 240 || s.Tick != 240 || !s.Paused {
			t.Errorf("came to tick %d; state: %+v", at, s)
		}
		if s := v.Stats(); s.Desyncs != 0 || s.Resyncs != [len(s.Resyncs)]uint64{} {
			t.Errorf("stats: %+v", s)
		}
	})
}

func TestSeeksAndSpeedsAreFollowedByEveryone(t *testing.T) {
	show(t, 10, func(t *testing.T, r *recording.Reader, playback *replay.Playback, watch func() *viewer) {
		recorded := hashesOf(t, r)
		one, two := watch(), watch()
		rooms := []*client.Room{one.enter(), two.enter()}
		check := func(what string, tick uint32) {
			t.Helper()
			time.Sleep(200 * time.Millisecond)
			for i, room := range rooms {
				if got := protocol.Hash(room.View().Snapshot, room.Schema); got != recorded[tick] {
					t.Errorf("%s: client %d does not see tick %d", what, i, tick)
				}
			}
		}
		for _, tick := range []uint32{400, 30, 600, 1} {
			if s := one.ask("seek", map[string]any{"tick": tick}); s.Tick != tick || !s.Paused {
				t.Errorf("state: %+v", s)
			}
			check("seek", tick)
		}
		one.ask("seek", map[string]any{"tick": 100_000})
		check("a seek beyond the end", 600)
		two.ask("seek", map[string]any{"tick": 1})
		for _, speed := range []float64{0.1, 1, 4, 16} {
			before := two.ask("speed", map[string]any{"speed": speed})
			two.ask("play", nil)
			time.Sleep(500 * time.Millisecond)
			after := two.ask("pause", nil)
			if went, want := float64(after.Tick-before.Tick), 30*speed; after.Tick < 600 && (went < want-2*speed-1 || went > want+2*speed+1) {
				t.Errorf("at speed %v it went %v ticks in half a second", speed, went)
			}
			check("a pause", after.Tick)
		}
		if rooms[0] != one.Room() || one.Stats().Desyncs != 0 {
			t.Error("the room did not last, or the worlds differed")
		}
	})
}

func TestAClientHearsWhatTheGameToldEveryone(t *testing.T) {
	show(t, 30, func(t *testing.T, r *recording.Reader, playback *replay.Playback, watch func() *viewer) {
		var told []string
		for c := r.Cursor(); ; {
			tick, err := c.Next()
			if err != nil {
				break
			}
			for _, e := range tick.Events {
				if e.To == 0 {
					told = append(told, e.Name+string(e.Payload))
				}
			}
		}
		v := watch()
		v.enter()
		v.ask("play", nil)
		time.Sleep(31 * time.Second)
		var heard []string
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, e := range v.events {
			if e.Channel == protocol.ChannelMatch {
				heard = append(heard, e.Name+string(e.Payload))
			}
		}
		if len(told) == 0 || len(heard) != len(told) {
			t.Fatalf("%d events were recorded, %d were heard", len(told), len(heard))
		}
		for i := range told {
			if heard[i] != told[i] {
				t.Errorf("event %d: %q, was %q", i, heard[i], told[i])
			}
		}
	})
}

func TestNobodyTakesASeatOrOpensALobbyInAReplay(t *testing.T) {
	show(t, 1, func(t *testing.T, r *recording.Reader, playback *replay.Playback, watch func() *viewer) {
		v := watch()
		list, err := v.Lobby().List(v.ctx)
		must(t, err)
		var refused *protocol.Error
		if _, err := v.Lobby().Join(v.ctx, list[0].ID, false); !errors.As(err, &refused) || refused.Code != protocol.CodeFull {
			t.Errorf("joining as a player: %v", err)
		}
		if _, err := v.Lobby().Create(v.ctx, client.NewLobby{Game: "arena"}); !errors.As(err, &refused) || refused.Code != protocol.CodeFull {
			t.Errorf("opening a lobby: %v", err)
		}
	})
}

func TestBadRequestsOfTheChannelAreRefused(t *testing.T) {
	show(t, 1, func(t *testing.T, r *recording.Reader, playback *replay.Playback, watch func() *viewer) {
		v := watch()
		for _, c := range []struct {
			name    string
			payload any
			code    string
		}{
			{"rewind", nil, protocol.CodeUnknownRequest},
			{"speed", nil, protocol.CodeBadPayload},
			{"speed", map[string]any{"speed": 17}, protocol.CodeBadPayload},
			{"speed", map[string]any{"speed": "fast"}, protocol.CodeBadPayload},
			{"seek", map[string]any{}, protocol.CodeBadPayload},
			{"seek", map[string]any{"tick": -1}, protocol.CodeBadPayload},
		} {
			var refused *protocol.Error
			if err := v.Call(v.ctx, replay.ChannelName, c.name, c.payload, nil); !errors.As(err, &refused) || refused.Code != c.code {
				t.Errorf("%s %v: %v", c.name, c.payload, err)
			}
		}
	})
}

// pipes is a network in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
	case <-ctx.Done():
	}
	return nil, net.ErrClosed
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }
