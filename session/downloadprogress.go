package session

import (
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// downloadProgress hears from the client how far a download has got.
func (c *conn) downloadProgress(at time.Time, frame []byte) error {
	p, err := c.reader.Progress(frame, protocol.KindDownloadProgress)
	if err != nil {
		return err
	}
	if got, err := c.session.downloads.heard(at, p); got || err != nil {
		return err
	}
	c.drop(DropTransferOver)
	return unlessLimited(c.session.signals.ask(at))
}

// heard takes a client's progress. It reports whether that says anything new.
func (ds *downloads) heard(at time.Time, p protocol.Progress) (news bool, err error) {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	d := ds.open[p.ID]
	if d == nil {
		return p.Done && ds.confirmed(p.ID), nil
	}
	switch {
	case p.Done && p.Error != nil:
		ds.end(d, fmt.Errorf("session: download: %w", p.Error))
		return true, nil
	case p.Done && p.Offset != d.sender.Size():
		return false, fmt.Errorf("%w: download done at %d of %d bytes", protocol.ErrMalformed, p.Offset, d.sender.Size())
	}
	had, waited := d.sender.Taken(), d.sender.Waits()
	sent, err := d.sender.Heard(p)
	if err != nil {
		return false, err
	}
	if p.Done {
		ds.end(d, nil)
		news = true
	}
	if !sent.IsZero() {
		ds.pace.Took(sent, at)
	}
	if waited || d.sender.Taken() > had {
		d.moved, news = at, true
	}
	ds.wake()
	return news, nil
}

// confirmed forgets a download that was given up, because the client knows. It needs mu.
func (ds *downloads) confirmed(id uint32) bool {
	for i, g := range ds.cancelled {
		if g.id == id {
			ds.cancelled = append(ds.cancelled[:i], ds.cancelled[i+1:]...)
			return true
		}
	}
	return false
}
