package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// maxAsks is how many asks of a session may wait for an answer.
const maxAsks = 32

// maxAskTime is for how long an ask waits at most.
const maxAskTime = 5 * time.Second

// Errors of [Session.Ask].
var (
	// ErrAway means that the session has no connection, or lost it before the answer. Whether the client has seen the ask is unknown.
	ErrAway = errors.New("session: away")
	// ErrAsks means that as many asks of the session wait for an answer as may.
	ErrAsks = errors.New("session: too many asks wait for an answer")
)

// asks matches answers to the asks that wait for them. It needs Session.mu.
type asks struct {
	last    uint32 // id of the newest one, over all connections; no id is used twice
	waiting map[uint32]chan answered
}

// answered is how an ask ends. Its channel has room for one.
type answered struct {
	payload protocol.Raw
	err     error
}

// end ends an ask that waits, and reports whether it did.
func (a *asks) end(id uint32, with answered) bool {
	waiting, ok := a.waiting[id]
	if ok {
		delete(a.waiting, id)
		waiting <- with
	}
	return ok
}

// lose ends all asks: the connection that their answers would come over is gone.
func (a *asks) lose() {
	for id := range a.waiting {
		a.end(id, answered{err: ErrAway})
	}
}

// Ask asks the client for something, and waits for its answer until ctx ends, for 5 s at most. payload is encoded msgpack, or empty for none; the
// answer is of 16 KiB at most, checked, not decoded. An error is or wraps ErrAway, ErrAsks, ctx's cause (context.DeadlineExceeded when the time was up), or a
// [*protocol.Error] if the client refused. Nothing is sent again, and nothing kept when Ask has returned.
//
// Unlike a Session's other methods it blocks. It must not be called inside a call of the house for the same session: the answer would be
// read by the goroutine that waits for it.
func (s *Session) Ask(ctx context.Context, channel, name string, payload []byte) (protocol.Raw, error) {
	ctx, cancel := context.WithTimeout(ctx, maxAskTime)
	defer cancel()
	return s.post(ctx, channel, name, payload).wait(ctx)
}

// Answer is a client's answer to an ask of many.
type Answer struct {
	Session *Session
	Payload protocol.Raw    // nil if Refusal is not
	Refusal *protocol.Error // nil: none
}

// AskAll is [Session.Ask] of many sessions at once, all within one time. It returns the answers of those that answered, in the order of sessions;
// those that are away, or too slow, are left out. Without sessions it returns at once.
func AskAll(ctx context.Context, sessions []*Session, channel, name string, payload []byte) []Answer {
	ctx, cancel := context.WithTimeout(ctx, maxAskTime)
	defer cancel()
	posted := make([]posted, len(sessions))
	for i, s := range sessions {
		posted[i] = s.post(ctx, channel, name, payload)
	}
	var answers []Answer
	for _, p := range posted {
		payload, err := p.wait(ctx)
		var refusal *protocol.Error
		if err == nil || errors.As(err, &refusal) {
			answers = append(answers, Answer{p.session, payload, refusal})
		}
	}
	return answers
}

// posted is an ask that was sent, or the reason why not.
type posted struct {
	session *Session
	what    string
	id      uint32
	answer  <-chan answered
	err     error
}

// post sends an ask. ctx has a deadline.
func (s *Session) post(ctx context.Context, channel, name string, payload []byte) posted {
	p := posted{session: s, what: "ask " + channel + " " + name}
	if len(payload) > protocol.MaxServerFrame-eventHead {
		p.err = fmt.Errorf("a payload of %d bytes", len(payload))
		return p
	}
	deadline, _ := ctx.Deadline()
	within := max(1, time.Until(deadline).Milliseconds())
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		p.err = context.Cause(ctx)
	case s.conn == nil:
		p.err = ErrAway
	case len(s.asks.waiting) >= maxAsks:
		p.err = ErrAsks
	}
	if p.err != nil {
		return p
	}
	s.asks.last++
	answer := make(chan answered, 1)
	p.id, p.answer = s.asks.last, answer
	if s.asks.waiting == nil {
		s.asks.waiting = map[uint32]chan answered{}
	}
	s.asks.waiting[p.id] = answer
	if !s.conn.push(protocol.MustEncode(protocol.Ask{
		Kind: protocol.KindAsk, ID: p.id, Channel: channel, Name: name, Payload: protocol.OrNil(payload), Within: uint32(within),
	}), nil) {
		s.asks.end(p.id, answered{err: ErrAway})
	}
	return p
}

// wait returns the answer, and forgets the ask.
func (p posted) wait(ctx context.Context) (protocol.Raw, error) {
	if p.err != nil {
		return nil, fmt.Errorf("%s: %w", p.what, p.err)
	}
	select {
	case a := <-p.answer:
		return a.result(p.what)
	case <-ctx.Done():
	}
	p.session.forgo(p.id, context.Cause(ctx))
	// It may have been answered in the meantime, and has been ended by now in any case.
	a := <-p.answer
	return a.result(p.what)
}

func (a answered) result(what string) (protocol.Raw, error) {
	if a.err != nil {
		return nil, fmt.Errorf("%s: %w", what, a.err)
	}
	return a.payload, nil
}

// forgo ends an ask that nobody waits for any more, unless it has just been answered.
func (s *Session) forgo(id uint32, why error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asks.end(id, answered{err: why})
}

// answered gives an answer to who waits for it. One that nobody waits for has come too late.
func (c *conn) answered(at time.Time, frame []byte) error {
	a, err := c.reader.Answer(frame)
	if err != nil {
		return err
	}
	how := answered{payload: a.Payload}
	if a.Error != nil {
		how = answered{err: a.Error}
	}
	s := c.session
	s.mu.Lock()
	waited := s.asks.end(a.ID, how)
	s.mu.Unlock()
	if waited {
		return nil
	}
	c.drop(DropLateAnswer)
	return unlessLimited(s.signals.ask(at))
}
