package client

import (
	"github.com/deltatick/deltatick/protocol"
)

// Notice says that the server dropped something this client did.
type Notice struct {
	Code    string `msgpack:"code"` // input-rate, request-rate, or why an event was refused: as of a reply
	Message string `msgpack:"message"`
	Channel string `msgpack:"channel"` // of the event that was refused, as its name; "" where there is none
	Name    string `msgpack:"name"`
	Field   string `msgpack:"field"` // of its payload that is at fault, or ""
}

// Exit says that a seat in a match is over.
type Exit struct {
	Match  string       `msgpack:"match"`
	Reason string       `msgpack:"reason"` // ended, left, kicked, expired, failed, shutdown
	Result protocol.Raw `msgpack:"result"` // the game's own, msgpack
}

// Error makes it the error of a room that is over.
func (e *Exit) Error() string { return "the seat is over: " + e.Reason }

// handleEvent passes an event on, each once and in order, whatever sockets they came over.
func (c *Client) handleEvent(ev protocol.Event) {
	last := c.seq.Load()
	if ev.Seq <= last {
		c.stats.drop(DropDuplicateEvent)
		return
	}
	if missing := ev.Seq - last - 1; missing > c.excused {
		c.stats.eventGaps.Add(uint64(missing - c.excused))
		c.log.Warn("events are missing", "have", last, "next", ev.Seq, "announced", c.excused)
	}
	c.excused = 0
	c.derive(ev)
	if c.cfg.Handlers.Event != nil {
		c.cfg.Handlers.Event(ev)
	}
	c.seq.Store(ev.Seq)
}

// derive keeps what the client itself follows by events.
func (c *Client) derive(ev protocol.Event) {
	switch ev.Channel + "/" + ev.Name {
	case "lobby/state":
		deliver(c, ev, func(s State) { c.inLobby(&s) })
	case "lobby/closed":
		c.inLobby(nil)
	case "lobby/list":
		deliver(c, ev, c.cfg.Handlers.Lobbies)
	case "chat/message":
		deliver(c, ev, c.cfg.Handlers.Message)
	case "chat/typing":
		deliver(c, ev, c.cfg.Handlers.Typing)
	case "chat/joined":
		deliver(c, ev, c.cfg.Handlers.Joined)
	case "chat/left":
		deliver(c, ev, c.cfg.Handlers.Left)
	case "presence/presence":
		deliver(c, ev, c.cfg.Handlers.Presence)
	case "session/" + protocol.EventNotice:
		c.stats.notices.Add(1)
		deliver(c, ev, c.cfg.Handlers.Notice)
	case "session/" + protocol.EventRenew:
		c.renewSoon(c.present())
	case "session/" + protocol.EventDirect:
		deliver(c, ev, c.noteWay)
	case "session/" + protocol.EventClosed:
		deliver(c, ev, c.shutOut)
	case "match/" + protocol.EventExit:
		deliver(c, ev, c.exited)
	}
}

// deliver decodes an event's payload for a handler, which may be nil.
func deliver[T any](c *Client, ev protocol.Event, to func(T)) {
	if to == nil {
		return
	}
	var v T
	if err := protocol.Decode(ev.Payload, &v); err != nil {
		c.stats.drop(DropBadPayload)
		c.log.Warn("payload not understood", "channel", ev.Channel, "event", ev.Name, "err", err)
		return
	}
	to(v)
}

// closed says that the server has closed a channel for this session.
type closed struct {
	Channel string `msgpack:"channel"`
}

// shutOut is for who may not be on a channel any more: without that of lobbies, one is in none, and hears no more of it.
func (c *Client) shutOut(of closed) {
	if of.Channel == protocol.ChannelLobby {
		c.inLobby(nil)
	}
}

func (c *Client) inLobby(s *State) {
	c.update(func() { c.lobby = s })
	if c.cfg.Handlers.Lobby != nil {
		c.cfg.Handlers.Lobby(s)
	}
}

func (c *Client) exited(exit Exit) {
	if room := c.Room(); room != nil && room.Match == exit.Match {
		c.replaceRoom(nil, &exit)
	}
	if c.cfg.Handlers.Exited != nil {
		c.cfg.Handlers.Exited(exit)
	}
}
