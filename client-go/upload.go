package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/transfer"
)

// File is what a client uploads.
type File struct {
	Type string // what the bytes are, such as "image/png"; at most 64 bytes
	Data []byte // 1 byte or more; must not change before Upload has returned
	// Progress is told how many bytes the server has taken, whenever that grows, by the goroutine that called Upload; may be nil.
	Progress func(taken int)
}

// uploads matches the server's progress to the uploads that wait for it.
type uploads struct {
	mu   sync.Mutex
	last uint32 // id of the newest, over all sockets
	open map[uint32]*upload
}

// upload is a mailbox: only the newest progress counts.
type upload struct {
	id    uint32
	news  chan struct{} // room for one
	heard protocol.Progress
	at    time.Time
	link  *link // that it came over
}

func (us *uploads) add() *upload {
	us.mu.Lock()
	defer us.mu.Unlock()
	us.last++
	u := &upload{id: us.last, news: make(chan struct{}, 1)}
	if us.open == nil {
		us.open = map[uint32]*upload{}
	}
	us.open[u.id] = u
	return u
}

func (us *uploads) remove(u *upload) {
	us.mu.Lock()
	defer us.mu.Unlock()
	delete(us.open, u.id)
}

// progress puts a progress into the mailbox that it is for, and reports whether there is one.
func (us *uploads) progress(at *link, p protocol.Progress, now time.Time) bool {
	us.mu.Lock()
	defer us.mu.Unlock()
	u := us.open[p.ID]
	if u == nil {
		return false
	}
	u.heard, u.at, u.link = p, now, at
	select {
	case u.news <- struct{}{}:
	default:
	}
	return true
}

func (us *uploads) newest(u *upload) (p protocol.Progress, at time.Time, link *link) {
	us.mu.Lock()
	defer us.mu.Unlock()
	return u.heard, u.at, u.link
}

// Upload sends a file, beside everything else and out of its way, and returns when the server has all of it and its handler has agreed. It goes on over
// one socket after another as long as the session lasts. When ctx ends, the server is told that no more will come. Errors: a *protocol.Error when the
// server refused or gave up, ErrOffline when the session was lost, ErrEnded, ctx's cause, or one about the file.
func (c *Client) Upload(ctx context.Context, channel, name string, f File) error {
	switch {
	case !protocol.ValidIdent(channel) || !protocol.ValidIdent(name):
		return fmt.Errorf("client: upload %q on channel %q: want names of a-z, 0-9, dot, underscore and dash", name, channel)
	case len(f.Type) > protocol.MaxIdentBytes || len(f.Data) == 0:
		return fmt.Errorf("client: upload %s: want 1 byte or more, and a type of at most %d bytes", name, protocol.MaxIdentBytes)
	}
	at, session, err := c.nextLink(ctx, nil)
	if err != nil {
		return fmt.Errorf("upload %s %s: %w", channel, name, err)
	}
	u := c.uploads.add()
	defer c.uploads.remove(u)
	offer := protocol.Offer{
		Kind: protocol.KindUpload, ID: u.id, Channel: channel, Name: name, Size: uint64(len(f.Data)), Type: f.Type,
	}
	sending := &sending{client: c, upload: u, offer: offer, file: f, sender: transfer.NewSender(offer.Size)}
	for now := session; err == nil && now == session; at, now, err = c.nextLink(ctx, at) {
		if err := sending.over(ctx, at); !errors.Is(err, ErrOffline) {
			return sending.named(err)
		}
	}
	if err == nil {
		err = ErrOffline
	}
	return sending.named(err)
}

// sending is an upload as the goroutine has it that called Upload.
type sending struct {
	client *Client
	upload *upload
	offer  protocol.Offer
	file   File
	sender *transfer.Sender
	pace   transfer.Pace
}

func (s *sending) named(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("upload %s %s: %w", s.offer.Channel, s.offer.Name, err)
}

// over sends what it can over one link. Its error wraps ErrOffline when that is lost.
func (s *sending) over(ctx context.Context, at *link) error {
	s.sender.Pause()
	s.pace = transfer.Pace{}
	if err := at.sock.write(s.offer.Kind, protocol.MustEncode(&s.offer)); err != nil {
		return err
	}
	alarm := time.NewTimer(0)
	defer alarm.Stop()
	for {
		wait, err := s.send(at)
		if err != nil {
			return err
		}
		if alarm.Stop(); wait > 0 {
			alarm.Reset(wait)
		}
		select {
		case <-alarm.C:
		case <-s.upload.news:
			if done, err := s.hear(at); done || err != nil {
				return err
			}
		case <-at.gone:
			return ErrOffline
		case <-ctx.Done():
			// Whether it arrives makes no difference here; without it, the server gives up by itself.
			_ = at.sock.write(protocol.KindUploadChunk, protocol.MustEncode(&protocol.Chunk{Kind: protocol.KindUploadChunk, ID: s.offer.ID}))
			return context.Cause(ctx)
		}
	}
}

// send sends the chunks that may leave now. With wait, another may when that is over.
func (s *sending) send(at *link) (wait time.Duration, err error) {
	for {
		if _, _, ok := s.sender.Next(protocol.MinChunk); !ok {
			return 0, nil
		}
		now := time.Now()
		room, wait := s.pace.Room(s.sender.InFlight(), now)
		if room == 0 {
			return wait, nil
		}
		offset, n, _ := s.sender.Next(room)
		data := s.file.Data[offset:][:n]
		chunk := protocol.Chunk{Kind: protocol.KindUploadChunk, ID: s.offer.ID, Offset: offset, Sum: s.sender.Sent(data, now), Data: data}
		s.pace.Left(n, now)
		if err := at.sock.write(chunk.Kind, protocol.MustEncode(&chunk)); err != nil {
			return 0, err
		}
	}
}

// hear takes the newest progress, if it came over the link.
func (s *sending) hear(at *link) (done bool, err error) {
	p, now, from := s.client.uploads.newest(s.upload)
	switch {
	case from != at:
		return false, nil
	case p.Done && p.Error != nil:
		return true, p.Error
	}
	had := s.sender.Taken()
	sent, err := s.sender.Heard(p)
	switch {
	case err != nil:
		return false, err
	case !sent.IsZero():
		s.pace.Took(sent, now)
	}
	if s.file.Progress != nil && s.sender.Taken() > had {
		s.file.Progress(int(s.sender.Taken()))
	}
	return p.Done, nil
}
