package httplink

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// maxPending is in bytes: what may wait for a GET to fetch it before who writes has to wait. A few ticks of a busy match, so that
// a polling client gets all of them at once, and no more, so that it does not get what is long past.
const maxPending = 16 << 10

// maxPing is in bytes: what a WebSocket's ping may hold (RFC 6455, section 5.5), and is answered with.
const maxPing = 125

// Errors of a link's transport.
var (
	errGone  = errors.New("httplink: the link is closed")
	errStuck = errors.New("httplink: nothing is fetched")
)

// record is one that has come up.
type record struct {
	kind    protocol.RecordKind
	payload []byte
}

// link is the [session.Transport] of one link. The requests that are its halves come and go.
type link struct {
	id     string
	remove func() // takes it out of the handler's set

	up   sync.Mutex  // held by the one POST that brings records
	in   chan record // from that POST to Read; not buffered, so a POST is not answered before its records are taken
	down sync.Mutex  // held by the one GET that fetches records

	unfetched *time.Timer // closes the link when no GET comes; set before the link's name is told, then of the present GET

	gone  chan struct{} // closed by Close
	once  sync.Once
	named atomic.Bool   // the peer will know the link's name, so it can fetch something
	said  chan struct{} // closed when a close record has been written to a GET

	// Of the goroutine that reads.
	limit   int
	control func(ping bool, data string) error

	// Guarded by mu.
	mu      sync.Mutex
	pending []byte // records for the next GET to fetch
	last    bool   // pending ends with a close record

	ready chan struct{} // has a token when there is something in pending
	space chan struct{} // has a token when pending was fetched
}

func newLink(id string, remove func()) *link {
	return &link{
		id: id, remove: remove, in: make(chan record),
		gone: make(chan struct{}), said: make(chan struct{}),
		ready: make(chan struct{}, 1), space: make(chan struct{}, 1),
	}
}

var _ session.Transport = (*link)(nil)

// The methods of a session.Transport.

func (l *link) SetLimit(bytes int) { l.limit = bytes }

func (l *link) OnControl(f func(ping bool, data string) error) { l.control = f }

func (l *link) Read() ([]byte, error) {
	for {
		var r record
		select {
		case r = <-l.in:
		case <-l.said:
			return nil, io.EOF // the peer has been told that it is over; there is no socket to wait for
		case <-l.gone:
			return nil, errGone
		}
		switch r.kind {
		case protocol.RecordFrame:
			if len(r.payload) > l.limit {
				return nil, session.ErrTooBig
			}
			return r.payload, nil
		case protocol.RecordPing, protocol.RecordPong:
			if len(r.payload) > maxPing {
				return nil, session.ErrTooBig
			}
			if err := l.control(r.kind == protocol.RecordPing, string(r.payload)); err != nil {
				return nil, err
			}
		case protocol.RecordClose:
			closed, err := protocol.ReadClose(r.payload)
			if err != nil {
				return nil, err
			}
			return nil, &session.Farewell{Code: closed.Code, Err: io.EOF}
		default: // skipped, but not for ever
			if err := l.control(false, ""); err != nil {
				return nil, err
			}
		}
	}
}

func (l *link) Write(frame []byte, within time.Duration) error {
	return l.put(protocol.RecordFrame, frame, within)
}

func (l *link) Ping(within time.Duration) error { return l.put(protocol.RecordPing, nil, within) }

func (l *link) Pong(data string, within time.Duration) error {
	return l.put(protocol.RecordPong, []byte(data), within)
}

// WriteClose waits until the peer has fetched it, if it can.
func (l *link) WriteClose(code protocol.CloseCode, within time.Duration) error {
	if err := l.put(protocol.RecordClose, protocol.ClosePayload(code), within); err != nil {
		return err
	}
	if !l.named.Load() {
		return nil
	}
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-l.said:
		return nil
	case <-l.gone:
		return errGone
	case <-timer.C:
		return errStuck
	}
}

func (l *link) Close() error {
	l.once.Do(func() {
		close(l.gone)
		l.remove()
	})
	return nil
}

// put has a record fetched by the next GET, or waits for room.
func (l *link) put(kind protocol.RecordKind, payload []byte, within time.Duration) error {
	if !l.fits(kind, payload) {
		timer := time.NewTimer(within)
		defer timer.Stop()
		for {
			select {
			case <-l.space:
			case <-l.gone:
				return errGone
			case <-timer.C:
				return errStuck
			}
			if l.fits(kind, payload) {
				break
			}
		}
	}
	signal(l.ready)
	return nil
}

// fits appends a record to what is pending, if there is room: for one there always is when nothing else waits.
func (l *link) fits(kind protocol.RecordKind, payload []byte) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) > 0 && len(l.pending)+protocol.RecordHead+len(payload) > maxPending {
		return false
	}
	l.pending = protocol.AppendRecord(l.pending, kind, payload)
	l.last = l.last || kind == protocol.RecordClose
	return true
}

// fetch waits for something pending and takes it, in exchange for a buffer that is not needed any more. It returns nothing when the time
// is up, and errGone after the link was closed. last says that a close record is at its end.
func (l *link) fetch(ctx context.Context, wait <-chan time.Time, spare []byte) (records []byte, last bool, err error) {
	for {
		if records, last = l.take(spare); len(records) > 0 {
			return records, last, nil
		}
		select {
		case <-l.ready:
		case <-wait:
			return nil, false, nil
		case <-l.gone:
			return nil, false, errGone
		case <-ctx.Done():
			return nil, false, ctx.Err()
		}
	}
}

func (l *link) take(spare []byte) (records []byte, last bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) == 0 {
		return nil, false
	}
	if cap(spare) > maxSpare {
		spare = nil
	}
	records, l.pending = l.pending, spare[:0]
	signal(l.space)
	return records, l.last
}

// maxSpare is in bytes: a larger buffer, which has held a keyframe, is not kept.
const maxSpare = 4 * maxPending

// signal leaves a token, unless there is one.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
