package session

import (
	"errors"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/transfer"
)

// uploadChunk takes some bytes of an upload.
func (c *conn) uploadChunk(at time.Time, frame []byte) error {
	chunk, err := c.reader.Chunk(frame, protocol.KindUploadChunk)
	if err != nil {
		return err
	}
	s := c.session
	u := s.uploads.open[chunk.ID]
	if u == nil {
		c.drop(DropTransferOver)
		if known := s.uploads.outcome(chunk.ID); known != nil && chunk.Data == nil {
			c.answer(known)
		}
		return unlessLimited(s.strays.ask(at))
	}
	if chunk.Data == nil {
		s.endUpload(u, ErrCancelled)
		return nil
	}
	switch err := u.receiver.Take(chunk); {
	case errors.Is(err, transfer.ErrCorrupt):
		s.endUpload(u, err)
		return nil
	case err != nil:
		return err
	}
	u.moved = at
	err = s.writeTo(u, chunk.Data)
	if err != nil || u.receiver.Whole() {
		s.endUpload(u, err)
		return nil
	}
	if wait := s.uploads.bytes.ReserveN(at, len(chunk.Data)).DelayFrom(at); wait > 0 {
		s.hold(u, at, wait)
		return nil
	}
	c.answer(u.progress())
	return nil
}

func (s *Session) writeTo(u *upload, data []byte) (err error) {
	defer s.hub.contain(&err)
	_, err = u.sink.Write(data)
	return err
}

// hold tells an upload's progress later, so that the client sends no faster than the bucket of bytes allows.
func (s *Session) hold(u *upload, at time.Time, wait time.Duration) {
	u.until = at.Add(wait)
	if !u.held {
		u.held = true
		time.AfterFunc(wait, func() { s.release(u) })
	}
}

// release is the callback of hold's timer.
func (s *Session) release(u *upload) {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.uploads.open[u.id] != u {
		return
	}
	u.held = false
	at := s.hub.cfg.Now()
	if wait := u.until.Sub(at); wait > 0 { // more has come meanwhile
		s.hold(u, at, wait)
		return
	}
	s.tell(u.progress())
}

// tell sends a frame over the present connection, if there is one.
func (s *Session) tell(frame []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn != nil {
		s.conn.push(frame, nil)
	}
}
