package client

import (
	"context"

	"github.com/deltatick/deltatick/protocol"
)

// Presences is who is there: every request of channel "presence", typed. Errors are those of [Client.Call]. Changes are told to
// Handlers.Presence. What is watched stays so until it is unwatched or the session is over, over lost sockets too.
type Presences struct {
	c *Client
}

// Presences returns the client's presence calls.
func (c *Client) Presences() Presences { return Presences{c} }

// Presence is a user's state (docs/PROTOCOL.md, section 4.7). Of two, the one with the greater Since is newer.
type Presence struct {
	User  string `msgpack:"user"`
	State string `msgpack:"state"` // offline, away, online, lobby or match
	Since int64  `msgpack:"since"` // Unix ms; 0: not known
}

// Watch watches users by their ids, in addition to those watched already, and returns what they are now.
func (p Presences) Watch(ctx context.Context, users ...string) ([]Presence, error) {
	return p.ask(ctx, "watch", map[string]any{"users": users})
}

// Unwatch ends what Watch began.
func (p Presences) Unwatch(ctx context.Context, users ...string) error {
	_, err := p.ask(ctx, "unwatch", map[string]any{"users": users})
	return err
}

// Follow watches everyone else in one's own lobby, whichever that is, or, with on false, ends it. It returns what they are now.
func (p Presences) Follow(ctx context.Context, on bool) ([]Presence, error) {
	if on {
		return p.ask(ctx, "watch", map[string]any{"lobby": true})
	}
	return p.ask(ctx, "unwatch", map[string]any{"lobby": true})
}

// SetAway says that this session's user is away, or back, and returns what the user is now, all their sessions considered.
func (p Presences) SetAway(ctx context.Context, away bool) (Presence, error) {
	own, err := p.ask(ctx, "set", map[string]any{"away": away})
	if err != nil || len(own) == 0 {
		return Presence{}, err
	}
	return own[0], nil
}

func (p Presences) ask(ctx context.Context, name string, payload any) ([]Presence, error) {
	var reply struct {
		Users []Presence `msgpack:"users"`
	}
	err := p.c.Call(ctx, protocol.ChannelPresence, name, payload, &reply)
	return reply.Users, err
}
