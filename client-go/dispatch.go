package client

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// handle does what one checked frame asks for. Errors are violations of the protocol, which cost the socket, or writes that
// failed.
func (c *Client) handle(at *link, kind protocol.Kind, frame []byte, now time.Time) error {
	switch kind {
	case protocol.KindSnapshot:
		return c.handleSnapshot(at, c.reader, frame, now)
	case protocol.KindPong:
		pong, err := c.reader.Pong(frame)
		if err != nil {
			return err
		}
		c.outbox.handled(pong.Taken)
		c.heardPong(at, pong, now)
	case protocol.KindEvent:
		ev, err := c.reader.Event(frame)
		if err != nil {
			return err
		}
		c.handleEvent(ev)
	case protocol.KindReply:
		reply, err := c.reader.Reply(frame)
		if err != nil {
			return err
		}
		if !c.calls.reply(reply) {
			c.stats.drop(DropLateReply)
		}
	case protocol.KindAsk:
		ask, err := c.reader.Ask(frame)
		if err != nil {
			return err
		}
		return c.answer(at, ask)
	case protocol.KindDownload, protocol.KindDownloadChunk, protocol.KindUploadProgress:
		return c.handleTransfer(at, kind, frame, now)
	case protocol.KindEnter:
		enter, err := c.reader.Enter(frame)
		if err != nil {
			return err
		}
		return c.handleEnter(at, enter)
	default:
		c.stats.drop(DropUnknownKind)
	}
	return nil
}

// heardPong takes the round trip of the link that the match's frames go over, if there is a match.
func (c *Client) heardPong(at *link, pong protocol.Pong, now time.Time) {
	rtt, ok := at.ping.heard(pong.Time, now)
	if room := c.Room(); ok && (room == nil || room.sock.Load() == at.sock) {
		c.stats.rtt.sample(rtt)
	}
}

func (c *Client) handleEnter(at *link, enter protocol.Enter) error {
	if room := c.Room(); room != nil && room.goesOn(&enter) {
		c.goOver(room, at.sock)
		return nil
	}
	room, err := newRoom(c, at.sock, enter)
	if err != nil {
		return err
	}
	c.replaceRoom(room, ErrReplaced)
	if c.cfg.Handlers.Entered != nil {
		c.cfg.Handlers.Entered(room)
	}
	return nil
}

// replaceRoom puts the client into another room, or into none, and ends the one it was in.
func (c *Client) replaceRoom(room *Room, why error) {
	var old *Room
	c.update(func() { old, c.room = c.room, room })
	if old != nil {
		old.end(why)
	}
}

func (c *Client) handleSnapshot(at *link, rd *protocol.Reader, frame []byte, now time.Time) error {
	head, body, err := rd.Snapshot(frame)
	if err != nil {
		return err
	}
	room := c.Room()
	if room == nil || room.Epoch != head.Epoch {
		c.stats.drop(DropStaleEpoch)
		return nil
	}
	if room.sock.Load() != at.sock {
		c.stats.drop(DropOtherWay)
		return nil
	}
	view, reason := room.take(rd, head, body, now)
	if reason != 0 {
		if err := room.resync(reason, now); err != nil {
			return err
		}
	}
	if view == nil {
		return nil
	}
	if at.direct {
		c.stats.direct.Add(1)
	}
	if c.cfg.Handlers.Snapshot != nil {
		c.cfg.Handlers.Snapshot(room, view)
	}
	return room.ackIfQuiet(now)
}
