package matches_test

import (
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// race is a game whose players run as their inputs say, with an event every half second, that ends when somebody has run far enough.
type race struct {
	runners *match.Table[runner]
	inputs  *match.Inputs[stride]
	bySeat  [match.MaxSeats + 1]match.EntityID
	goal    int
}

type runner struct {
	X    int32
	Seat match.SeatID
	Luck int32 // of chance, so that worlds differ unless all was kept
}

type stride struct {
	Dx int8 `sync:"min=-1,max=1"`
}

var raceKind = match.Kind{
	Name: "race", MaxPlayers: 4, New: func() match.Game { return new(race) },
	Settings: []match.Setting{{Name: "goal", Min: 1, Max: 1 << 20, Default: 1 << 20}},
}

func (g *race) Setup(s *match.Setup) error {
	g.runners = match.AddTable[runner](s, "runners")
	g.inputs = match.AddInputs[stride](s)
	g.goal = s.Settings["goal"]
	return nil
}

func (g *race) Configure(_ *match.Tick, s match.Settings) { g.goal = s["goal"] }
func (g *race) Join(_ *match.Tick, p match.Player) {
	g.bySeat[p.Seat] = g.runners.Spawn(runner{Seat: p.Seat})
}
func (g *race) Leave(_ *match.Tick, p match.Player) { g.runners.Despawn(g.bySeat[p.Seat]) }

func (g *race) Step(t *match.Tick) {
	if t.Number()%30 == 0 {
		t.Emit("half-second", nil)
	}
	for p := range t.Players() {
		r := g.runners.Get(g.bySeat[p.Seat])
		in, age := g.inputs.Of(p.Seat)
		if age == 0 {
			r.X += int32(in.Dx)
		}
		r.Luck = t.Rand().Int32N(1 << 30)
		if int(r.X) >= g.goal {
			t.End(map[string]any{"winner": p.User})
		}
	}
}

// keepsMap is a game whose state cannot be kept.
type keepsMap struct{ seats map[match.SeatID]int }

var mapKind = match.Kind{Name: "map", New: func() match.Game { return &keepsMap{map[match.SeatID]int{}} }}

func (g *keepsMap) Setup(s *match.Setup) error {
	match.AddTable[struct{ X int }](s, "nothing")
	return nil
}
func (g *keepsMap) Join(_ *match.Tick, p match.Player) { g.seats[p.Seat]++ }
func (*keepsMap) Leave(*match.Tick, match.Player)      {}
func (*keepsMap) Step(*match.Tick)                     {}

// player is a connection to a seat, as a client has it.
type player struct {
	t      *testing.T
	seat   *match.Seat
	reader *protocol.Reader

	mu     sync.Mutex
	enter  protocol.Enter
	world  *protocol.Snapshot
	heads  []protocol.SnapshotHead
	closed protocol.CloseCode
}

// attach gives a seat a connection.
func attach(t *testing.T, seat *match.Seat) *player {
	p := &player{t: t, seat: seat, reader: protocol.NewReader()}
	seat.Attach(p)
	return p
}

func (p *player) Codec() string { return protocol.CodecMP }
func (p *player) Ready() bool   { return true }

func (p *player) Send(frame []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.enter, p.world = protocol.Enter{}, nil
	if err := protocol.DecodeFrame(frame, &p.enter); err != nil {
		p.t.Error(err)
	}
	return true
}

func (p *player) Offer(head, body []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	h, b, err := p.reader.Snapshot(append(append([]byte(nil), head...), body...))
	if err != nil {
		p.t.Error(err)
		return true
	}
	base := p.world
	if h.Base == 0 {
		base = nil
	}
	if p.world, err = p.reader.Apply(p.enter.Tables, base, h.Tick, b); err != nil {
		p.t.Error(err)
	}
	p.heads = append(p.heads, h)
	go p.ack(h) // of a connection, which is not the match's goroutine
	return true
}

func (p *player) ack(h protocol.SnapshotHead) {
	frame := protocol.MustEncode(&protocol.Ack{Kind: protocol.KindAck, Epoch: h.Epoch, Tick: h.Tick})
	if err := p.seat.Ack(time.Now(), protocol.NewReader(), frame); err != nil {
		p.t.Error(err)
	}
}

func (p *player) Close(code protocol.CloseCode) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = code
}

// last is the newest snapshot's head, zero before the first.
func (p *player) last() (h protocol.SnapshotHead) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.heads); n > 0 {
		h = p.heads[n-1]
	}
	return h
}

// step sends an input for a tick to come.
func (p *player) step(dx int) {
	p.mu.Lock()
	epoch, tick, ack := p.enter.Epoch, uint32(0), uint32(0)
	if n := len(p.heads); n > 0 {
		tick, ack = p.heads[n-1].Tick+2, p.heads[n-1].Tick
	}
	p.mu.Unlock()
	frame := protocol.MustEncode([]any{protocol.KindInput, epoch, tick, ack, []int{dx}})
	if err := p.seat.Input(time.Now(), protocol.NewReader(), frame); err != nil {
		p.t.Error(err)
	}
}

// x is where the runner of a seat is.
func (p *player) x(seat match.SeatID) int32 {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.world != nil {
		rows := &p.world.Tables[0]
		for i := range rows.Len() {
			if rows.Column(1)[i] == int32(seat) {
				return rows.Column(0)[i]
			}
		}
	}
	p.t.Errorf("no runner of seat %d", seat)
	return 0
}
