package session

import (
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// handle takes one frame, in the session's turn, unless the connection has lost the session.
func (c *conn) handle(at time.Time, frame []byte) {
	s := c.session
	s.turn.Lock()
	defer s.turn.Unlock()
	if c.fenced.Load() {
		c.drop(DropFenced)
		return
	}
	if !c.confirmed {
		c.confirmed = true
		s.confirm(c.generation)
	}
	if err := c.take(at, frame); err != nil {
		c.endWith("frame", err)
	}
}

// take does what a frame asks for. Its error ends the connection.
func (c *conn) take(at time.Time, frame []byte) (err error) {
	defer c.hub.contain(&err)
	kind, err := protocol.PeekKind(frame)
	if err != nil {
		return err
	}
	if drop, err := c.weigh(at, kind, frame); drop || err != nil {
		return err
	}
	switch kind {
	case protocol.KindInput, protocol.KindAck:
		return c.streamed(at, kind, frame)
	case protocol.KindRequest, protocol.KindSend, protocol.KindAnswer, protocol.KindBye,
		protocol.KindUpload, protocol.KindUploadChunk, protocol.KindDownloadProgress:
	default:
		if err := c.session.signals.ask(at); err != nil {
			c.drop(DropSignalRate)
			return unlessLimited(err)
		}
	}
	if _, err := protocol.Check(frame, protocol.FromClient); err != nil {
		return err
	}
	switch kind {
	case protocol.KindRequest:
		return c.request(at, frame)
	case protocol.KindSend:
		return c.send(at, frame)
	case protocol.KindAnswer:
		return c.answered(at, frame)
	case protocol.KindUpload:
		return c.upload(at, frame)
	case protocol.KindUploadChunk:
		return c.uploadChunk(at, frame)
	case protocol.KindDownloadProgress:
		return c.downloadProgress(at, frame)
	case protocol.KindBye:
		c.session.bye(c)
		return nil
	case protocol.KindPing:
		return c.ping(at, frame)
	case protocol.KindResync:
		return c.streamed(at, kind, frame)
	case protocol.KindHello:
		return fmt.Errorf("%w: a second hello", protocol.ErrMalformed)
	}
	c.drop(DropUnknownKind)
	return nil
}

// streamed hands a match frame to the session's stream.
func (c *conn) streamed(at time.Time, kind protocol.Kind, frame []byte) (err error) {
	stream := c.session.present()
	if stream == nil {
		return c.stray(at, frame)
	}
	switch kind {
	case protocol.KindInput:
		err = stream.Input(at, c.reader, frame)
	case protocol.KindAck:
		err = stream.Ack(at, c.reader, frame)
	default:
		err = stream.Resync(at, c.reader, frame)
	}
	if errors.Is(err, protocol.ErrRateLimited) {
		c.drop(DropInputRate)
		c.tell(at, noticeInputRate)
		return nil
	}
	return err
}

// stray drops a match frame of a session that is in no match: usually one that crossed the match's end on its way.
func (c *conn) stray(at time.Time, frame []byte) error {
	c.drop(DropNoStream)
	if err := c.session.strays.ask(at); err != nil {
		return unlessLimited(err)
	}
	_, err := protocol.Check(frame, protocol.FromClient)
	return err
}

func (c *conn) ping(at time.Time, frame []byte) error {
	ping, err := c.reader.Ping(frame)
	if err != nil {
		return err
	}
	c.session.handled(ping.Seq)
	c.session.replies.age(at.Add(-c.hub.cfg.KeptAge))
	c.answer(protocol.MustEncode(protocol.Pong{
		Kind: protocol.KindPong, Time: ping.Time, Now: uint64(max(0, at.UnixMilli())), Taken: c.session.taken.Load(),
	}))
	return nil
}
