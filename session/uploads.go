package session

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

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

// uploads are what a client is sending. It needs Session.turn.
type uploads struct {
	open      map[uint32]*upload
	ended     []protocol.Progress // the newest that are over, the oldest of them first
	forgotten uint32              // highest id of those that are over and not in ended
	waiting   int64               // bytes that are counted against the limits
	bytes     *rate.Limiter
	timer     *time.Timer
}

// upload is one of them.
type upload struct {
	id       uint32
	receiver *transfer.Receiver
	sink     Sink
	counted  int64     // of uploads.waiting
	moved    time.Time // when it last got on
	until    time.Time // when the bucket of bytes allows to tell the progress
	held     bool      // a timer will tell it
}

// upload opens an upload, or says how far one got whose client has come back.
func (c *conn) upload(at time.Time, frame []byte) error {
	o, err := c.reader.Offer(frame, protocol.KindUpload)
	if err != nil {
		return err
	}
	s := c.session
	if why, err := c.permit(at, s.requests, DropRequestRate, EventKind{o.Channel, o.Name}); err != nil {
		c.drop(why)
		if !errors.Is(err, protocol.ErrRateLimited) {
			return err
		}
		c.answer(outcome(o.ID, 0, protocol.Refuse(protocol.CodeRateLimited, "too many requests")))
		return nil
	}
	if u := s.uploads.open[o.ID]; u != nil {
		c.answer(u.progress())
		return nil
	}
	if known := s.uploads.outcome(o.ID); known != nil {
		c.answer(known)
		return nil
	}
	if o.ID <= s.uploads.forgotten {
		c.answer(outcome(o.ID, 0, protocol.Refuse(protocol.CodeTooLate, "nothing is known of it any more")))
		return nil
	}
	u, err := s.admit(at, o)
	if err != nil {
		c.hub.cfg.Counters.Uploads.Refused.Add(1)
		c.answer(s.uploads.remember(o.ID, 0, c.hub.refusal(s, "upload "+o.Channel+" "+o.Name, err)))
		return nil
	}
	c.answer(u.progress())
	return nil
}

// admit asks the house where the bytes of an upload go. It needs turn.
func (s *Session) admit(at time.Time, o protocol.Offer) (u *upload, err error) {
	cfg := &s.hub.cfg
	if len(s.uploads.open) >= cfg.MaxUploads {
		return nil, protocol.Refuse(protocol.CodeFull, "too many uploads at a time")
	}
	intake, err := s.askIntake(o)
	if err != nil {
		return nil, err
	}
	size := int64(o.Size)
	if limit := min(intake.Limit, cfg.MaxTransfer); size > limit {
		return nil, protocol.Refuse(protocol.CodeTooBig, fmt.Sprintf("%d bytes, at most %d", size, limit))
	}
	u = &upload{id: o.ID, receiver: transfer.NewReceiver(o.Size), sink: intake.Sink, moved: at}
	if u.sink == nil {
		if s.uploads.waiting+size > cfg.MaxWaiting || !s.hub.count(size) {
			return nil, protocol.Refuse(protocol.CodeFull, "no room for so many bytes now")
		}
		s.uploads.waiting += size
		u.sink, u.counted = &whole{size: int(size), take: intake.Whole}, size
	}
	if s.uploads.open == nil {
		s.uploads.open = map[uint32]*upload{}
		s.uploads.bytes = rate.NewLimiter(rate.Limit(cfg.UploadRate), cfg.UploadBurst)
	}
	s.uploads.open[o.ID] = u
	cfg.Counters.Uploads.Open.Add(1)
	s.watchUploads()
	return u, nil
}

func (s *Session) askIntake(o protocol.Offer) (intake Intake, err error) {
	defer s.hub.contain(&err)
	intake, err = s.hub.cfg.Upload(s, o)
	if err == nil && (intake.Limit < 1 || intake.Sink == nil && intake.Whole == nil) {
		err = fmt.Errorf("an intake of %d bytes at most that leads nowhere", intake.Limit)
	}
	return intake, err
}

// count counts bytes of all sessions that wait, unless there is no room for them.
func (h *Hub) count(bytes int64) bool {
	waiting := &h.cfg.Counters.Waiting
	if waiting.Add(bytes) > h.cfg.MaxWaitingInAll {
		waiting.Add(-bytes)
		return false
	}
	return true
}

// refusal is what a client is told of an error of the house, which is logged if it is not meant for clients.
func (h *Hub) refusal(s *Session, during string, err error) *protocol.Error {
	var refusal *protocol.Error
	if !errors.As(err, &refusal) {
		h.fault(s, during, err)
		refusal = protocol.Refuse(protocol.CodeInternal, "a fault of the server")
	}
	return refusal
}

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

// progress is the frame that says how far an upload has got, and lets it go on.
func (u *upload) progress() []byte {
	return protocol.MustEncode(protocol.Progress{
		Kind: protocol.KindUploadProgress, ID: u.id, Offset: u.receiver.Taken(), Limit: u.receiver.Limit(),
	})
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
