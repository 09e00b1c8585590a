package client

import (
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/transfer"
)

// Download names what a server sends.
type Download struct{ Channel, Name string }

// DownloadHandler takes downloads of a name. Its functions are called by Run's goroutine, as Handlers are, and must not block either.
type DownloadHandler struct {
	Limit int64 // bytes of one at most; 1 or more
	// Done gets the bytes when all are there, and may keep them. An error is told to the server: as it is if it is a [*protocol.Error].
	Done func(kind string, data []byte) error
	// Progress is told how many bytes of how many are there, whenever that grows; may be nil.
	Progress func(taken, size int)
}

// Bounds of downloads.
const (
	maxDownloads = 16 // at a time
	keptOutcomes = 32 // of those that are over, for a server that did not hear how they ended
)

// downloads are what the server is sending. Run's goroutine owns it.
type downloads struct {
	open      map[uint32]*download
	ended     []protocol.Progress // the newest that are over, the oldest of them first
	forgotten uint32              // highest id of those that are over and not in ended
}

type download struct {
	offer    protocol.Offer
	handler  DownloadHandler
	receiver *transfer.Receiver
	data     []byte
}

// offered takes or refuses a download, or says how far it has got if it is known.
func (c *Client) offered(at *link, o protocol.Offer) error {
	ds := &c.downloads
	if d := ds.open[o.ID]; d != nil {
		return at.progress(d.progress())
	}
	if p, known := ds.outcome(o.ID); known {
		return at.progress(p)
	}
	handler := c.cfg.Downloads[Download{o.Channel, o.Name}]
	var why *protocol.Error
	switch {
	case o.ID <= ds.forgotten:
		why = protocol.Refuse(protocol.CodeTooLate, "nothing is known of it any more")
	case handler.Done == nil:
		why = protocol.Refuse(protocol.CodeNotFound, "nobody takes that here")
	case o.Size > uint64(handler.Limit):
		why = protocol.Refuse(protocol.CodeTooBig, fmt.Sprintf("%d bytes, at most %d", o.Size, handler.Limit))
	case len(ds.open) >= maxDownloads:
		why = protocol.Refuse(protocol.CodeFull, "too many downloads at a time")
	}
	if why != nil {
		return at.progress(ds.end(o.ID, 0, why))
	}
	if ds.open == nil {
		ds.open = map[uint32]*download{}
	}
	d := &download{offer: o, handler: handler, receiver: transfer.NewReceiver(o.Size)}
	ds.open[o.ID] = d
	return at.progress(d.progress())
}

// took takes a chunk of a download.
func (c *Client) took(at *link, chunk protocol.Chunk) error {
	d := c.downloads.open[chunk.ID]
	if chunk.Data == nil { // what is not known is over, too
		p, known := c.downloads.outcome(chunk.ID)
		if !known {
			p = c.downloads.end(chunk.ID, 0, protocol.Refuse(protocol.CodeCancelled, "as the server said"))
		}
		return at.progress(p)
	}
	if d == nil {
		c.stats.drop(DropDownloadOver)
		return nil
	}
	switch err := d.receiver.Take(chunk); {
	case errors.Is(err, transfer.ErrCorrupt):
		return at.progress(c.downloads.end(chunk.ID, 0, protocol.Refuse(protocol.CodeCorrupt, err.Error())))
	case err != nil:
		return err
	}
	d.data = append(d.data, chunk.Data...)
	if d.handler.Progress != nil {
		d.handler.Progress(len(d.data), int(d.offer.Size))
	}
	if !d.receiver.Whole() {
		return at.progress(d.progress())
	}
	var why *protocol.Error
	if err := d.handler.Done(d.offer.Type, d.data); err != nil && !errors.As(err, &why) {
		c.log.Warn("download not taken", "channel", d.offer.Channel, "name", d.offer.Name, "err", err)
		why = protocol.Refuse(protocol.CodeInternal, "a fault of the client")
	}
	return at.progress(c.downloads.end(chunk.ID, d.receiver.Taken(), why))
}

func (d *download) progress() protocol.Progress {
	return protocol.Progress{ID: d.offer.ID, Offset: d.receiver.Taken(), Limit: d.receiver.Limit()}
}

// outcome is how a download ended that is over and remembered.
func (ds *downloads) outcome(id uint32) (p protocol.Progress, known bool) {
	for _, p := range ds.ended {
		if p.ID == id {
			return p, true
		}
	}
	return p, false
}

// end forgets a download, but how it ended.
func (ds *downloads) end(id uint32, taken uint64, why *protocol.Error) protocol.Progress {
	delete(ds.open, id)
	if len(ds.ended) == keptOutcomes {
		ds.forgotten = max(ds.forgotten, ds.ended[0].ID)
		ds.ended = append(ds.ended[:0], ds.ended[1:]...)
	}
	p := protocol.Progress{ID: id, Offset: taken, Limit: taken, Done: true, Error: why}
	ds.ended = append(ds.ended, p)
	return p
}

func (at *link) progress(p protocol.Progress) error {
	p.Kind = protocol.KindDownloadProgress
	return at.sock.write(p.Kind, protocol.MustEncode(&p))
}

// handleTransfer does what a frame of a transfer asks for.
func (c *Client) handleTransfer(at *link, kind protocol.Kind, frame []byte, now time.Time) error {
	switch kind {
	case protocol.KindDownload:
		offer, err := c.reader.Offer(frame, kind)
		if err != nil {
			return err
		}
		return c.offered(at, offer)
	case protocol.KindDownloadChunk:
		chunk, err := c.reader.Chunk(frame, kind)
		if err != nil {
			return err
		}
		return c.took(at, chunk)
	default:
		progress, err := c.reader.Progress(frame, kind)
		if err == nil && !c.uploads.progress(at, progress, now) {
			c.stats.drop(DropUploadOver)
		}
		return err
	}
}
