package match

import (
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// handDriven is a match whose ticks the caller runs itself, at 60 Hz, with a seat for each of some links. Whatever a seat is sent is
// acknowledged at once.
type handDriven[L Link] struct {
	match *Match
	links []L // by seat
	run   func()
}

// driveByHand starts a match of cfg, whose Now it sets, with a seat for each link that link makes.
func driveByHand[L Link](tb testing.TB, cfg Config, seats int, link func(i int) L) handDriven[L] {
	now := time.Unix(1, 0)
	cfg.Now = func() time.Time { return now }
	m, err := New(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	h := handDriven[L]{match: m, links: make([]L, seats)}
	all := make([]*Seat, seats)
	for i := range all {
		h.links[i] = link(i)
		if all[i], err = m.Join(Member{Out: silent{}}); err != nil {
			tb.Fatal(err)
		}
		all[i].Attach(h.links[i])
	}
	n := uint32(0)
	h.run = func() {
		n++
		now = now.Add(time.Second / 60)
		if !m.step(n) {
			tb.Fatal(m.fault)
		}
		for _, s := range all {
			s.mu.Lock()
			s.noteAck(now, s.out.flight.last)
			s.mu.Unlock()
		}
	}
	return h
}

// nowhere is a link that takes everything at once.
type nowhere struct {
	codec string
	bytes int
}

func (l *nowhere) Codec() string { return l.codec }

func (l *nowhere) Send([]byte) bool { return true }
func (l *nowhere) Ready() bool      { return true }
func (l *nowhere) Offer(head, body []byte) bool {
	l.bytes += len(head) + len(body)
	return true
}
func (l *nowhere) Close(protocol.CloseCode) {}

type silent struct{}

func (silent) Emit(string, string, []byte, uint32) {}
