package session_test

import (
	"bytes"
	"errors"
	"hash/crc32"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/transfer"
)

// depot is where uploads of these tests go: those called "whole" at once, others into a sink.
type depot struct {
	mu     sync.Mutex
	files  [][]byte
	ends   []error
	refuse error // of the sink's Write and of whole
}

func (d *depot) intake(_ *session.Session, o protocol.Offer) (session.Intake, error) {
	switch o.Name {
	case "whole":
		return session.Intake{Limit: 1 << 20, Whole: func(data []byte) error {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.files = append(d.files, data)
			return d.refuse
		}}, nil
	case "sink":
		return session.Intake{Limit: 64 << 20, Sink: &sink{depot: d}}, nil
	case "panic":
		panic("depot broke")
	case "nowhere":
		return session.Intake{Limit: 1}, nil
	}
	return session.Intake{}, protocol.Refuse(protocol.CodeForbidden, "not here")
}

type sink struct {
	depot *depot
	got   bytes.Buffer
}

func (s *sink) Write(p []byte) (int, error) {
	if s.depot.refuse != nil {
		return 0, s.depot.refuse
	}
	return s.got.Write(p)
}

func (s *sink) Finish(why error) error {
	s.depot.mu.Lock()
	defer s.depot.mu.Unlock()
	s.depot.ends = append(s.depot.ends, why)
	if why == nil {
		s.depot.files = append(s.depot.files, s.got.Bytes())
	}
	return nil
}

// inDepot is inWorld with a depot.
func inDepot(t *testing.T, edit func(*session.Config), test func(t *testing.T, w *world, d *depot)) {
	d := &depot{}
	inWorld(t, func(cfg *session.Config) {
		cfg.Upload = d.intake
		if edit != nil {
			edit(cfg)
		}
	}, func(t *testing.T, w *world) {
		test(t, w, d)
		w.stop()
		if n, m := w.counters.Uploads.Open.Load(), w.counters.Waiting.Load(); n != 0 || m != 0 {
			t.Errorf("%d uploads and %d bytes are left", n, m)
		}
	})
}

func pattern(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	return data
}

// offer opens an upload, or asks how far it got.
func (c *client) offer(id uint32, name string, size int) protocol.Progress {
	c.t.Helper()
	c.send(protocol.Offer{Kind: protocol.KindUpload, ID: id, Channel: "files", Name: name, Size: uint64(size), Type: "text/plain"})
	return c.progressOf(id)
}

func (c *client) progressOf(id uint32) protocol.Progress {
	c.t.Helper()
	frame := c.next()
	p := protocol.Progress{Kind: protocol.KindUploadProgress}
	if err := protocol.DecodeFrame(frame, &p); err != nil || p.ID != id {
		c.t.Fatalf("frame % x: %+v, %v", frame, p, err)
	}
	return p
}

// chunk sends the bytes of data from an offset on, without waiting for an answer.
func (c *client) chunk(id uint32, data []byte, offset, n int) {
	c.t.Helper()
	c.send(protocol.Chunk{
		Kind: protocol.KindUploadChunk, ID: id, Offset: uint64(offset), Sum: crc32.ChecksumIEEE(data[:offset+n]), Data: data[offset : offset+n],
	})
}

// upload sends chunks of up to 8 KiB up to an offset, each after the progress of the one before.
func (c *client) upload(id uint32, data []byte, from, to int) (last protocol.Progress) {
	c.t.Helper()
	for from < to {
		n := min(protocol.MaxChunk, to-from)
		c.chunk(id, data, from, n)
		last, from = c.progressOf(id), from+n
	}
	return last
}

func code(p protocol.Progress) string {
	switch {
	case !p.Done:
		return "open"
	case p.Error == nil:
		return "done"
	}
	return p.Error.Code
}

func TestAnUploadArrivesWhole(t *testing.T) {
	for _, name := range []string{"whole", "sink"} {
		for _, size := range []int{1, 8192, 100_000} {
			inDepot(t, nil, func(t *testing.T, w *world, d *depot) {
				c, _ := w.join("ann")
				data := pattern(size)
				if p := c.offer(1, name, size); code(p) != "open" || p.Offset != 0 || p.Limit != uint64(min(size, protocol.MaxWindow)) {
					t.Fatalf("%+v", p)
				}
				if p := c.upload(1, data, 0, size); code(p) != "done" || p.Offset != uint64(size) {
					t.Errorf("%s, %d bytes: %+v", name, size, p)
				}
				if len(d.files) != 1 || !bytes.Equal(d.files[0], data) {
					t.Errorf("%s, %d bytes: something else arrived", name, size)
				}
				if n := w.counters.Uploads.Done.Load(); n != 1 {
					t.Errorf("%d counted", n)
				}
			})
		}
	}
}

