package client

import (
	"context"
	"fmt"
	"sync"

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

func (c *Client) call(ctx context.Context, channel, name string, payload, reply any, note func(protocol.Raw)) error {
	raw, err := protocol.Encode(payload)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.RequestTimeout)
	defer cancel()
	answer, err := c.exchange(ctx, channel, name, raw, note)
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

func (c *Client) exchange(ctx context.Context, channel, name string, payload protocol.Raw, note func(protocol.Raw)) (protocol.Reply, error) {
	var at *link
	err := c.await(ctx, func() bool {
		at = c.link
		return at != nil
	})
	if err != nil {
		return protocol.Reply{}, err
	}
	id, waiting, err := c.calls.add(note)
	if err != nil {
		return protocol.Reply{}, err
	}
	defer c.calls.remove(id)
	frame, err := protocol.Encode(&protocol.Request{Kind: protocol.KindRequest, ID: id, Channel: channel, Name: name, Payload: payload})
	if err != nil {
		return protocol.Reply{}, err
	}
	if err := at.sock.write(protocol.KindRequest, frame); err != nil {
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
