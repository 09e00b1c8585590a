package session_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/transfer"
)

// inbox is what a client has of the downloads that it was offered.
type inbox struct {
	*client
	files map[uint32]*incoming
}

type incoming struct {
	offer protocol.Offer
	r     *transfer.Receiver
	got   []byte
	gone  bool
}

func (c *client) inbox() *inbox { return &inbox{c, map[uint32]*incoming{}} }

// tell says how far a download has got, or that it is over.
func (b *inbox) tell(id uint32, done bool, refusal *protocol.Error) {
	b.t.Helper()
	in := b.files[id]
	b.send(protocol.Progress{
		Kind: protocol.KindDownloadProgress, ID: id, Offset: in.r.Taken(), Limit: in.r.Limit(), Done: done, Error: refusal,
	})
}

// take takes frames of downloads until one of them has at least so many bytes, or was given up.
func (b *inbox) take(id uint32, bytes int) *incoming {
	b.t.Helper()
	for {
		if in := b.files[id]; in != nil && (in.gone || len(in.got) >= bytes) {
			return in
		}
		b.one()
	}
}

// one takes a frame of a download.
func (b *inbox) one() {
	b.t.Helper()
	frame := b.next()
	r := protocol.NewReader()
	kind, _ := protocol.PeekKind(frame)
	switch kind {
	case protocol.KindDownload:
		o, err := r.Offer(frame, kind)
		if err != nil {
			b.t.Fatal(err)
		}
		if b.files[o.ID] == nil {
			b.files[o.ID] = &incoming{offer: o, r: transfer.NewReceiver(o.Size)}
		}
		b.tell(o.ID, false, nil)
	case protocol.KindDownloadChunk:
		c, err := r.Chunk(frame, kind)
		if err != nil {
			b.t.Fatal(err)
		}
		in := b.files[c.ID]
		if c.Data == nil {
			in.gone = true
			return
		}
		if err := in.r.Take(c); err != nil {
			b.t.Fatal(err)
		}
		in.got = append(in.got, c.Data...)
		b.tell(c.ID, in.r.Whole(), nil)
	default:
		b.t.Fatalf("frame of kind %v", kind)
	}
}

func file(name string, n int) session.File {
	return session.File{Channel: "maps", Name: name, Type: "map", Data: pattern(n)}
}

func (w *world) download(s *session.Session, f session.File) *session.Download {
	w.t.Helper()
	d, err := s.Download(f)
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// over waits until a download has ended, and returns how.
func over(t *testing.T, d *session.Download) error {
	t.Helper()
	select {
	case <-d.Done():
		return d.Err()
	case <-time.After(2 * time.Minute):
		t.Fatal("not over")
	}
	return nil
}

func TestDownloadsArriveWholeAndTakeTurns(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		s := w.session(0)
		large, small := w.download(s, file("large", 1<<20)), w.download(s, file("small", 20_000))
		b := c.inbox()
		b.take(2, 20_000)
		if got := len(b.files[1].got); got > 200_000 {
			t.Errorf("the large one has got %d bytes before the small one was whole", got)
		}
		if err := over(t, small); err != nil || small.Taken() != 20_000 {
			t.Errorf("%v, %d taken", err, small.Taken())
		}
		in := b.take(1, 1<<20)
		if err := over(t, large); err != nil {
			t.Error(err)
		}
		if !bytes.Equal(in.got, pattern(1<<20)) || in.offer.Name != "large" || in.offer.Type != "map" || in.offer.Channel != "maps" {
			t.Errorf("something else arrived as %+v", in.offer)
		}
		if n, m := w.counters.Downloads.Open.Load(), w.counters.Downloads.Done.Load(); n != 0 || m != 2 {
			t.Errorf("%d open and %d done", n, m)
		}
	})
}

func TestADownloadGoesOnAfterAResumeAndBeginsWhileAway(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		s := w.session(0)
		d := w.download(s, file("map", 300_000))
		b := c.inbox()
		var later *session.Download
		for at := 30_000; at < 300_000; at += 30_000 {
			b.take(1, at)
			b.cut()
			synctest.Wait()
			if later == nil {
				later = w.download(s, file("later", 100))
			}
			time.Sleep(20 * time.Second)
			b.client, welcome = w.resume(welcome.Token, 0)
		}
		in := b.take(1, 300_000)
		b.take(2, 100)
		if err := errors.Join(over(t, d), over(t, later)); err != nil || !bytes.Equal(in.got, pattern(300_000)) {
			t.Errorf("%v, or other bytes", err)
		}
	})
}

