package session

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// attentive is a [Transport] that can wait for inputs for less than Read does.
type attentive interface {
	Transport
	// Attend calls take for each input that arrives, for which that has to call Read once. It returns when take returns false, when
	// anything else than whole inputs has arrived, which is then for Read, or when the connection is over, which Read tells. What
	// take does must not wait for anything, nor close the transport by itself.
	Attend(take func() (more bool))
}

// Between two messages, a goroutine that reads asks the kernel for bytes, is told that there are none, sleeps until there are, and asks
// again: the first of each two reads is for nothing, and costs as much as a third of a write. It cannot be left out while each Read begins to wait
// anew, because the runtime forgets what arrived between two waits. So in a match, where one input after another comes and each in a packet of its
// own, the goroutine stays inside one call of the runtime, which calls it back for bytes. A read that does not fill its
// buffer has emptied the socket (epoll(7)), and the next bytes wake it again.
//
// The end of a connection that arrives together with an input wakes nobody once more. A match writes to it, and hears soon that nobody is
// there; it is why the session has to be in one.

var errAttending = errors.New("more than the inputs that had arrived was read")

// arrivals are buffers for what has arrived and is not yet looked at. Few are in use at a time.
var arrivals = sync.Pool{New: func() any { return new([readBuffer]byte) }}

// Attend implements attentive.
func (p *promptSocket) Attend(take func() (more bool)) {
	if !canReadNow || p.mute.ahead.Buffered() > 0 || len(p.mute.early) > 0 {
		return // Read need not wait, or knows better how to
	}
	p.take = take
	p.mute.attending = true
	_ = p.raw.Read(p.arrived) // an error is there for Read, too
	p.mute.attending = false
	p.take = nil
}

// onArrival is called in Attend whenever the socket may have bytes. It reports whether Attend is over.
func (p *promptSocket) onArrival(fd uintptr) (over bool) {
	buf := arrivals.Get().(*[readBuffer]byte)
	defer arrivals.Put(buf)
	for {
		n, err := readNow(fd, buf[:])
		if err != nil {
			p.mute.late = err
			return true
		}
		if n == 0 {
			return false
		}
		p.mute.early = buf[:n]
		for range wholeInputs(buf[:n]) {
			if over = !p.take(); over {
				break
			}
		}
		if over = over || len(p.mute.early) > 0; over {
			p.mute.early = append([]byte(nil), p.mute.early...)
			return true
		}
		if n < len(buf) {
			return false
		}
	}
}

// wholeInputs counts the messages in bytes that a client has sent, if they are whole inputs, in one frame each, and nothing else; otherwise it
// is 0. Of a message it looks at the frame's header and the kind.
func wholeInputs(b []byte) (n int) {
	const mask = 4 // bytes, before the payload (RFC 6455, section 5.2)
	for len(b) > 0 {
		if len(b) < 2+mask || b[0] != finalBit|websocket.BinaryMessage || b[1] < maskBit|2 {
			return 0
		}
		head, payload := 2+mask, int(b[1]&^maskBit)
		if payload == 126 {
			head, payload = head+2, int(binary.BigEndian.Uint16(b[2:]))
		} else if payload == 127 {
			return 0
		}
		if payload < 2 || len(b) < head+payload {
			return 0
		}
		frame := [2]byte{b[head] ^ b[head-mask], b[head+1] ^ b[head-mask+1]}
		if kindOf(frame[:]) != protocol.KindInput {
			return 0
		}
		b = b[head+payload:]
		n++
	}
	return n
}

const maskBit = 1 << 7
