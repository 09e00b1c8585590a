package session

import (
	"sync/atomic"

	"github.com/deltatick/deltatick/protocol"
)

// Counters counts what happens at the hubs that share it. The zero value is ready; all fields may be read at any time.
type Counters struct {
	Sessions    atomic.Int64  // connected or away, now
	Connections atomic.Int64  // open now, those without a hello yet included
	Opened      atomic.Uint64 // sessions begun, those that came from other nodes included
	Anew        atomic.Uint64 // of these, made anew because the other node could not give them
	Emigrated   atomic.Uint64 // sessions that went to other nodes
	Accepted    atomic.Uint64 // connections taken
	Lost        atomic.Uint64 // connections ended by the peer or the network, without a close code of ours
	Panics      atomic.Uint64 // of the house, contained

	In  [KindSlots]Traffic // frames of clients, by [KindSlot]
	Out [KindSlots]Traffic // frames written, by [KindSlot]

	Uploads    Transfers
	Downloads  Transfers
	Waiting    atomic.Int64                  // bytes of uploads that are not whole, by their size, held now
	Handshakes [refusalReasons]atomic.Uint64 // HTTP requests refused before they were connections

	Drops   [dropReasons]atomic.Uint64
	Resumes [resumeOutcomes]atomic.Uint64

	closes [closeSlots]atomic.Uint64
}

// Traffic counts frames of one kind. Bytes are those of the messages, without what a transport adds.
type Traffic struct {
	Frames atomic.Uint64
	Bytes  atomic.Uint64
}

func (t *Traffic) add(bytes int) {
	t.Frames.Add(1)
	t.Bytes.Add(uint64(bytes))
}

// Transfers counts those of one way.
type Transfers struct {
	Open    atomic.Int64  // now
	Done    atomic.Uint64 // arrived
	Broken  atomic.Uint64 // ended before or at their last byte: cancelled, not wanted any more, too slow, corrupt, the session was over
	Refused atomic.Uint64 // not begun: uploads that the hub or the house did not want
}

// KindSlots is how many slots there are for kinds of frames.
const KindSlots = 32

// KindSlot is where frames of a kind are counted: at the kind's number, or at 0 when it is none of the protocol's.
func KindSlot(k protocol.Kind) int { return int(kindSlots[k]) }

var kindSlots = func() (slots [256]uint8) {
	for k := range protocol.Kind(KindSlots) {
		if k.String() != protocol.Kind(0).String() {
			slots[k] = uint8(k)
		}
	}
	return slots
}()

// Drop says why something was not delivered. It indexes [Counters.Drops].
type Drop uint8

// The reasons.
const (
	DropUnknownKind   Drop = iota // frame of a kind that the server does not read
	DropNoStream                  // match frame of a session that has no stream
	DropInputRate                 // input or acknowledgement that the stream found too fast
	DropRequestRate               // request above the limit
	DropSignalRate                // ping, resync, unknown or control frame above the limit
	DropKindRate                  // request above the limit of its channel or name
	DropByteRate                  // frame above the limit of bytes
	DropFenced                    // frame of a connection whose place another has taken
	DropLate                      // frame that arrived after its connection was ended
	DropQueued                    // frame still queued when its connection was over; events among them are kept for a replay
	DropSnapshot                  // snapshot not written before its link was dead
	DropEventOverflow             // event given up unacknowledged, to keep newer ones
	DropEventTooBig               // event larger than any frame may be
	DropEventOver                 // event for a session that was over
	DropEventAge                  // event given up unacknowledged, for its age
	DropSendAgain                 // event of the client's that had been handled before
	DropSendRate                  // event of the client's above the limit
	DropSendRefused               // event of the client's that the house refused
	DropLateAnswer                // answer to an ask that nobody waits for any more
	DropTransferOver              // chunk or progress of a transfer that is over, or that says nothing new
	dropReasons
)

// String is the reason as a metric label.
func (d Drop) String() string {
	return [...]string{"unknown_kind", "no_stream", "input_rate", "request_rate", "signal_rate", "kind_rate", "byte_rate", "fenced", "late", "queued",
		"snapshot", "event_overflow", "event_too_big", "event_over", "event_age", "send_again", "send_rate",
		"send_refused", "late_answer", "transfer_over"}[d]
}

// Drops lists all reasons.
func Drops() []Drop { return upTo[Drop](dropReasons) }

// Outcome says what became of a hello with a resume token. It indexes [Counters.Resumes].
type Outcome uint8

// The outcomes.
const (
	ResumeTaken     Outcome = iota // the session was away, and is back
	ResumeDisplaced                // the session is back, and an older connection had to go
	ResumeRefused                  // the token was spent, foreign or broken
	ResumeExpired                  // the session was gone
	ResumeArrived                  // the session came from another node
	resumeOutcomes
)

// String is the outcome as a metric label.
func (o Outcome) String() string {
	return [...]string{"resumed", "displaced", "refused", "expired", "arrived"}[o]
}

// Outcomes lists all outcomes.
func Outcomes() []Outcome { return upTo[Outcome](resumeOutcomes) }

func upTo[T ~uint8](n T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = T(i)
	}
	return all
}

const closeSlots = 64

// closeSlot finds a place for each code of protocol's table: 4000-4031 and 4500-4530 in order, the rest, which is
// CloseNormal, in the last.
func closeSlot(code protocol.CloseCode) int {
	switch {
	case code >= 4000 && code < 4032:
		return int(code - 4000)
	case code >= 4500 && code < 4531:
		return int(code-4500) + 32
	}
	return closeSlots - 1
}

// Closed is how many connections the hub has ended with a code of [protocol.CloseCodes].
func (c *Counters) Closed(code protocol.CloseCode) uint64 { return c.closes[closeSlot(code)].Load() }

func (c *Counters) closed(code protocol.CloseCode) { c.closes[closeSlot(code)].Add(1) }

func (c *Counters) drop(d Drop, n int) { c.Drops[d].Add(uint64(n)) }
