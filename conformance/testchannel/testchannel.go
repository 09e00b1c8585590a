// Package testchannel is the channel "conformance" (docs/conformance.md), by which a server under test lets the suite see what becomes of
// events, of requests that run once, and of asks. A server offers it to be tested, and to nobody else.
//
// Everything here may be called by any goroutine.
package testchannel

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// Name is the channel's.
const Name = "conformance"

// Bounds of what one client makes the server do and keep.
const (
	maxEmit  = 1000 // events of one request
	maxMarks = 1000 // numbers that are kept of a session
)

// limit lets through whatever the limits of all requests and events let through, so that those can be seen at work.
var limit = session.Limit{Rate: 1000, Burst: 10_000, Strikes: 1000}

// memory is what the channel knows about its members.
type memory struct {
	mu sync.Mutex
	of map[*session.Session]*past // those that have the channel open
}

// past is what a session has done since it opened the channel.
type past struct {
	echoes int
	marks  []uint32 // the newest maxMarks numbers, oldest first
	count  int      // of all marks
}

// New makes the channel, for one server.
func New() *channel.Channel {
	m := &memory{of: map[*session.Session]*past{}}
	ch := channel.New(Name, channel.Config{
		Opened: m.begin,
		Closed: m.forget,
		Limit:  limit,
	})
	channel.OnEvent(ch, "mark", m.mark)
	channel.On(ch, "count", m.countMarks)
	channel.On(ch, "echo", m.echo)
	channel.On(ch, "time", timeLeft)
	channel.On(ch, "emit", emit)
	channel.On(ch, "ask", ask)
	channel.On(ch, "enter", enter)
	channel.OnEvent(ch, "call", sendOn)
	return ch
}

func (m *memory) begin(s *session.Session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.of[s] = &past{}
}

// with lets do see and change a session's past, if the session has not closed the channel in the meantime.
func (m *memory) with(s *session.Session, do func(*past)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p := m.of[s]; p != nil {
		do(p)
	}
}

func (m *memory) forget(s *session.Session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, s)
}

// numbered is the payload of "mark" and "emitted".
type numbered struct {
	N uint32 `msgpack:"n"`
}

func (m *memory) mark(c *channel.Call, p numbered) error {
	m.with(c.Session(), func(past *past) {
		past.count++
		past.marks = append(past.marks, p.N)
		past.marks = past.marks[max(0, len(past.marks)-maxMarks):]
	})
	return nil
}

// marks answers "count".
type marks struct {
	Count   int      `msgpack:"count"`
	Numbers []uint32 `msgpack:"numbers"`
}

func (m *memory) countMarks(c *channel.Call, _ struct{}) (reply marks, err error) {
	m.with(c.Session(), func(past *past) {
		reply = marks{past.count, append([]uint32{}, past.marks...)}
	})
	return reply, nil
}

// text is the payload of "echo", "ask" and "question".
type text struct {
	Text string `msgpack:"text"`
}

// echoed answers "echo".
type echoed struct {
	Text string `msgpack:"text"`
	Runs int    `msgpack:"runs"` // of "echo" in this session, this one among them
}

func (m *memory) echo(c *channel.Call, p text) (reply echoed, err error) {
	m.with(c.Session(), func(past *past) {
		past.echoes++
		reply = echoed{p.Text, past.echoes}
	})
	return reply, nil
}

// left answers "time".
type left struct {
	Left int64 `msgpack:"left"` // ms that the handler has, from its start on
}

func timeLeft(c *channel.Call, _ struct{}) (left, error) {
	deadline, limited := c.Context().Deadline()
	if !limited {
		return left{}, errors.New("a handler without a deadline")
	}
	return left{time.Until(deadline).Milliseconds()}, nil
}

// emission is the payload of "emit".
type emission struct {
	N    int     `msgpack:"n"`
	User *string `msgpack:"user"` // to whose sessions on the channel; nil: the caller
}

// emittedTo answers "emit".
type emittedTo struct {
	Sessions int `msgpack:"sessions"`
}

func emit(c *channel.Call, p emission) (emittedTo, error) {
	if p.N < 1 || p.N > maxEmit {
		return emittedTo{}, protocol.RefuseField("n", "want 1 to 1000")
	}
	to := c.Channel().Sessions(c.Session())
	if p.User != nil {
		to = c.Channel().Users(*p.User)
	}
	reached := 0
	for i := range p.N {
		var err error
		if reached, err = to.Emit("emitted", numbered{uint32(i + 1)}); err != nil {
			return emittedTo{}, err
		}
	}
	return emittedTo{reached}, nil
}

// asking is the payload of "ask".
type asking struct {
	Text   string  `msgpack:"text"`
	Within *uint32 `msgpack:"within"` // ms to wait for the answer; nil: as long as the server waits
}

// answered is the payload of the event that tells how an ask ended.
type answered struct {
	Asked string `msgpack:"asked"` // the text that was asked with
	Text  string `msgpack:"text"`  // the answer's
	Code  string `msgpack:"code"`  // "" for an answer; else that of the refusal, or codeAway, "too-late", "full", "bad-payload"
}

// codeAway says that the connection that was asked is gone.
const codeAway = "away"

// ask asks the client, and tells it by an event what came of it: the goroutine of the request is the one that would read the answer. The one that
// it starts instead ends within the time that a server waits for answers.
func ask(c *channel.Call, p asking) (any, error) {
	s := c.Session()
	go func() {
		ctx, cancel := context.Background(), context.CancelFunc(func() {})
		if p.Within != nil {
			ctx, cancel = context.WithTimeout(ctx, time.Duration(*p.Within)*time.Millisecond)
		}
		defer cancel()
		answer, err := s.Ask(ctx, Name, "question", protocol.MustEncode(text{p.Text}))
		s.Emit(Name, "answered", protocol.MustEncode(outcome(p.Text, answer, err)), 0)
	}()
	return nil, nil
}

func outcome(asked string, answer protocol.Raw, err error) answered {
	var said text
	if err == nil {
		err = protocol.DecodePayload(answer, &said)
	}
	end := answered{Asked: asked, Text: said.Text}
	var refusal *protocol.Error
	switch {
	case err == nil:
	case errors.As(err, &refusal):
		end.Code = refusal.Code
	case errors.Is(err, session.ErrAway):
		end.Code = codeAway
	case errors.Is(err, session.ErrAsks):
		end.Code = protocol.CodeFull
	case errors.Is(err, context.DeadlineExceeded):
		end.Code = protocol.CodeTooLate
	default:
		end.Code = protocol.CodeInternal
	}
	return end
}
