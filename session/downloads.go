package session

import (
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/transfer"
)

// downloads are what a session is being sent. Nothing of them is queued: the writing goroutine asks for the next frame when it has nothing else to
// write.
type downloads struct {
	hub *Hub

	mu        sync.Mutex
	conn      *conn // the present one; nil: away
	over      bool
	last      uint32 // id of the newest
	open      map[uint32]*Download
	order     []*Download // those in open, the one that has waited longest first
	cancelled []givenUp   // what the client may not know to be over
	pace      transfer.Pace
	timer     *time.Timer // see watch
	alarm     *time.Timer // see wakeIn
}

// givenUp is a download that the client has to be told to be over.
type givenUp struct {
	id   uint32
	said bool // over the present connection
}

// begin begins a download.
func (ds *downloads) begin(f File) (*Download, error) {
	now := ds.hub.cfg.Now()
	ds.mu.Lock()
	defer ds.mu.Unlock()
	switch {
	case ds.over:
		return nil, ErrOver
	case len(ds.open) >= ds.hub.cfg.MaxDownloads:
		return nil, ErrDownloads
	}
	ds.last++
	d := &Download{all: ds, id: ds.last, file: f, done: make(chan struct{}), sender: transfer.NewSender(uint64(len(f.Data))), moved: now}
	if ds.open == nil {
		ds.open = map[uint32]*Download{}
	}
	ds.open[d.id] = d
	ds.order = append(ds.order, d)
	ds.hub.cfg.Counters.Downloads.Open.Add(1)
	ds.watch()
	ds.wake()
	return d, nil
}

// attach goes on over a connection.
func (ds *downloads) attach(c *conn) {
	now := ds.hub.cfg.Now()
	ds.mu.Lock()
	defer ds.mu.Unlock()
	ds.conn, ds.pace = c, transfer.Pace{}
	c.downloads = ds
	for _, d := range ds.order {
		d.sender.Pause()
		d.said, d.moved = false, now
	}
	for i := range ds.cancelled {
		ds.cancelled[i].said = false
	}
	ds.watch()
	ds.wake()
}

// detach is for when the session is away.
func (ds *downloads) detach() {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	ds.conn = nil
	ds.unwatch()
}

// close is for when the session is over.
func (ds *downloads) close() {
	ds.mu.Lock()
	defer ds.mu.Unlock()
	ds.over, ds.conn = true, nil
	ds.unwatch()
	for _, d := range ds.open {
		ds.end(d, ErrOver)
	}
	ds.cancelled = nil
}

// wake has the connection ask for the next frame. It needs mu.
func (ds *downloads) wake() {
	if ds.conn != nil && len(ds.order)+len(ds.cancelled) > 0 {
		ds.conn.bulk()
	}
}

// wakeIn is wake after a time; 0: not at all. It needs mu.
func (ds *downloads) wakeIn(wait time.Duration) {
	switch {
	case wait == 0:
	case ds.alarm == nil:
		ds.alarm = time.AfterFunc(wait, func() {
			ds.mu.Lock()
			defer ds.mu.Unlock()
			ds.wake()
		})
	default:
		ds.alarm.Reset(wait)
	}
}

// next is the next frame for a connection, or nil if there is none now.
func (ds *downloads) next(c *conn) []byte {
	now := ds.hub.cfg.Now()
	ds.mu.Lock()
	defer ds.mu.Unlock()
	if ds.conn != c {
		return nil
	}
	for i := range ds.cancelled {
		if g := &ds.cancelled[i]; !g.said {
			g.said = true
			return protocol.MustEncode(protocol.Chunk{Kind: protocol.KindDownloadChunk, ID: g.id})
		}
	}
	inFlight := 0
	for _, d := range ds.order {
		if !d.said {
			d.said = true
			return protocol.MustEncode(protocol.Offer{
				Kind: protocol.KindDownload, ID: d.id, Channel: d.file.Channel, Name: d.file.Name, Size: d.sender.Size(), Type: d.file.Type,
			})
		}
		inFlight += d.sender.InFlight()
	}
	for i, d := range ds.order {
		if _, _, ok := d.sender.Next(protocol.MinChunk); !ok {
			continue
		}
		room, wait := ds.pace.Room(inFlight, now)
		if room == 0 {
			ds.wakeIn(wait)
			return nil
		}
		offset, n, _ := d.sender.Next(room)
		data := d.file.Data[offset:][:n]
		sum := d.sender.Sent(data, now)
		ds.pace.Left(n, now)
		ds.order = append(append(ds.order[:i], ds.order[i+1:]...), d)
		return protocol.MustEncode(protocol.Chunk{Kind: protocol.KindDownloadChunk, ID: d.id, Offset: offset, Sum: sum, Data: data})
	}
	return nil
}