func TestAnUploadGoesOnAfterAResumeWithoutAByteTwice(t *testing.T) {
	inDepot(t, nil, func(t *testing.T, w *world, d *depot) {
		data := pattern(200_000)
		c, welcome := w.join("ann")
		c.offer(1, "sink", len(data))
		for at := 0; at < len(data); {
			c.upload(1, data, at, min(len(data), at+3*8192))
			c.cut()
			time.Sleep(20 * time.Second) // which is no time without progress
			c, welcome = w.resume(welcome.Token, 0)
			p := c.offer(1, "sink", len(data))
			if p.Offset != uint64(min(len(data), at+3*8192)) {
				t.Fatalf("after %d bytes: %+v", at, p)
			}
			at = int(p.Offset)
		}
		// The outcome is told again, too, and what is over does not begin anew.
		if p := c.offer(1, "sink", len(data)); code(p) != "done" {
			t.Errorf("%+v", p)
		}
		if len(d.files) != 1 || !bytes.Equal(d.files[0], data) || len(d.ends) != 1 {
			t.Error("it did not arrive once")
		}
	})
}

func TestUploadsAreRefusedBeforeAnyByte(t *testing.T) {
	edit := func(cfg *session.Config) {
		cfg.MaxWaiting, cfg.MaxWaitingInAll, cfg.MaxUploads, cfg.MaxTransfer = 1500<<10, 2<<20, 3, 32<<20
	}
	inDepot(t, edit, func(t *testing.T, w *world, _ *depot) {
		c, _ := w.join("ann")
		other, _ := w.join("bob")
		for i, tc := range []struct {
			who  *client
			name string
			size int
			want string
		}{
			{c, "elsewhere", 1, "forbidden"},
			{c, "panic", 1, "internal"},
			{c, "nowhere", 1, "internal"},
			{c, "whole", 1<<20 + 1, "too-big"},
			{c, "sink", 32<<20 + 1, "too-big"}, // whatever the house says
			{c, "whole", 1 << 20, "open"},
			{c, "whole", 1 << 20, "full"}, // for this session
			{other, "whole", 1 << 20, "open"},
			{c, "whole", 1, "full"}, // for all
			{c, "sink", 32 << 20, "open"},
			{c, "sink", 1, "open"},
			{c, "sink", 1, "full"}, // at a time
		} {
			if p := tc.who.offer(uint32(i+1), tc.name, tc.size); code(p) != tc.want {
				t.Errorf("%s of %d bytes: %+v, expected %s", tc.name, tc.size, p, tc.want)
			}
		}
		if p := c.offer(2, "panic", 1); code(p) != "internal" {
			t.Errorf("a refusal told again: %+v", p)
		}
		if n := w.counters.Uploads.Refused.Load(); n != 8 {
			t.Errorf("%d refusals counted", n)
		}
	})
}

func TestAnUploadEndsEarlyForAReasonThatBothHear(t *testing.T) {
	data := pattern(10_000)
	for want, end := range map[string]struct {
		how func(c *client, d *depot)
		why error
	}{
		"cancelled": {func(c *client, _ *depot) {
			c.send(protocol.Chunk{Kind: protocol.KindUploadChunk, ID: 1})
		}, session.ErrCancelled},
		"corrupt": {func(c *client, _ *depot) {
			c.send(protocol.Chunk{Kind: protocol.KindUploadChunk, ID: 1, Offset: 8192, Data: data[8192:], Sum: 1})
		}, transfer.ErrCorrupt},
		"timeout": {func(c *client, _ *depot) {
			for range 59 {
				time.Sleep(500 * time.Millisecond)
				c.ping(0)
			}
		}, session.ErrTimeout},
		"full": {func(c *client, d *depot) {
			d.refuse = protocol.Refuse(protocol.CodeFull, "the disk")
			c.chunk(1, data, 8192, 10_000-8192)
		}, protocol.Refuse(protocol.CodeFull, "the disk")},
		"internal": {func(c *client, d *depot) {
			d.refuse = errors.New("secret trouble")
			c.chunk(1, data, 8192, 10_000-8192)
		}, errors.New("secret trouble")},
	} {
		inDepot(t, nil, func(t *testing.T, w *world, d *depot) {
			c, _ := w.join("ann")
			c.offer(1, "sink", len(data))
			c.upload(1, data, 0, 8192)
			end.how(c, d)
			if p := c.progressOf(1); code(p) != want {
				t.Errorf("%s: %+v", want, p)
			}
			if len(d.ends) != 1 || !errors.Is(d.ends[0], end.why) && d.ends[0].Error() != end.why.Error() {
				t.Errorf("%s: the sink heard %v", want, d.ends)
			}
			c.chunk(1, data, 8192, 100) // was on its way
			c.ping(0)
			if n := w.counters.Drops[session.DropTransferOver].Load(); n != 1 {
				t.Errorf("%s: %d drops counted", want, n)
			}
		})
	}
}

