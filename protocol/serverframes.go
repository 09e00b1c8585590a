package protocol

import (
	"fmt"
	"math"
	"sync"
)

// What a client reads from a server. Each method expects a frame that [Check] has passed and whose kind is the method's; errors
// wrap [ErrMalformed]. Extra elements are skipped.

// Welcome reads a welcome. The last two elements may be missing.
func (r *Reader) Welcome(frame []byte) (Welcome, error) {
	n := r.open(frame, KindWelcome)
	w := Welcome{
		Kind: KindWelcome, Version: r.u32(),
		Session: r.text(), User: r.text(), Name: r.text(), Token: r.str(MaxTokenBytes),
		Resumed: r.boolean(), Codec: r.text(),
		PingEvery: r.u32(), Grace: r.u32(), MaxFrame: r.u32(), Lost: r.u32(), Server: r.text(),
	}
	if n > minElements[KindWelcome] {
		w.Taken = r.u32()
	}
	if n > minElements[KindWelcome]+1 {
		w.Expires = r.time()
	}
	return w, r.err
}

// Reply reads a reply. Its payload is a copy, good beyond the frame.
func (r *Reader) Reply(frame []byte) (Reply, error) {
	r.open(frame, KindReply)
	reply := Reply{Kind: KindReply, ID: r.u32(), Error: r.refusal(), Payload: r.raw()}
	return reply, r.err
}

// refusal reads an error of a reply or an answer, or nil.
func (r *Reader) refusal() *Error {
	if r.null() {
		return nil
	}
	n := r.array()
	if n < 3 {
		r.fail("error with %d elements, needs 3", n)
	}
	e := &Error{Code: r.text(), Field: r.text(), Message: r.text()}
	r.skip(n - 3)
	return e
}

// Event reads an event. Its payload is a copy, good beyond the frame.
func (r *Reader) Event(frame []byte) (Event, error) {
	r.open(frame, KindEvent)
	e := Event{
		Kind: KindEvent, Seq: r.u32(), Channel: r.str(MaxIdentBytes), Name: r.str(MaxIdentBytes),
		Payload: r.raw(), Tick: r.u32(),
	}
	return e, r.err
}

// Pong reads a pong, whose last element may be missing.
func (r *Reader) Pong(frame []byte) (Pong, error) {
	n := r.open(frame, KindPong)
	p := Pong{Kind: KindPong, Time: r.time(), Now: r.time()}
	if n > minElements[KindPong] {
		p.Taken = r.u32()
	}
	return p, r.err
}

// Ask reads an ask. Its payload is a copy, good beyond the frame.
func (r *Reader) Ask(frame []byte) (Ask, error) {
	r.open(frame, KindAsk)
	a := Ask{
		Kind: KindAsk, ID: r.u32(), Channel: r.str(MaxIdentBytes), Name: r.str(MaxIdentBytes), Payload: r.raw(), Within: r.u32(),
	}
	return a, r.err
}

// Enter reads an enter, its schema validated.
func (r *Reader) Enter(frame []byte) (Enter, error) {
	r.open(frame, KindEnter)
	e := Enter{
		Kind: KindEnter, Epoch: r.u32(), Match: r.text(), Game: r.text(), Seat: uint16(r.integer(0, math.MaxUint16)),
		TickRate: r.u32(), Tick: r.u32(), HashEvery: r.u32(), Tables: r.schema(), Inputs: r.inputs(),
	}
	return e, r.err
}

// text reads a string whose length nothing but the frame bounds.
func (r *Reader) text() string { return r.str(MaxServerFrame) }

var readers = sync.Pool{New: func() any { return NewReader() }}

// DecodeFrame reads a whole frame of either side that [Check] has passed into v, a pointer to the frame's struct (Welcome,
// Hello, ...; inputs and snapshots have only their [Reader] methods). The frames of a transfer say by their Kind which way it goes. It is for those who read a frame now and then and keep
// no [Reader]. Errors wrap [ErrMalformed].
func DecodeFrame(frame []byte, v any) error {
	r := readers.Get().(*Reader)
	defer func() {
		r.reset(nil)
		readers.Put(r)
	}()
	return r.frame(frame, v)
}

func (r *Reader) frame(frame []byte, v any) (err error) {
	switch v := v.(type) {
	case *Welcome:
		*v, err = r.Welcome(frame)
	case *Reply:
		*v, err = r.Reply(frame)
	case *Event:
		*v, err = r.Event(frame)
	case *Pong:
		*v, err = r.Pong(frame)
	case *Enter:
		*v, err = r.Enter(frame)
	case *Hello:
		*v, err = r.Hello(frame)
	case *Request:
		*v, err = r.Request(frame)
	case *Ack:
		*v, err = r.Ack(frame)
	case *Ping:
		*v, err = r.Ping(frame)
	case *Resync:
		*v, err = r.Resync(frame)
	case *Bye:
		*v, err = r.Bye(frame)
	case *Send:
		*v, err = r.Send(frame)
	case *Answer:
		*v, err = r.Answer(frame)
	case *Ask:
		*v, err = r.Ask(frame)
	case *Offer:
		*v, err = r.Offer(frame, v.Kind)
	case *Chunk:
		*v, err = r.Chunk(frame, v.Kind)
	case *Progress:
		*v, err = r.Progress(frame, v.Kind)
	default:
		err = fmt.Errorf("%T is not a frame", v)
	}
	return err
}
