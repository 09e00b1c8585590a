package session

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/time/rate"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/transfer"
)

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

// progress is the frame that says how far an upload has got, and lets it go on.
func (u *upload) progress() []byte {
	return protocol.MustEncode(protocol.Progress{
		Kind: protocol.KindUploadProgress, ID: u.id, Offset: u.receiver.Taken(), Limit: u.receiver.Limit(),
	})
}
