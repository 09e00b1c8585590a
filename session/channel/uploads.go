package channel

import (
	"context"
	"errors"
	"fmt"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// Upload is what a client has sent.
type Upload struct {
	Type string // what the bytes are, in the client's words: not to be believed
	Data []byte // the handler's own
}

// OnUpload has a channel take uploads of a name, each of 1 to limit bytes. The handler is called when all bytes are there. Until then the hub holds them, within the limits of
// session.Config. An error refuses the upload, and is as that of a [Handler].
func OnUpload(ch *Channel, name string, limit int64, handle func(*Call, Upload) error) {
	ch.onUpload(name, limit, func(c *Call) (any, error) {
		return session.Intake{Limit: limit, Whole: func(data []byte) error {
			if !ch.Has(c.session) { // any more
				return protocol.Refuse(protocol.CodeForbidden, "the channel "+ch.name+" is not open")
			}
			return handle(c, Upload{Type: c.offer.Type, Data: data})
		}}, nil
	})
}

// OnUploadTo is [OnUpload] for what is too large to be held, or is wanted as it comes: open decides, before there is any byte, where they go.
func OnUploadTo(ch *Channel, name string, limit int64, open func(*Call) (session.Sink, error)) {
	ch.onUpload(name, limit, func(c *Call) (any, error) {
		sink, err := open(c)
		return session.Intake{Limit: limit, Sink: sink}, err
	})
}

func (ch *Channel) onUpload(name string, limit int64, open Handler) {
	if limit < 1 {
		ch.wrong(fmt.Errorf("upload %s: a limit of %d bytes: want 1 or more", name, limit))
	}
	ch.register(ch.uploads, name, func(c *Call) (any, error) {
		if int64(c.offer.Size) > limit { // who opens a file for it need not ask
			return nil, protocol.Refuse(protocol.CodeTooBig, fmt.Sprintf("%d bytes, at most %d", c.offer.Size, limit))
		}
		return open(c)
	})
}

// Offer is the upload that the call is about; it is nil where the call is a request or an event. Middleware gets the call before any byte is sent.
func (c *Call) Offer() *protocol.Offer { return c.offer }

// Upload decides on a client's upload, and is for session.Config.
func (set *Set) Upload(s *session.Session, o protocol.Offer) (session.Intake, error) {
	// It is over when all bytes are there, whenever that is.
	c := &Call{ctx: context.Background(), session: s, name: o.Name, offer: &o}
	open, err := set.admit(c, o.Channel)
	if err != nil {
		return session.Intake{}, err
	}
	set.counters.Uploads.Add(1)
	reply, err := open(c)
	if err != nil {
		return session.Intake{}, err
	}
	intake, ok := reply.(session.Intake)
	if !ok {
		return session.Intake{}, errors.New("middleware replaced the intake of an upload")
	}
	return intake, nil
}

// Download begins to send a member a file; see session.Session's Download. Who is no member, or may not be any more by the channel's rule, is sent nothing: the error is
// [ErrNotMember] then.
func (ch *Channel) Download(s *session.Session, name, kind string, data []byte) (*session.Download, error) {
	if !ch.Has(s) || ch.allows(s.Identity()) != nil {
		return nil, ErrNotMember
	}
	return s.Download(session.File{Channel: ch.name, Name: name, Type: kind, Data: data})
}