func TestADownloadEndsEarlyForAReasonThatBothHear(t *testing.T) {
	for name, tc := range map[string]struct {
		end  func(b *inbox, d *session.Download)
		want error
		gone bool // the client is told
	}{
		"by the house": {func(_ *inbox, d *session.Download) { d.Cancel() }, session.ErrCancelled, true},
		"by the client": {func(b *inbox, _ *session.Download) {
			b.tell(1, true, protocol.Refuse(protocol.CodeCancelled, "enough"))
		}, nil, false},
		"by nobody": {func(b *inbox, _ *session.Download) {
			for range 62 {
				time.Sleep(500 * time.Millisecond)
				b.client.send(protocol.Ping{Kind: protocol.KindPing})
				<-b.frames
			}
		}, session.ErrTimeout, false},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, nil, func(t *testing.T, w *world) {
				c, _ := w.join("ann")
				d := w.download(w.session(0), file("map", 200_000))
				b := c.inbox()
				b.take(1, 50_000)
				tc.end(b, d)
				if err := over(t, d); err == nil || tc.want != nil && !errors.Is(err, tc.want) {
					t.Errorf("%v", err)
				}
				if tc.gone && !b.take(1, 200_000).gone {
					t.Error("the client was not told")
				}
				d.Cancel() // does nothing
				if n := w.counters.Downloads.Broken.Load(); n != 1 {
					t.Errorf("%d counted", n)
				}
			})
		})
	}
}

// The chunk that says so can be lost like any other.
func TestAClientThatMissedACancelIsToldAgain(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, welcome := w.join("ann")
		d := w.download(w.session(0), file("map", 200_000))
		b := c.inbox()
		b.take(1, 50_000)
		b.cut()
		synctest.Wait()
		d.Cancel()
		for range 2 { // until the client has answered
			b.client, welcome = w.resume(welcome.Token, 0)
			b.files[1].gone = false
			if !b.take(1, 200_000).gone {
				t.Error("not told")
			}
			b.cut()
			synctest.Wait()
		}
		b.client, welcome = w.resume(welcome.Token, 0)
		b.one()
		b.tell(1, true, protocol.Refuse(protocol.CodeCancelled, "I know"))
		b.ping(0)
		b.cut()
		synctest.Wait()
		b.client, _ = w.resume(welcome.Token, 0)
		b.none(time.Second)
	})
}

func TestDownloadsAreBoundedAndOverWithTheirSession(t *testing.T) {
	inWorld(t, func(cfg *session.Config) { cfg.MaxDownloads, cfg.MaxTransfer = 2, 1000 }, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		s := w.session(0)
		for name, f := range map[string]session.File{
			"of nothing": file("map", 0), "of too much": file("map", 1001), "without a name": file("", 1), "of a type too long": {
				Channel: "maps", Name: "map", Type: string(make([]byte, 65)), Data: []byte{1},
			},
		} {
			if _, err := s.Download(f); err == nil {
				t.Errorf("%s: begun", name)
			}
		}
		a, b := w.download(s, file("a", 1000)), w.download(s, file("b", 1000))
		if _, err := s.Download(file("c", 1)); !errors.Is(err, session.ErrDownloads) {
			t.Errorf("a third: %v", err)
		}
		c.send(protocol.Bye{Kind: protocol.KindBye})
		c.closed()
		if err := errors.Join(over(t, a), over(t, b)); !errors.Is(err, session.ErrOver) {
			t.Error(err)
		}
		if _, err := s.Download(file("c", 1)); !errors.Is(err, session.ErrOver) {
			t.Errorf("after the end: %v", err)
		}
		if n := w.counters.Downloads.Open.Load(); n != 0 {
			t.Errorf("%d are left", n)
		}
	})
}

func TestProgressThatCannotBeCostsTheConnection(t *testing.T) {
	for name, p := range map[string]protocol.Progress{
		"where no chunk ends": {ID: 1, Offset: 7, Limit: 1000},
		"done too soon":       {ID: 1, Done: true},
	} {
		inWorld(t, nil, func(t *testing.T, w *world) {
			c, _ := w.join("ann")
			w.download(w.session(0), file("map", 200_000))
			p.Kind = protocol.KindDownloadProgress
			c.next()
			c.send(p)
			if code := c.closed(); code != protocol.CloseMalformed {
				t.Errorf("%s: closed with %d", name, code)
			}
		})
	}
}

func TestProgressThatSaysNothingNewIsLimited(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		c, _ := w.join("ann")
		for range 300 {
			if c.write(protocol.MustEncode(protocol.Progress{Kind: protocol.KindDownloadProgress, ID: 9})) != nil {
				break
			}
		}
		if code := c.closed(); code != protocol.CloseFlooding {
			t.Errorf("closed with %d", code)
		}
	})
}
