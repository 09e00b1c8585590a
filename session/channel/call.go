package channel

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// Call is a request, an event or an upload of a client on its way through middleware and handler. It is good until the handler returns.
type Call struct {
	ctx     context.Context
	session *session.Session
	channel *Channel
	name    string
	payload protocol.Raw
	event   bool
	offer   *protocol.Offer // nil: no upload
}

// Context ends when there is no use in an answer any more.
func (c *Call) Context() context.Context { return c.ctx }

// Session is whose client it comes from.
func (c *Call) Session() *session.Session { return c.session }

// Who is the session's identity, as it is now.
func (c *Call) Who() session.Identity { return c.session.Identity() }

// User is the user's id, and the same as that of [Call.Who].
func (c *Call) User() string { return c.session.User() }

// Channel is where it was said.
func (c *Call) Channel() *Channel { return c.channel }

// Name is that of the request or event.
func (c *Call) Name() string { return c.name }

// IsEvent tells an event from a request.
func (c *Call) IsEvent() bool { return c.event }

// Payload is what came with it, as a value in msgpack that has been checked, or empty. It is not to be changed.
func (c *Call) Payload() protocol.Raw { return c.payload }

// Others are all members of the channel but the caller's session.
func (c *Call) Others() Audience { return c.channel.All().ExceptSessions(c.session) }

// OthersIn are the members in one of the rooms but the caller's session.
func (c *Call) OthersIn(rooms ...string) Audience {
	return c.channel.Rooms(rooms...).ExceptSessions(c.session)
}

// Join is [Channel.Join] for the caller.
func (c *Call) Join(rooms ...string) error { return c.channel.Join(c.session, rooms...) }

// Leave is [Channel.Leave] for the caller.
func (c *Call) Leave(rooms ...string) { c.channel.Leave(c.session, rooms...) }

// unknown is the code for a name that nobody takes.
func (c *Call) unknown() string {
	if c.offer != nil {
		return protocol.CodeNotFound
	}
	if c.event {
		return protocol.CodeUnknownEvent
	}
	return protocol.CodeUnknownRequest
}
