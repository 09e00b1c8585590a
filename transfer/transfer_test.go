package transfer_test

import (
	"bytes"
	"errors"
	"hash/crc32"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/transfer"
)

// pair is both ends of a transfer, and what was taken.
type pair struct {
	t    *testing.T
	data []byte
	s    *transfer.Sender
	r    *transfer.Receiver
	got  []byte
}

func newPair(t *testing.T, size int) *pair {
	data := make([]byte, size)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range data {
		data[i] = byte(rng.Uint32())
	}
	return &pair{t: t, data: data, s: transfer.NewSender(uint64(size)), r: transfer.NewReceiver(uint64(size))}
}

// chunk is the next one that the sender sends.
func (p *pair) chunk(most int) (protocol.Chunk, bool) {
	offset, n, ok := p.s.Next(most)
	if !ok {
		return protocol.Chunk{}, false
	}
	data := p.data[offset:][:n]
	return protocol.Chunk{Offset: offset, Data: data, Sum: p.s.Sent(data, time.Now())}, true
}

func (p *pair) progress() protocol.Progress {
	return protocol.Progress{Offset: p.r.Taken(), Limit: p.r.Limit()}
}

func (p *pair) take(c protocol.Chunk) {
	p.t.Helper()
	if err := p.r.Take(c); err != nil {
		p.t.Fatal(err)
	}
	p.got = append(p.got, c.Data...)
}

func (p *pair) heard() {
	p.t.Helper()
	if _, err := p.s.Heard(p.progress()); err != nil {
		p.t.Fatal(err)
	}
}

// Chunks and progress are lost in the middle of everything, again and again, as when connections are.
func TestEveryByteIsTakenOnceWhateverIsLost(t *testing.T) {
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		p := newPair(t, 1+rng.IntN(300_000))
		p.heard()
		for !p.r.Whole() {
			for range 1 + rng.IntN(8) {
				c, ok := p.chunk(1 + rng.IntN(10_000))
				if !ok {
					break
				}
				p.take(c)
				if rng.IntN(2) == 0 {
					p.heard()
				}
			}
			if rng.IntN(4) == 0 {
				p.chunk(1000) // which does not arrive
				p.s.Pause()
				if _, ok := p.chunk(1000); ok {
					t.Fatal("a chunk before the receiver has told its progress")
				}
			}
			p.heard()
		}
		if !bytes.Equal(p.got, p.data) {
			t.Errorf("seed %d: %d bytes taken of %d, or others", seed, len(p.got), len(p.data))
		}
	}
}

func TestAReceiverThatHasLostEverythingIsSentEverything(t *testing.T) {
	p := newPair(t, 5000)
	p.heard()
	for range 3 {
		c, _ := p.chunk(1000)
		p.take(c)
	}
	p.heard()
	p.s.Pause()
	p.r, p.got = transfer.NewReceiver(5000), nil
	p.heard()
	for c, ok := p.chunk(1000); ok; c, ok = p.chunk(1000) {
		p.take(c)
	}
	if !p.r.Whole() || !bytes.Equal(p.got, p.data) {
		t.Error("not whole")
	}
}

