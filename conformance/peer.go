package conformance

import (
	"errors"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// peer is one connection of a case. Its methods belong to the case's goroutine; another one listens.
type peer struct {
	t       *T
	wire    wire
	name    string
	auth    []string // nil: those of a guest of its name
	frames  chan arrival
	reader  *protocol.Reader
	welcome protocol.Welcome
	seq     uint32 // of the newest event
	asked   uint32 // id of the newest request
	said    uint32 // number of the newest event of its own
	kept    []arrival
}

// arrival is a frame, or the end.
type arrival struct {
	kind  protocol.Kind
	frame []byte
	err   error
}

// listen brings what comes to the case. A case that does not take it has 4,096 places, and then loses the connection.
func (p *peer) listen() {
	defer close(p.frames)
	for {
		frame, err := p.wire.receive()
		a := arrival{frame: frame, err: err}
		if err == nil {
			a.kind, a.err = protocol.Check(frame, protocol.FromServer)
		}
		select {
		case p.frames <- a:
		default:
			p.wire.cut()
			return
		}
		if err != nil {
			return
		}
	}
}

// leave is for after the case: a session whose connection is only cut would keep its lobby for the grace period.
func (p *peer) leave() {
	_ = p.wire.send(encoded(&protocol.Bye{Kind: protocol.KindBye}))
	for range 50 {
		select {
		case _, open := <-p.frames:
			if open {
				continue
			}
		case <-time.After(20 * time.Millisecond):
			continue
		}
		break
	}
	p.wire.cut()
}

func (p *peer) hello() *protocol.Hello {
	auth := p.auth
	if auth == nil {
		auth = []string{"guest", p.name}
	}
	return &protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Client: "conformance", Codecs: []string{protocol.CodecMP}, Auth: auth,
	}
}

func (p *peer) helloWith(token string, seq uint32) *protocol.Hello {
	h := p.hello()
	h.Resume = &protocol.Resume{Token: token, Seq: seq}
	return h
}

// send sends a frame, given as a struct of package protocol, as elements of an array, or as bytes.
func (p *peer) send(frame any) {
	bytes, ok := frame.([]byte)
	if !ok {
		bytes = encoded(frame)
	}
	p.t.must(p.wire.send(bytes), "send")
}

// try sends a frame on a connection that may be over.
func (p *peer) try(frame any) { _ = p.wire.send(encoded(frame)) }

// burst sends so many frames as fast as it goes, on a connection that may be over before all are out.
func (p *peer) burst(n int, frame func(i int) any) {
	frames := make([][]byte, n)
	for i := range frames {
		frames[i] = encoded(frame(i))
	}
	_ = p.wire.send(frames...)
}

// next waits for the next frame or the end.
func (p *peer) next(within time.Duration) (arrival, bool) {
	if len(p.kept) > 0 {
		a := p.kept[0]
		p.kept = p.kept[1:]
		return a, true
	}
	return p.arrive(within)
}

func (p *peer) arrive(within time.Duration) (arrival, bool) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case a, open := <-p.frames:
		if !open {
			a.err = errors.New("nothing more comes")
		}
		if a.err == nil && a.kind == protocol.KindEvent {
			p.count(a.frame)
		}
		return a, true
	case <-timer.C:
		return arrival{}, false
	}
}

// await looks through what comes for something, and keeps the rest for later. read reports whether it took the frame.
func (p *peer) await(what string, read func(a arrival) bool) {
	for i, a := range p.kept {
		if a.err == nil && read(a) {
			p.kept = append(p.kept[:i:i], p.kept[i+1:]...)
			return
		}
	}
	deadline := time.Now().Add(p.t.cfg.Patience)
	for {
		a, came := p.arrive(time.Until(deadline))
		switch {
		case !came:
			p.t.failf("no %s came", what)
		case a.err != nil:
			p.t.failf("instead of %s: %v", what, a.err)
		case read(a):
			return
		}
		p.kept = append(p.kept, a)
	}
}

// count holds the numbers of events to their order: each is the one before plus 1.
func (p *peer) count(frame []byte) {
	e, err := p.decoder().Event(frame)
	p.t.must(err, "event")
	p.t.check(e.Seq == p.seq+1, "event %d follows event %d", e.Seq, p.seq)
	p.seq = e.Seq
}

func (p *peer) decoder() *protocol.Reader {
	if p.reader == nil {
		p.reader = protocol.NewReader()
	}
	return p.reader
}

