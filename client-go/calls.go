package client

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// maxCalls bounds the requests that wait for a reply.
const maxCalls = 64

// calls matches replies to the requests that wait for them.
type calls struct {
	mu      sync.Mutex
	last    uint32 // id of the newest request, over all sockets
	waiting map[uint32]call
}

type call struct {
	reply chan protocol.Reply // room for one
	note  func(protocol.Raw)  // told of a success by the reader, in order with events; may be nil
}

func (cs *calls) add(note func(protocol.Raw)) (id uint32, c call, err error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if len(cs.waiting) >= maxCalls {
		return 0, call{}, ErrBusy
	}
	if cs.last++; cs.last == 0 {
		cs.last = 1
	}
	c = call{reply: make(chan protocol.Reply, 1), note: note}
	cs.waiting[cs.last] = c
	return cs.last, c, nil
}

func (cs *calls) remove(id uint32) (call, bool) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c, ok := cs.waiting[id]
	delete(cs.waiting, id)
	return c, ok
}

// reply hands a reply to who waits for it, and reports whether somebody does.
func (cs *calls) reply(r protocol.Reply) bool {
	c, ok := cs.remove(r.ID)
	if !ok {
		return false
	}
	if c.note != nil && r.Error == nil {
		c.note(r.Payload)
	}
	c.reply <- r
	return true
}

// Call makes a request on a channel and waits for its reply, which is decoded into reply unless that is nil. While the client
// is offline it waits for the next socket first. Errors: a *protocol.Error when the server refused, ErrOffline when the socket
// was lost before the reply, ErrBusy, ErrEnded, a deadline (Config.RequestTimeout or ctx), or ErrMalformed for a reply that does
// not decode.
func (c *Client) Call(ctx context.Context, channel, name string, payload, reply any) error {
	return c.call(ctx, channel, name, payload, reply, nil)
}

// CallOnce is [Client.Call] for what must not happen twice: a lost socket is waited out, the request is sent again under its id when the session is
// back, and the server runs it once. ErrOffline then means that the session is gone, or was made
// anew on another node, and that whether the request was carried out is unknown.
func (c *Client) CallOnce(ctx context.Context, channel, name string, payload, reply any) error {
	return c.exchanged(ctx, channel, name, payload, reply, c.exchangeOnce)
}

func (c *Client) call(ctx context.Context, channel, name string, payload, reply any, note func(protocol.Raw)) error {
	return c.exchanged(ctx, channel, name, payload, reply, func(ctx context.Context, q *protocol.Request) (protocol.Reply, error) {
		return c.exchange(ctx, q, note)
	})
}

func (c *Client) exchanged(ctx context.Context, channel, name string, payload, reply any,
	exchange func(context.Context, *protocol.Request) (protocol.Reply, error)) error {
	raw, err := protocol.Encode(payload)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout)
	defer cancel()
	answer, err := exchange(ctx, &protocol.Request{Kind: protocol.KindRequest, Channel: channel, Name: name, Payload: raw})
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: %w", channel, name, err)
	case answer.Error != nil:
		return fmt.Errorf("%s %s: %w", channel, name, answer.Error)
	case reply == nil:
		return nil
	}
	if err := protocol.Decode(answer.Payload, reply); err != nil {
		return fmt.Errorf("%s %s: reply: %w", channel, name, err)
	}
	return nil
}

func (c *Client) exchange(ctx context.Context, q *protocol.Request, note func(protocol.Raw)) (protocol.Reply, error) {
	at, _, err := c.nextLink(ctx, nil)
	if err != nil {
		return protocol.Reply{}, err
	}
	id, waiting, err := c.calls.add(note)
	if err != nil {
		return protocol.Reply{}, err
	}
	defer c.calls.remove(id)
	q.ID = id
	return c.overLink(ctx, at, q, waiting)
}

// exchangeOnce makes the same request over one socket after another, while the session lasts.
func (c *Client) exchangeOnce(ctx context.Context, q *protocol.Request) (protocol.Reply, error) {
	at, session, err := c.nextLink(ctx, nil)
	if err != nil {
		return protocol.Reply{}, err
	}
	id, waiting, err := c.calls.add(nil)
	if err != nil {
		return protocol.Reply{}, err
	}
	defer c.calls.remove(id)
	q.ID, q.Once = id, true
	for {
		deadline, _ := ctx.Deadline() // there is one: RequestTimeout
		q.Within = uint32(min(max(1, time.Until(deadline).Milliseconds()), math.MaxUint32))
		reply, err := c.overLink(ctx, at, q, waiting)
		if !errors.Is(err, ErrOffline) {
			return reply, err
		}
		var now int
		if at, now, err = c.nextLink(ctx, at); err != nil {
			return protocol.Reply{}, err
		}
		if now != session {
			return protocol.Reply{}, ErrOffline
		}
	}
}

// nextLink waits for a link other than after, and tells of which session it is.
func (c *Client) nextLink(ctx context.Context, after *link) (at *link, session int, err error) {
	err = c.await(ctx, func() bool {
		at, session = c.link, c.sessions
		return at != nil && at != after
	})
	return at, session, err
}

// overLink sends a request on one link and waits for the reply, or until the link is lost.
func (c *Client) overLink(ctx context.Context, at *link, q *protocol.Request, waiting call) (protocol.Reply, error) {
	if err := at.sock.write(protocol.KindRequest, protocol.MustEncode(q)); err != nil {
		return protocol.Reply{}, err
	}
	select {
	case r := <-waiting.reply:
		return r, nil
	case <-ctx.Done():
		return protocol.Reply{}, context.Cause(ctx)
	case <-at.gone:
	}
	// The reply may have been the last thing the socket brought.
	select {
	case r := <-waiting.reply:
		return r, nil
	default:
		return protocol.Reply{}, ErrOffline
	}
}