func TestAReceiverRefusesWhatIsAgainstTheRules(t *testing.T) {
	data := make([]byte, 70_000)
	chunk := func(offset, n int) protocol.Chunk {
		return protocol.Chunk{Offset: uint64(offset), Data: data[offset : offset+n], Sum: crc32.ChecksumIEEE(data[:offset+n])}
	}
	for name, tc := range map[string]struct {
		before, then protocol.Chunk
		want         error
	}{
		"a gap":            {chunk(0, 512), chunk(1024, 512), protocol.ErrMalformed},
		"again":            {chunk(0, 512), chunk(0, 512), protocol.ErrMalformed},
		"a short one":      {chunk(0, 512), chunk(512, 255), protocol.ErrMalformed},
		"the least":        {chunk(0, 512), chunk(512, 256), nil},
		"beyond the limit": {chunk(0, 8192), chunk(8192, 70_000-8192), protocol.ErrMalformed},
		"a wrong sum":      {chunk(0, 512), protocol.Chunk{Offset: 512, Data: data[:512], Sum: 1}, transfer.ErrCorrupt},
	} {
		r := transfer.NewReceiver(70_000)
		r.Limit()
		if err := r.Take(tc.before); err != nil {
			t.Fatal(err)
		}
		if err := r.Take(tc.then); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := transfer.NewReceiver(70_000)
	if err := r.Take(chunk(0, 512)); !errors.Is(err, protocol.ErrMalformed) {
		t.Errorf("before there was a limit: %v", err)
	}
}

func TestASenderRefusesProgressThatCannotBe(t *testing.T) {
	for name, progress := range map[string]protocol.Progress{
		"in a chunk":          {Offset: 500, Limit: 10_000},
		"of what was not yet": {Offset: 2000, Limit: 10_000},
		"back":                {Offset: 0, Limit: 10_000},
		"limit below":         {Offset: 1000, Limit: 999},
	} {
		p := newPair(t, 10_000)
		p.heard()
		c, _ := p.chunk(1000)
		p.take(c)
		if name == "back" {
			p.heard()
		}
		if name == "limit below" {
			p.heard()
		}
		if _, err := p.s.Heard(progress); !errors.Is(err, protocol.ErrMalformed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASenderHasNoMoreOnItsWayThanItMay(t *testing.T) {
	p := newPair(t, 1<<20)
	if _, err := p.s.Heard(protocol.Progress{Limit: 1 << 50}); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, ok := p.chunk(1); ok; _, ok = p.chunk(1) {
		n++
	}
	if n > protocol.MaxWindow/protocol.MinChunk || p.s.InFlight() != n*protocol.MinChunk {
		t.Errorf("%d chunks and %d bytes on their way", n, p.s.InFlight())
	}
}

// A way that has become longer is not taken for a queue for ever.
func TestAPaceFindsALongerWay(t *testing.T) {
	var p transfer.Pace
	now := time.Unix(0, 0)
	trip := func(took time.Duration) (bytes int) {
		for {
			n, wait := p.Room(bytes, now)
			now = now.Add(wait)
			if n == 0 && wait == 0 {
				break
			}
			if n > 0 {
				p.Left(n, now)
				bytes += n
			}
		}
		sent := now
		now = now.Add(took)
		p.Took(sent, now)
		return bytes
	}
	var before int
	for range 200 {
		before = trip(20 * time.Millisecond)
	}
	for range 10 {
		trip(60 * time.Millisecond)
	}
	if n := trip(60 * time.Millisecond); n > before/4 {
		t.Errorf("%d bytes in a round trip over what must be taken for a queue, %d before", n, before)
	}
	for range 600 {
		trip(60 * time.Millisecond)
	}
	if n := trip(60 * time.Millisecond); n < before/2 {
		t.Errorf("%d bytes in a round trip over the longer way, %d before", n, before)
	}
}

func FuzzReceiver(f *testing.F) {
	f.Add(uint64(1000), uint64(0), uint32(0), 512, uint64(512), 488)
	f.Fuzz(func(t *testing.T, size, offset uint64, sum uint32, n int, offset2 uint64, n2 int) {
		if size == 0 || size > 1<<53 || min(n, n2) < 1 || max(n, n2) > protocol.MaxChunk {
			return
		}
		r := transfer.NewReceiver(size)
		r.Limit()
		for _, c := range []protocol.Chunk{
			{Offset: offset, Sum: sum, Data: make([]byte, n)},
			{Offset: offset, Sum: crc32.ChecksumIEEE(make([]byte, n)), Data: make([]byte, n)},
			{Offset: offset2, Sum: crc32.ChecksumIEEE(make([]byte, n+n2)), Data: make([]byte, n2)},
		} {
			had := r.Taken()
			err := r.Take(c)
			if err == nil && r.Taken() != had+uint64(len(c.Data)) || err != nil && r.Taken() != had || r.Taken() > r.Limit() || r.Limit() > size {
				t.Fatalf("%+v: %v, %d taken after %d", c, err, r.Taken(), had)
			}
		}
	})
}
