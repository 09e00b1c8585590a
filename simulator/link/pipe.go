package link

import (
	"os"
	"sync"
	"time"
)

// windowBytes bounds what is under way or arrived and not yet read, in each direction: what the socket buffers at both ends of a TCP connection hold. It
// bounds the memory of a connection, too.
const windowBytes = 1 << 20

// pipe is a direction with the bytes in it. One goroutine puts and one takes; any may do the rest.
type pipe struct {
	began  time.Time
	putBy  deadline
	takeBy deadline
	room   chan struct{} // signalled when there may be room
	more   chan struct{} // signalled when there may be something to take

	mu      sync.Mutex
	model   *Direction
	packets []packet
	bytes   int   // in packets, and in those that never arrive
	err     error // what is given at once
	end     error // what is given behind the packets, from endAt on; nothing more is put
	endAt   time.Time
	severed bool // the next packet arrives by half, and ErrCut behind it
	adrift  bool // nobody is at the other end: what is put is gone
}

type packet struct {
	at   time.Time
	data []byte
}

func newPipe(d *Direction, began time.Time) *pipe {
	p := &pipe{model: d, began: began, room: make(chan struct{}, 1), more: make(chan struct{}, 1)}
	p.putBy.changed, p.takeBy.changed = p.room, p.more
	return p
}

// put sends bytes, packet by packet, when there is room for each.
func (p *pipe) put(b []byte) (int, error) {
	n := 0
	for n < len(b) {
		sent, wait, err := p.send(b[n:min(len(b), n+SegmentBytes)])
		switch {
		case err != nil:
			return n, err
		case !sent:
			p.putBy.await(p.room, wait)
		default:
			n = min(len(b), n+SegmentBytes)
		}
	}
	return n, nil
}

// send sends one packet, or says how long there is no room for it, at least; negative for until it is signalled.
func (p *pipe) send(b []byte) (sent bool, wait time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Since(p.began)
	switch {
	case p.err != nil:
		return false, 0, p.err
	case p.end != nil:
		return false, 0, p.end
	case p.adrift:
		return true, 0, nil
	case p.putBy.passed():
		return false, 0, os.ErrDeadlineExceeded
	case p.bytes+len(b) > windowBytes:
		return false, -1, nil
	}
	if ready := p.model.Ready(now, len(b)); ready > now {
		return false, ready - now, nil
	}
	at := p.model.Send(now, len(b))
	p.bytes += len(b)
	if at == Never {
		return true, 0, nil
	}
	p.packets = append(p.packets, packet{p.began.Add(at), append([]byte(nil), b...)})
	if p.severed {
		p.halve()
	}
	signal(p.more)
	return true, 0, nil
}

// take gives what has arrived, at least a byte of it.
func (p *pipe) take(b []byte) (int, error) {
	for {
		n, wait, err := p.arrived(b)
		if n > 0 || err != nil || len(b) == 0 {
			return n, err
		}
		p.takeBy.await(p.more, wait)
	}
}

// arrived gives what has, or says how long nothing will; negative for until it is signalled.
func (p *pipe) arrived(b []byte) (n int, wait time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	switch {
	case p.err != nil:
		return 0, 0, p.err
	case p.takeBy.passed():
		return 0, 0, os.ErrDeadlineExceeded
	case len(p.packets) == 0 && p.end != nil:
		if p.endAt.After(now) {
			return 0, p.endAt.Sub(now), nil
		}
		return 0, 0, p.end
	case len(p.packets) == 0:
		return 0, -1, nil
	case p.packets[0].at.After(now):
		return 0, p.packets[0].at.Sub(now), nil
	}
	for n < len(b) && len(p.packets) > 0 && !p.packets[0].at.After(now) {
		first := &p.packets[0]
		took := copy(b[n:], first.data)
		n, first.data = n+took, first.data[took:]
		if len(first.data) == 0 {
			*first = packet{}
			p.packets = p.packets[1:]
		}
	}
	p.bytes -= n
	signal(p.room)
	return n, 0, nil
}

// sever cuts in the middle of the first packet that is under way, or of the next one.
func (p *pipe) sever() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.severed = true
	if len(p.packets) > 0 {
		p.halve()
		signal(p.more)
	}
}

// halve leaves one half of the first packet, and the end.
func (p *pipe) halve() {
	first := p.packets[0]
	first.data = first.data[:(len(first.data)+1)/2]
	p.packets, p.end = []packet{first}, ErrCut
}

// finish lets what is under way arrive, and an error behind it, as TCP's FIN.
func (p *pipe) finish(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end == nil {
		p.end, p.endAt = err, p.began.Add(p.model.Send(time.Since(p.began), 0)) // Never is in centuries
	}
	signal(p.more)
	signal(p.room)
}

// fail drops what is under way.
func (p *pipe) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.packets = nil
	signal(p.more)
	signal(p.room)
}

// abandon drops what is put from now on.
func (p *pipe) abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.adrift = true
	signal(p.room)
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// deadline is one of a connection's.
type deadline struct {
	mu      sync.Mutex
	at      time.Time // zero: none
	changed chan struct{}
}

func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	d.at = t
	d.mu.Unlock()
	signal(d.changed)
}

func (d *deadline) passed() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.at.IsZero() && !d.at.After(time.Now())
}

// await waits for a signal, for a time if that is not negative, and for the deadline; whichever comes first.
func (d *deadline) await(signalled <-chan struct{}, wait time.Duration) {
	d.mu.Lock()
	if !d.at.IsZero() {
		if left := time.Until(d.at); wait < 0 || left < wait {
			wait = max(left, 0)
		}
	}
	d.mu.Unlock()
	if wait < 0 {
		<-signalled
		return
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-signalled:
	case <-timer.C:
	}
}
