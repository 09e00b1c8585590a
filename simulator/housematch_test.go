package simulator_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

func (h *house) seat(g *guest) {
	g.seat = uint16(slices.Index(g.lobby.members, g) + 1)
	if h.faults.sharedSeat {
		g.seat = 1
	}
	if h.faults.lostSeat {
		if at := slices.IndexFunc(g.lobby.members, func(m *guest) bool { return m.away && !m.gone }); at >= 0 {
			g.seat = uint16(at + 1)
		}
	}
	g.base, g.enter, g.input = nil, !h.faults.noEnter, 0
}

func (h *house) start(ctx context.Context, l *lobby) {
	ctx, l.stop = context.WithCancel(ctx)
	l.began, l.asked = time.Now(), 0
	l.match++
	for _, m := range l.members {
		h.seat(m)
	}
	h.work.Go(func() { h.run(ctx, l) })
}

// run is a match.
func (h *house) run(ctx context.Context, l *lobby) {
	for tick := uint32(1); ; tick++ {
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(h.dueIn(l, tick))):
		}
		if h.tick(l, tick) {
			return
		}
	}
}

// dueIn is when a match is to run a tick. At tick 150 it stands still for as long as the faults say.
func (h *house) dueIn(l *lobby, tick uint32) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	due := l.due(tick)
	if tick == 150 {
		l.began = l.began.Add(h.faults.slips)
		due = due.Add(h.faults.slips + h.faults.hangs)
	}
	return due
}

// tick sends everybody a snapshot and reports whether the match is over.
func (h *house) tick(l *lobby, tick uint32) (over bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	cur := protocol.NewSnapshot(worldSchema)
	cur.Reset(tick)
	cur.Tables[0].Resize(len(l.members), worldSchema[0].Fields)
	for i := range l.members {
		cur.Tables[0].IDs[i] = uint32(i + 1)
		cur.Tables[0].Column(0)[i] = int32(tick*uint32(i+1)) % 1600
		cur.Tables[0].Column(1)[i] = int32(i + 1)
		cur.Tables[0].Column(2)[i] = 1
	}
	over = h.faults.endAfter != 0 && tick == h.faults.endAfter && l.match == 1
	for i, g := range l.members {
		h.serveTick(l, g, cur, i == 0)
		if over {
			h.tell(g, "match", "exit", map[string]any{"match": l.matchName(), "reason": "ended"})
			g.seat = 0
		}
	}
	if over {
		l.stop()
	}
	return over
}

func (l *lobby) matchName() string { return fmt.Sprint(l.id, " match ", l.match) }

func (h *house) serveTick(l *lobby, g *guest, cur *protocol.Snapshot, first bool) {
	if g.seat == 0 || h.faults.noEnter {
		return
	}
	cur = h.seen(g, cur)
	if g.enter {
		g.enter = false
		if g.epoch == 0 || !h.faults.epochBack {
			g.epoch += 10
		} else {
			g.epoch--
		}
		_ = g.conn.Send(&protocol.Enter{Kind: protocol.KindEnter, Epoch: g.epoch, Match: l.matchName(), Game: "tag", Seat: g.seat,
			TickRate: 60, Tick: cur.Tick, HashEvery: 60, Tables: worldSchema, Inputs: inputFields})
	}
	if cur.Tick%60 == 0 {
		h.tell(g, "match", "second", nil)
	}
	if cur.Tick == 150 && first {
		h.misbehave(l, g)
	}
	if h.faults.halfRate && cur.Tick%2 == 0 {
		return
	}
	head := protocol.SnapshotHead{Epoch: g.epoch, Tick: cur.Tick, Input: min(g.input, cur.Tick), Slack: g.slack}
	if g.base != nil {
		head.Base = g.base.Tick
	}
	if g.base == nil || cur.Tick%60 == 0 {
		head.Hash, head.HasHash = protocol.Hash(cur, worldSchema), true
		if h.faults.wrongHash && cur.Tick == 180 && first {
			head.Hash++
		}
	}
	if h.faults.wrongBase && cur.Tick == 180 && first {
		head.Base -= 5
	}
	frame := slices.Clone(protocol.NewHeadEncoder().Encode(head))
	frame = append(frame, protocol.NewBodyEncoder(worldSchema).Encode(g.base, cur)...)
	if conn := g.conn; h.faults.queues > 0 && cur.Tick >= 150 {
		time.AfterFunc(h.faults.queues, func() { _ = conn.SendRaw(frame) })
		g.base = cur
	} else if conn.SendRaw(frame) == nil {
		g.base = cur
	}
	if h.faults.tickTwice && cur.Tick == 180 && first {
		_ = g.conn.SendRaw(frame)
	}
}

// seen is the world as a guest may see it: where ships hide, the own one alone.
func (h *house) seen(g *guest, world *protocol.Snapshot) *protocol.Snapshot {
	if !h.faults.hides || h.faults.shown {
		return world
	}
	own := protocol.NewSnapshot(worldSchema)
	own.Reset(world.Tick)
	own.Tables[0].Resize(1, worldSchema[0].Fields)
	own.Tables[0].IDs[0] = uint32(g.seat)
	for f := range worldSchema[0].Fields {
		own.Tables[0].Column(f)[0] = world.Tables[0].Column(f)[g.seat-1]
	}
	return own
}

// misbehave does once, to one guest, what the faults say.
func (h *house) misbehave(l *lobby, g *guest) {
	if h.faults.garbage {
		_ = g.conn.SendRaw([]byte{0xdd, 0xff, 0xff, 0xff, 0xff})
	}
	if h.faults.closeWith != 0 {
		_ = g.conn.Close(h.faults.closeWith)
	}
	if h.faults.exitWith != "" {
		h.tell(g, "match", "exit", map[string]any{"match": l.matchName(), "reason": h.faults.exitWith})
		g.seat = 0
	}
}
