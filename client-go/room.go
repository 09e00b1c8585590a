package client

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

const (
	// ackEvery is how long a client that sends no inputs goes without acknowledging while snapshots come, and ackWithin how long when
	// none follows; the wire asks for 100 ms at most.
	ackEvery  = 80 * time.Millisecond
	ackWithin = 100 * time.Millisecond
	// resyncEvery keeps requests for a keyframe below the wire's rate limit; one that is lost in a restart is repeated.
	resyncEvery = 500 * time.Millisecond
	// maxTickRate bounds what an enter frame may say, in Hz.
	maxTickRate = 1000
)

// Room is a stay in a match over one socket. It is over, and a newer one takes its place, when the socket is lost and the
// session resumed; Match and Seat are then the same. Its views stay readable after it is over.
type Room struct {
	Epoch     uint32
	Match     string
	Game      string
	Seat      int    // 0: spectator
	TickRate  int    // Hz
	Tick      uint32 // the match's tick when the room was entered
	HashEvery uint32 // ticks between hashes
	Schema    protocol.Schema
	Inputs    protocol.Fields

	client *Client
	sock   *socket
	view   atomic.Pointer[View] // newest, nil before the first keyframe
	acked  atomic.Int64         // when an input or ack went out last, Unix ns
	plays  atomic.Bool          // that was an input: the next one acknowledges what came since

	// Owned by Run's goroutine.
	held  *protocol.Snapshot // what the next delta is measured from; nil while a keyframe is awaited
	state *protocol.Packed   // codec packed: what goes with held; nil in codec mp
	asked time.Time          // when a keyframe was asked for last
	late  *time.Timer        // acknowledges what came too soon after an ack, if nothing later does; nil until there was one

	ready chan struct{} // closed at the first view
	done  chan struct{} // closed when the room is over
	mu    sync.Mutex
	err   error // why it is over; set before done is closed
}

// View is the world of a match at one tick. It never changes.
type View struct {
	Tick     uint32
	Head     protocol.SnapshotHead // what the snapshot's frame said: newest input consumed, slack, ...
	Arrived  time.Time
	Snapshot *protocol.Snapshot // rows of quanta; read them through Table and Column
}

func newRoom(c *Client, sock *socket, e protocol.Enter) (*Room, error) {
	if e.TickRate < 1 || e.TickRate > maxTickRate {
		return nil, fmt.Errorf("%w: enter: tick rate %d", protocol.ErrMalformed, e.TickRate)
	}
	if err := protocol.ValidateInputs(e.Inputs); err != nil {
		return nil, fmt.Errorf("%w: enter: %w", protocol.ErrMalformed, err)
	}
	room := &Room{
		Epoch: e.Epoch, Match: e.Match, Game: e.Game, Seat: int(e.Seat), TickRate: int(e.TickRate), Tick: e.Tick,
		HashEvery: e.HashEvery, Schema: e.Tables, Inputs: e.Inputs,
		client: c, sock: sock, ready: make(chan struct{}), done: make(chan struct{}),
	}
	if sock.codec == protocol.CodecPacked {
		room.state = protocol.NewPacked(e.Tables)
	}
	return room, nil
}

// View returns the newest view, or nil before the first keyframe.
func (r *Room) View() *View { return r.view.Load() }

// Done is closed when the room is over; [Room.Err] then tells why.
func (r *Room) Done() <-chan struct{} { return r.done }

// Err is nil while the room lives. Then it is ErrOffline (the client is coming back, another room follows), ErrReplaced, or an
// *Exit when the seat is over.
func (r *Room) Err() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

func (r *Room) end(why error) {
	r.mu.Lock()
	over := r.err != nil
	if !over {
		r.err = why
	}
	r.mu.Unlock()
	if !over {
		close(r.done)
	}
}

// Resync asks the server for a keyframe, for an application that mistrusts what it has.
func (r *Room) Resync() error {
	r.client.stats.resyncs[protocol.ResyncAsked].Add(1)
	return r.sendResync(protocol.ResyncAsked)
}

// take makes a view of a snapshot. Instead it can return the reason for which a keyframe must be asked for, or neither when
// there is nothing to do.
func (r *Room) take(rd *protocol.Reader, head protocol.SnapshotHead, body []byte, now time.Time) (*View, uint32) {
	stats := r.client.stats
	keyframe := head.Base == 0
	switch {
	case r.held == nil && !keyframe:
		stats.drop(DropAwaitsKeyframe)
		if now.Sub(r.asked) >= resyncEvery {
			return nil, protocol.ResyncBaseline
		}
		return nil, 0
	case r.held != nil && head.Tick <= r.held.Tick:
		stats.drop(DropStaleTick)
		return nil, 0
	case !keyframe && head.Base != r.held.Tick:
		return nil, protocol.ResyncBaseline
	}
	base := r.held
	if keyframe {
		base = nil
	}
	snap, err := r.decode(rd, base, head.Tick, body)
	if err != nil {
		r.client.log.Warn("body not understood", "tick", head.Tick, "err", err)
		return nil, protocol.ResyncBody
	}
	if head.HasHash && protocol.Hash(snap, r.Schema) != head.Hash {
		stats.desyncs.Add(1)
		return nil, protocol.ResyncHash
	}
	stats.snapshots.Add(1)
	if keyframe {
		stats.keyframes.Add(1)
	}
	r.held = snap
	view := &View{Tick: head.Tick, Head: head, Arrived: now, Snapshot: snap}
	if r.view.Swap(view) == nil {
		close(r.ready)
	}
	return view, 0
}

func (r *Room) decode(rd *protocol.Reader, base *protocol.Snapshot, tick uint32, body []byte) (*protocol.Snapshot, error) {
	if r.state != nil {
		return rd.ApplyPacked(r.Schema, r.state, base, tick, body)
	}
	return rd.Apply(r.Schema, base, tick, body)
}

// resync forgets what is held and asks for a keyframe.
func (r *Room) resync(reason uint32, now time.Time) error {
	r.client.stats.resyncs[reason].Add(1)
	r.held = nil
	if now.Sub(r.asked) < resyncEvery {
		return nil // take asks again when deltas keep coming
	}
	r.asked = now
	return r.sendResync(reason)
}

func (r *Room) sendResync(reason uint32) error {
	frame := protocol.MustEncode(&protocol.Resync{Kind: protocol.KindResync, Epoch: r.Epoch, Reason: reason})
	return r.sock.write(protocol.KindResync, frame)
}

// ackIfQuiet acknowledges the newest snapshot, unless an input or another ack has just gone out: then a later one does, or, where none comes because
// the server waits for this very ack, a timer.
func (r *Room) ackIfQuiet(now time.Time) error {
	since := time.Duration(now.UnixNano() - r.acked.Load())
	switch {
	case since >= ackEvery:
		if r.late != nil {
			r.late.Stop()
		}
		return r.ack(now)
	case r.plays.Load():
	case r.late == nil:
		r.late = time.AfterFunc(ackWithin-since, func() {
			if r.Err() == nil {
				_ = r.ack(time.Now()) // a failure costs the socket, and that ends the room
			}
		})
	default:
		r.late.Reset(ackWithin - since)
	}
	return nil
}

// ack acknowledges the newest view.
func (r *Room) ack(now time.Time) error {
	r.acked.Store(now.UnixNano())
	r.plays.Store(false)
	frame := protocol.MustEncode(&protocol.Ack{Kind: protocol.KindAck, Epoch: r.Epoch, Tick: r.View().Tick})
	return r.sock.write(protocol.KindAck, frame)
}
