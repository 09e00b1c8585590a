package session

import (
	"errors"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/transfer"
)

// Why a transfer has ended without all bytes.
var (
	ErrCancelled = errors.New("session: transfer cancelled")
	ErrTimeout   = errors.New("session: transfer did not get on")
	ErrOver      = errors.New("session: over")
)

// keptOutcomes is how many uploads that are over a session remembers, for a client that did not hear how they ended.
const keptOutcomes = 32

// endUpload ends an upload, with nil because all bytes are there, and tells the client. It needs turn.
func (s *Session) endUpload(u *upload, why error) {
	delete(s.uploads.open, u.id)
	s.uploads.waiting -= u.counted
	counters := s.hub.cfg.Counters
	counters.Waiting.Add(-u.counted)
	counters.Uploads.Open.Add(-1)
	if err := s.finishSink(u.sink, why); why == nil {
		why = err
	}
	if why == nil {
		counters.Uploads.Done.Add(1)
		s.tell(s.uploads.remember(u.id, u.receiver.Size(), nil))
		return
	}
	counters.Uploads.Broken.Add(1)
	var code string
	switch {
	case errors.Is(why, ErrCancelled):
		code = protocol.CodeCancelled
	case errors.Is(why, ErrTimeout):
		code = protocol.CodeTimeout
	case errors.Is(why, transfer.ErrCorrupt):
		code = protocol.CodeCorrupt
	case errors.Is(why, ErrOver):
		return // there is nobody to be told
	default:
		s.tell(s.uploads.remember(u.id, u.receiver.Taken(), s.hub.refusal(s, "upload", why)))
		return
	}
	s.tell(s.uploads.remember(u.id, u.receiver.Taken(), protocol.Refuse(code, why.Error())))
}

func (s *Session) finishSink(sink Sink, why error) (err error) {
	defer s.hub.contain(&err)
	return sink.Finish(why)
}

// watchUploads has uploads that do not get on ended, as long as there are any. It needs turn.
func (s *Session) watchUploads() {
	if s.uploads.timer == nil && len(s.uploads.open) > 0 {
		s.uploads.timer = time.AfterFunc(s.hub.cfg.TransferTimeout, s.checkUploads)
	}
}

// checkUploads is the timer's callback.
func (s *Session) checkUploads() {
	s.turn.Lock()
	defer s.turn.Unlock()
	if s.uploads.timer == nil {
		return
	}
	s.uploads.timer = nil
	before := s.hub.cfg.Now().Add(-s.hub.cfg.TransferTimeout)
	for _, u := range s.uploads.open {
		if !u.moved.After(before) {
			s.endUpload(u, ErrTimeout)
		}
	}
	s.watchUploads()
}

// pauseUploads is for when the session is away: nothing can get on. It needs turn.
func (s *Session) pauseUploads() {
	if s.uploads.timer != nil {
		s.uploads.timer.Stop()
		s.uploads.timer = nil
	}
}

// resumeUploads is for when it is back. It needs turn.
func (s *Session) resumeUploads() {
	now := s.hub.cfg.Now()
	for _, u := range s.uploads.open {
		u.moved = now
	}
	s.watchUploads()
}

// dropUploads is for when the session is over. It needs turn.
func (s *Session) dropUploads() {
	s.pauseUploads()
	for _, u := range s.uploads.open {
		s.endUpload(u, ErrOver)
	}
	s.uploads = uploads{}
}

// outcome is the frame that says how an upload has ended.
func outcome(id uint32, taken uint64, refusal *protocol.Error) []byte {
	return protocol.MustEncode(protocol.Progress{
		Kind: protocol.KindUploadProgress, ID: id, Offset: taken, Limit: taken, Done: true, Error: refusal,
	})
}

// remember keeps the outcome of an upload for a client that does not hear of it now, and returns its frame.
func (us *uploads) remember(id uint32, taken uint64, refusal *protocol.Error) []byte {
	if len(us.ended) == keptOutcomes {
		us.forgotten = max(us.forgotten, us.ended[0].ID)
		us.ended = append(us.ended[:0], us.ended[1:]...)
	}
	us.ended = append(us.ended, protocol.Progress{ID: id, Offset: taken, Error: refusal})
	return outcome(id, taken, refusal)
}

// outcome is the frame of an upload that is over and remembered, or nil.
func (us *uploads) outcome(id uint32) []byte {
	for _, p := range us.ended {
		if p.ID == id {
			return outcome(id, p.Offset, p.Error)
		}
	}
	return nil
}
