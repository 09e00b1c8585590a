package match_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// walk is a game in which every player has one mover that goes where its input says, and whose inputs can break or end it.
type walk struct {
	movers *match.Table[mover]
	inputs *match.Inputs[steer]
	bySeat map[match.SeatID]match.EntityID
	log    []string
	slow   atomic.Int64 // ns that a step takes
}

// Players of these names break the game when they come, or go.
const (
	breaksJoin  = "breaks join"
	breaksLeave = "breaks leave"
)

type mover struct {
	X    int32
	Seat match.SeatID
	Away bool
	Name string `sync:"max=24"`
}

type steer struct {
	Dx   int8 `sync:"min=-1,max=1"`
	Boom bool
	End  bool
	Say  bool
}

func (g *walk) Setup(s *match.Setup) error {
	g.movers = match.AddTable[mover](s, "movers")
	g.inputs = match.AddInputs[steer](s)
	g.bySeat = map[match.SeatID]match.EntityID{}
	return nil
}

func (g *walk) Join(t *match.Tick, p match.Player) {
	g.log = append(g.log, fmt.Sprint("join ", p.Seat))
	if p.Name == breaksJoin {
		panic("boom")
	}
	g.bySeat[p.Seat] = g.movers.Spawn(mover{Seat: p.Seat, Name: p.Name})
}

func (g *walk) Leave(t *match.Tick, p match.Player) {
	g.log = append(g.log, fmt.Sprint("leave ", p.Seat))
	if p.Name == breaksLeave {
		panic("boom")
	}
	g.movers.Despawn(g.bySeat[p.Seat])
	delete(g.bySeat, p.Seat)
}

func (g *walk) Away(t *match.Tick, p match.Player) {
	g.log = append(g.log, fmt.Sprint("away ", p.Seat))
	g.movers.Get(g.bySeat[p.Seat]).Away = true
}

func (g *walk) Back(t *match.Tick, p match.Player) {
	g.log = append(g.log, fmt.Sprint("back ", p.Seat))
	g.movers.Get(g.bySeat[p.Seat]).Away = false
}

func (g *walk) Step(t *match.Tick) {
	time.Sleep(time.Duration(g.slow.Load()))
	for p := range t.Players() {
		in, age := g.inputs.Of(p.Seat)
		if age < 0 {
			continue
		}
		m := g.movers.Get(g.bySeat[p.Seat])
		m.X += int32(in.Dx)
		switch {
		case in.Boom:
			panic("boom")
		case in.End:
			t.End(map[string]any{"winner": p.Name})
		case in.Say && age == 0:
			t.Emit("said", map[string]any{"seat": p.Seat})
		}
	}
}

// walkKind makes a kind whose game is told to the test.
func walkKind(games chan<- *walk) match.Kind {
	return match.Kind{Name: "walk", MaxPlayers: 4, New: func() match.Game {
		g := &walk{}
		select {
		case games <- g:
		default:
		}
		return g
	}}
}

// fakeLink is a connection in memory. Like a real one it holds one snapshot until it is written, which happens at once unless the
// test says that the socket is stuck.
type fakeLink struct {
	codec string // default protocol.CodecMP

	mu     sync.Mutex
	stuck  bool
	frames [][]byte
	bodies []byte // of all snapshots, whether they were taken or not
	closed protocol.CloseCode
}

func (l *fakeLink) Codec() string { return cmp.Or(l.codec, protocol.CodecMP) }

func (l *fakeLink) Send(frame []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.frames = append(l.frames, bytes.Clone(frame))
	return true
}

func (l *fakeLink) Ready() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.stuck
}

func (l *fakeLink) Offer(head, body []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stuck {
		return false
	}
	l.frames = append(l.frames, append(bytes.Clone(head), body...))
	l.bodies = append(l.bodies, body...)
	return true
}

func (l *fakeLink) Close(code protocol.CloseCode) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = code
}

func (l *fakeLink) setStuck(stuck bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stuck = stuck
}

func (l *fakeLink) take() [][]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	frames := l.frames
	l.frames = nil
	return frames
}

// view is a client's side of a link: it applies what comes, as docs/PROTOCOL.md says.
type view struct {
	t      *testing.T
	link   *fakeLink
	reader *protocol.Reader
	enter  protocol.Enter
	packed *protocol.Packed // of codec "packed"
	world  *protocol.Snapshot
	head   protocol.SnapshotHead
	heads  []protocol.SnapshotHead
	body   int // bytes of the newest snapshot's
}