func TestWhatTheHouseSaysToAWholeUploadIsTold(t *testing.T) {
	inDepot(t, nil, func(t *testing.T, w *world, d *depot) {
		d.refuse = protocol.RefuseField("map", "has no walls")
		c, _ := w.join("ann")
		c.offer(1, "whole", 300)
		if p := c.upload(1, pattern(300), 0, 300); code(p) != "bad-payload" || p.Error.Field != "map" {
			t.Errorf("%+v", p)
		}
	})
}

func TestUploadsAreOverWithTheirSession(t *testing.T) {
	inDepot(t, nil, func(t *testing.T, w *world, d *depot) {
		c, _ := w.join("ann")
		c.offer(1, "sink", 1000)
		c.offer(2, "whole", 1<<20)
		if n := w.counters.Waiting.Load(); n != 1<<20 {
			t.Errorf("%d bytes counted", n)
		}
		c.send(protocol.Bye{Kind: protocol.KindBye})
		c.closed()
		synctest.Wait()
		if len(d.ends) != 1 || !errors.Is(d.ends[0], session.ErrOver) {
			t.Errorf("the sink heard %v", d.ends)
		}
		if n, m := w.counters.Uploads.Open.Load(), w.counters.Waiting.Load(); n != 0 || m != 0 {
			t.Errorf("%d uploads and %d bytes are left", n, m)
		}
	})
}

func TestUploadedBytesAreLimitedByTellingTheirProgressLater(t *testing.T) {
	edit := func(cfg *session.Config) { cfg.UploadRate, cfg.UploadBurst = 64<<10, 16<<10 }
	inDepot(t, edit, func(t *testing.T, w *world, d *depot) {
		c, _ := w.join("ann")
		data := pattern(80 << 10)
		c.offer(1, "sink", len(data))
		began := time.Now()
		c.upload(1, data, 0, len(data)-8192)
		if took, want := time.Since(began), time.Second*(72-16)/64; took < want || took > want+time.Millisecond {
			t.Errorf("took %v, expected %v", took, want)
		}
		c.upload(1, data, len(data)-8192, len(data))
		if len(d.files) != 1 {
			t.Error("it did not arrive")
		}
	})
}

func TestChunksAgainstTheRulesCostTheConnection(t *testing.T) {
	data := pattern(100_000)
	slow := func(cfg *session.Config) { cfg.UploadRate, cfg.UploadBurst = 1, protocol.MaxChunk }
	for name, send := range map[string]func(c *client){
		"a gap":       func(c *client) { c.chunk(1, data, 8192, 512) },
		"a short one": func(c *client) { c.chunk(1, data, 0, 100) },
		"beyond the limit": func(c *client) { // which the second chunk's progress would have raised
			for at := 0; at < 10*8192; at += 8192 {
				c.chunk(1, data, at, 8192)
			}
		},
	} {
		inDepot(t, slow, func(t *testing.T, w *world, _ *depot) {
			c, _ := w.join("ann")
			c.offer(1, "sink", len(data))
			send(c)
			if got := c.closed(); got != protocol.CloseMalformed {
				t.Errorf("%s: closed with %d", name, got)
			}
		})
	}
}

func TestOffersCountAsRequests(t *testing.T) {
	inDepot(t, nil, func(t *testing.T, w *world, _ *depot) {
		c, _ := w.join("ann")
		var said []string
		for i := range 45 {
			said = append(said, code(c.offer(uint32(i+1), "elsewhere", 1)))
		}
		if slices.Index(said, "rate-limited") != 40 || slices.Contains(said[:40], "rate-limited") {
			t.Errorf("%v", said)
		}
		if p := c.offer(1, "elsewhere", 1); code(p) != "rate-limited" {
			t.Errorf("%+v", p)
		}
		time.Sleep(time.Second)
		if p := c.offer(1, "sink", 1); code(p) != "too-late" {
			t.Errorf("an id that is forgotten: %+v", p)
		}
	})
}
