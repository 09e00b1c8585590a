package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Serve passes frames on until the connection that [Connect] has made is over. Errors: [ErrLost], [ErrCodec], [ErrUntaken], a [*MovedError], a [*protocol.Closed] of any other
// code, one that wraps protocol.ErrMalformed, ctx's.
func (r *Relay) Serve(ctx context.Context) error {
	s := r.sock.Load()
	if s == nil {
		return ErrLost
	}
	r.cfg.Counters.Relays.Add(1)
	defer r.cfg.Counters.Relays.Add(-1)
	defer r.sock.CompareAndSwap(s, nil)
	defer context.AfterFunc(ctx, func() { s.end(context.Cause(ctx)) })()
	var heard atomic.Int64 // since began
	began := time.Now()
	over := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		s.end(r.write(s, over, func() time.Duration { return time.Since(began) - time.Duration(heard.Load()) }))
	})
	defer func() {
		s.end(ErrLost) // wakes the writer
		writing.Wait()
		r.cfg.Counters.Drops[DropUnsent].Add(uint64(s.out.close()))
	}()
	defer close(over)
	for {
		frame, err := s.read(r.cfg.Silence)
		if err != nil {
			return r.ended(err)
		}
		heard.Store(int64(time.Since(began)))
		if err := r.handle(frame); err != nil {
			return err
		}
	}
}

// ended is what a connection ended with.
func (r *Relay) ended(err error) error {
	moved := r.moved
	r.moved = nil
	if closed := (*protocol.Closed)(nil); errors.As(err, &closed) && closed.Code == protocol.CloseMoved {
		if moved == nil {
			moved = &MovedError{}
		}
		return moved
	}
	return err
}

// write writes what waits for the other node. It asks for a sign of life when none comes, and says now and then what events have been passed on. It returns when
// everything was said, a write does not go out, or the connection is over, and why.
func (r *Relay) write(s *socket, over <-chan struct{}, quiet func() time.Duration) error {
	const busy = 4 // so many times less often while frames come
	ticker := time.NewTicker(r.cfg.PingEvery)
	defer ticker.Stop()
	for n := 0; ; {
		select {
		case <-over:
			return ErrLost
		case <-s.out.wake:
			if last, err := s.flush(r.cfg.WriteTimeout); err != nil || last {
				return cmp.Or(err, context.Canceled)
			}
			continue
		case <-ticker.C:
			n++
		}
		if quiet() < r.cfg.PingEvery/2 && n%busy != 0 {
			continue
		}
		if err := s.write(protocol.MustEncode(protocol.Ping{Kind: protocol.KindPing, Seq: r.seq.Load()}), r.cfg.WriteTimeout); err != nil {
			return err
		}
	}
}

// handle handles one frame of the other node. Its error ends the connection.
func (r *Relay) handle(frame []byte) error {
	kind, err := protocol.PeekKind(frame)
	if err != nil {
		return err
	}
	switch kind {
	case protocol.KindSnapshot:
		r.shown.Store(time.Now().UnixNano())
		r.snapshot(frame)
		return nil
	case protocol.KindPong:
		return nil // has been heard
	}
	if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
		return err
	}
	switch kind {
	case protocol.KindEnter:
		return r.enter(frame)
	case protocol.KindEvent:
		return r.event(frame)
	case protocol.KindReply:
		return nil // nobody waits for one
	}
	r.cfg.Counters.drop(DropUnknownKind)
	return nil
}

// snapshot passes one on. It is never left out for want of room: the next ones go on from it.
func (r *Relay) snapshot(frame []byte) {
	link, entered := r.present()
	switch {
	case link == nil:
		r.cfg.Counters.drop(DropAway)
		return
	case !entered:
		r.cfg.Counters.drop(DropNoEnter)
		return
	}
	// What is offered leaves in its turn among what is sent; where the one before has not left yet, this one queues up behind it.
	if !link.Offer(frame, nil) && !link.Send(frame) {
		r.cfg.Counters.drop(DropAway)
		return
	}
	r.cfg.Counters.Snapshots.Add(1)
	r.cfg.Counters.Bytes.Add(uint64(len(frame)))
}

func (r *Relay) enter(frame []byte) error {
	e, err := r.reader.Enter(frame)
	if err != nil {
		return err
	}
	if e.Epoch < r.cfg.Epoch {
		r.cfg.Counters.drop(DropOldEpoch)
		return &MovedError{}
	}
	r.mu.Lock()
	link := r.link
	r.entered = link != nil
	r.mu.Unlock()
	if link == nil || !link.Send(frame) {
		r.cfg.Counters.drop(DropAway)
	}
	return nil
}

func (r *Relay) event(frame []byte) error {
	e, err := r.reader.Event(frame)
	if err != nil {
		return err
	}
	if e.Seq <= r.seq.Load() {
		r.cfg.Counters.drop(DropRepeated)
		return nil
	}
	switch {
	case e.Channel == protocol.ChannelMatch, e.Channel == protocol.ChannelSession && e.Name == protocol.EventNotice:
		if !r.cfg.Emit(e) {
			return ErrUntaken
		}
		r.cfg.Counters.Events.Add(1)
	case e.Channel == protocol.ChannelSession && e.Name == protocol.EventMoved:
		var to moved
		if err := protocol.Decode(protocol.OrNil(e.Payload), &to); err != nil {
			return fmt.Errorf("moved: %w", err)
		}
		r.moved = &MovedError{Node: to.Node, Address: to.Address, Epoch: to.Epoch}
	default:
		r.cfg.Counters.drop(DropUnknownKind)
	}
	r.seq.Store(e.Seq)
	return nil
}

// moved is the payload of the event of that name.
type moved struct {
	Node    string `msgpack:"node"`
	Address string `msgpack:"address"`
	Epoch   uint32 `msgpack:"epoch"`
}