func newView(t *testing.T, link *fakeLink) *view {
	return &view{t: t, link: link, reader: protocol.NewReader()}
}

func (v *view) read() {
	v.t.Helper()
	for _, frame := range v.link.take() {
		kind, err := protocol.Check(frame, protocol.FromServer)
		if err != nil {
			v.t.Fatal(err)
		}
		if kind == protocol.KindEnter {
			v.world, v.enter = nil, protocol.Enter{}
			if err := protocol.DecodeFrame(frame, &v.enter); err != nil {
				v.t.Fatal(err)
			}
			v.packed = protocol.NewPacked(v.enter.Tables)
			continue
		}
		v.apply(frame)
	}
}

func (v *view) apply(frame []byte) {
	v.t.Helper()
	head, body, err := v.reader.Snapshot(frame)
	if err != nil {
		v.t.Fatal(err)
	}
	base := v.world
	if head.Base == 0 {
		base = nil
	} else if base == nil || base.Tick != head.Base {
		v.t.Fatalf("snapshot %d is against %d, which the client does not hold", head.Tick, head.Base)
	}
	if v.link.Codec() == protocol.CodecPacked {
		v.world, err = v.reader.ApplyPacked(v.enter.Tables, v.packed, base, head.Tick, body)
	} else {
		v.world, err = v.reader.Apply(v.enter.Tables, base, head.Tick, body)
	}
	if err != nil {
		v.t.Fatal(err)
	}
	if head.HasHash && head.Hash != protocol.Hash(v.world, v.enter.Tables) {
		v.t.Fatalf("desync at %d", head.Tick)
	}
	v.head, v.body = head, len(body)
	v.heads = append(v.heads, head)
}

// x is where the mover of a seat stands, as the client sees it.
func (v *view) x(seat match.SeatID) int32 {
	v.t.Helper()
	rows := &v.world.Tables[0]
	for i := range rows.Len() {
		if rows.Column(1)[i] == int32(seat) {
			return rows.Column(0)[i]
		}
	}
	v.t.Fatalf("no mover of seat %d", seat)
	return 0
}

func (v *view) input(seat *match.Seat, tick uint32, dx int, flags ...int) error {
	values := []int{dx, 0, 0, 0}
	for _, f := range flags {
		values[f] = 1
	}
	return seat.Input(time.Now(), protocol.NewReader(),
		protocol.MustEncode([]any{protocol.KindInput, v.enter.Epoch, tick, v.head.Tick, values}))
}

// ack acknowledges the newest snapshot.
func (v *view) ack(seat *match.Seat) {
	v.t.Helper()
	frame := protocol.MustEncode(&protocol.Ack{Kind: protocol.KindAck, Epoch: v.enter.Epoch, Tick: v.head.Tick})
	if err := seat.Ack(time.Now(), protocol.NewReader(), frame); err != nil {
		v.t.Fatal(err)
	}
}

// resync asks for a keyframe.
func (v *view) resync(seat *match.Seat) {
	v.t.Helper()
	frame := protocol.MustEncode(&protocol.Resync{Kind: protocol.KindResync, Epoch: v.enter.Epoch, Reason: protocol.ResyncAsked})
	if err := seat.Resync(time.Now(), protocol.NewReader(), frame); err != nil {
		v.t.Fatal(err)
	}
}

// outbox records events.
type outbox struct {
	mu     sync.Mutex
	events []string
}

func (o *outbox) Emit(channel, name string, payload []byte, tick uint32) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var m map[string]any
	if err := protocol.Decode(payload, &m); err != nil {
		panic(err)
	}
	text := fmt.Sprint(channel, ".", name)
	if reason, ok := m["reason"]; ok {
		text += fmt.Sprint(" ", reason)
	}
	o.events = append(o.events, text)
}

func (o *outbox) take() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	events := o.events
	o.events = nil
	return events
}

// start runs a match until the test ends.
func start(t *testing.T, cfg match.Config) (*match.Match, *walk, <-chan error) {
	t.Helper()
	games := make(chan *walk, 8)
	cfg.Kind = walkKind(games)
	if _, err := cfg.Kind.Checked(); err != nil {
		t.Fatal(err)
	}
	m, over := runMatch(t, cfg)
	var game *walk
	for len(games) > 0 {
		game = <-games // the newest: kinds are tried out before
	}
	return m, game, over
}

// runMatch runs a match until the test ends.
func runMatch(t *testing.T, cfg match.Config) (*match.Match, <-chan error) {
	t.Helper()
	m, err := match.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan error, 1)
	go func() { over <- m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-m.Done()
	})
	return m, over
}
