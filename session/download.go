package session

import (
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/transfer"
)

// File is what a session is sent by [Session.Download].
type File struct {
	Channel string
	Name    string
	Type    string // what the bytes are, such as "image/png", in words of the house's own; at most 64 bytes
	// Data is 1 byte or more. It is not copied and must not change before the download is over: one slice may go to any number of sessions.
	Data []byte
}

// Download is a file on its way to a client. Its methods may be called by any goroutine and never block.
type Download struct {
	all  *downloads
	id   uint32
	file File
	done chan struct{} // closed when it has ended

	// Guarded by downloads.mu.
	sender *transfer.Sender
	moved  time.Time // when it last got on
	said   bool      // over the present connection
	err    error
}

// Done is closed when the download has ended.
func (d *Download) Done() <-chan struct{} { return d.done }

// Err is nil until the download has ended, and then if the client has all of it. Otherwise it is or wraps [ErrCancelled], [ErrTimeout], [ErrOver], or a
// [*protocol.Error] of a client that did not want it, or not any more.
func (d *Download) Err() error {
	d.all.mu.Lock()
	defer d.all.mu.Unlock()
	return d.err
}

// Taken is how many bytes the client has told to have taken.
func (d *Download) Taken() int {
	d.all.mu.Lock()
	defer d.all.mu.Unlock()
	return int(d.sender.Taken())
}

// Cancel ends the download. If it has ended, it does nothing.
func (d *Download) Cancel() {
	d.all.mu.Lock()
	defer d.all.mu.Unlock()
	if d.all.open[d.id] == d {
		d.all.giveUp(d, ErrCancelled)
	}
}

// ErrDownloads means that as many downloads of a session are on as may be.
var ErrDownloads = errors.New("session: too many downloads at a time")

// Download begins to send a file to the client, beside everything else and behind it: a part of it only leaves when nothing else waits to, and no more
// of it is on its way than goes without making other frames wait. It goes on after a resume. The error is [ErrOver], [ErrDownloads], or about the file.
func (s *Session) Download(f File) (*Download, error) {
	switch {
	case !protocol.ValidIdent(f.Channel) || !protocol.ValidIdent(f.Name):
		return nil, fmt.Errorf("session: download %q %q: channel or name is no identifier", f.Channel, f.Name)
	case len(f.Type) > protocol.MaxIdentBytes:
		return nil, fmt.Errorf("session: download %s: a type of %d bytes: want %d at most", f.Name, len(f.Type), protocol.MaxIdentBytes)
	case len(f.Data) == 0 || int64(len(f.Data)) > s.hub.cfg.MaxTransfer:
		return nil, fmt.Errorf("session: download %s: %d bytes: want 1 to %d", f.Name, len(f.Data), s.hub.cfg.MaxTransfer)
	}
	return s.downloads.begin(f)
}