// welcomed expects a welcome, before anything else.
func (p *peer) welcomed() {
	a, came := p.next(p.t.cfg.Patience)
	p.t.check(came, "no welcome came")
	p.t.must(a.err, "instead of a welcome")
	p.t.check(a.kind == protocol.KindWelcome, "instead of a welcome came a %v", a.kind)
	var err error
	p.welcome, err = p.decoder().Welcome(a.frame)
	p.t.must(err, "welcome")
}

// closed expects the connection to be closed with a code; what else comes before is skipped.
func (p *peer) closed(want protocol.CloseCode) { p.closedWithin(want, p.t.cfg.Patience) }

func (p *peer) closedWithin(want protocol.CloseCode, within time.Duration) {
	deadline := time.Now().Add(within)
	for {
		a, came := p.next(time.Until(deadline))
		if !came {
			p.t.failf("not closed; want code %d (%s)", want, want.Name())
		}
		if a.err == nil {
			continue
		}
		var closed *protocol.Closed
		if !errors.As(a.err, &closed) {
			p.t.failf("lost without a code: %v; want %d (%s)", a.err, want, want.Name())
		}
		p.t.check(closed.Code == want, "closed with %d (%s), want %d (%s)", closed.Code, closed.Code.Name(), want, want.Name())
		return
	}
}

// lives expects an answer to a ping, so the connection has survived what was done to it.
func (p *peer) lives() { p.ping(p.seq) }

// ping acknowledges events, and returns the answer.
func (p *peer) ping(seq uint32) (pong protocol.Pong) {
	at := uint64(time.Now().UnixMilli())
	p.send(&protocol.Ping{Kind: protocol.KindPing, Time: at, Seq: seq})
	p.await("pong", func(a arrival) bool {
		if a.kind != protocol.KindPong {
			return false
		}
		var err error
		pong, err = p.decoder().Pong(a.frame)
		p.t.must(err, "pong")
		return pong.Time == at
	})
	return pong
}

// object is a payload.
type object = map[string]any

// request is a frame that asks for something, under the next id.
func (p *peer) request(channel, name string, payload any) *protocol.Request {
	p.asked++
	return &protocol.Request{Kind: protocol.KindRequest, ID: p.asked, Channel: channel, Name: name, Payload: encoded(payload)}
}

// ask makes a request and returns its reply's payload, decoded, or the error in it.
func (p *peer) ask(channel, name string, payload any) (object, *protocol.Error) {
	q := p.request(channel, name, payload)
	p.send(q)
	return p.reply(q.ID)
}

// reply waits for the reply with an id.
func (p *peer) reply(id uint32) (payload object, refusal *protocol.Error) {
	p.await("reply", func(a arrival) bool {
		if a.kind != protocol.KindReply {
			return false
		}
		r, err := p.decoder().Reply(a.frame)
		p.t.must(err, "reply")
		if r.ID != id {
			return false
		}
		refusal = r.Error
		if refusal == nil {
			p.t.must(protocol.Decode(r.Payload, &payload), "payload of a reply")
		}
		return true
	})
	return payload, refusal
}

// got makes a request that is not to be refused.
func (p *peer) got(channel, name string, payload any) object {
	reply, refusal := p.ask(channel, name, payload)
	p.t.check(refusal == nil, "%s %s was refused: %v", channel, name, refusal)
	return reply
}

// refused makes a request that is to be refused with a code, and, when one is given, for a field.
func (p *peer) refused(channel, name string, payload any, code, field string) {
	_, refusal := p.ask(channel, name, payload)
	p.t.check(refusal != nil, "%s %s was not refused", channel, name)
	p.t.check(refusal.Code == code, "%s %s was refused with %q, want %q", channel, name, refusal.Code, code)
	p.t.check(field == "" || refusal.Field == field, "%s %s was refused for field %q, want %q", channel, name, refusal.Field, field)
}

// event waits for a reliable event and returns its payload.
func (p *peer) event(channel, name string) (payload object) {
	p.await("event "+channel+"/"+name, func(a arrival) bool {
		if a.kind != protocol.KindEvent {
			return false
		}
		e, err := p.decoder().Event(a.frame)
		p.t.must(err, "event")
		if e.Channel != channel || e.Name != name {
			return false
		}
		payload = nil
		p.t.must(protocol.Decode(e.Payload, &payload), "payload of an event")
		return true
	})
	return payload
}

// eventThat waits for one whose payload is as wanted; those of the same name before it are over.
func (p *peer) eventThat(channel, name string, wanted func(object) bool) object {
	for {
		if payload := p.event(channel, name); wanted(payload) {
			return payload
		}
	}
}
