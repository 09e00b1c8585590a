package session_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/transfer"
)

// thinLink is a Transport over a way to the client that carries so many bytes a second and holds what is more than that, as routers do; the way back is
// only as long.
type thinLink struct {
	rate    float64 // bytes a second
	latency time.Duration
	arrived func(frame []byte) // at the client; called one at a time

	in   chan []byte // frames of the client
	done chan struct{}
	once sync.Once

	mu   sync.Mutex
	free time.Time // when the way carries the next byte
}

const perFrame = 2 + 40 // bytes of headers: WebSocket, TCP, IP

func (l *thinLink) Write(frame []byte, _ time.Duration) error {
	frame = append([]byte(nil), frame...)
	l.mu.Lock()
	now := time.Now()
	if l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(l.carries(len(frame)))
	at := l.free.Add(l.latency).Sub(now)
	l.mu.Unlock()
	time.AfterFunc(at, func() { l.arrived(frame) })
	return nil
}

// carries is how long the way is busy with a frame.
func (l *thinLink) carries(bytes int) time.Duration {
	return time.Duration(float64(bytes+perFrame) / l.rate * float64(time.Second))
}

// say sends a frame of the client's.
func (l *thinLink) say(frame any) {
	b := protocol.MustEncode(frame)
	time.AfterFunc(l.latency, func() {
		select {
		case l.in <- b:
		case <-l.done:
		}
	})
}

func (l *thinLink) Read() ([]byte, error) {
	select {
	case frame := <-l.in:
		return frame, nil
	case <-l.done:
		return nil, errors.New("closed")
	}
}

func (l *thinLink) SetLimit(int)                                       {}
func (l *thinLink) OnControl(func(bool, string) error)                 {}
func (l *thinLink) Ping(time.Duration) error                           { return nil }
func (l *thinLink) Pong(string, time.Duration) error                   { return nil }
func (l *thinLink) WriteClose(protocol.CloseCode, time.Duration) error { return nil }

func (l *thinLink) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// thinResult is what a match of half a minute saw over a thin link.
type thinResult struct {
	worst, mean time.Duration // that a snapshot came later than it would have without anything else on the way
	skipped     int           // snapshots that the place for them was not free for
	carried     float64       // bytes of the file a second, of those that snapshots left free
}

const tickTime = time.Second / 60

// overThinLink runs a match of half a minute, with snapshots of so many bytes, over a link while a file larger than that carries is on its way.
func overThinLink(t *testing.T, rate float64, latency time.Duration, snapshotBytes int) (result thinResult) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		hub, err := session.NewHub(session.Config{Handler: h, Auth: session.Guest{}, SilentTimeout: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		link := &thinLink{rate: rate, latency: latency, in: make(chan []byte), done: make(chan struct{})}
		var offered []time.Time
		var receiver *transfer.Receiver
		late := time.Duration(0)
		arrivals := 0
		var mu sync.Mutex
		link.arrived = func(frame []byte) {
			mu.Lock()
			defer mu.Unlock()
			r := protocol.NewReader()
			kind, _ := protocol.PeekKind(frame)
			switch kind {
			case protocol.KindSnapshot:
				head, _, err := r.Snapshot(frame)
				if err != nil {
					t.Error(err)
				}
				took := time.Since(offered[head.Tick]) - latency - link.carries(len(frame))
				result.worst = max(result.worst, took)
				late += took
				arrivals++
				return
			case protocol.KindDownload:
				o, err := r.Offer(frame, kind)
				if err != nil {
					t.Error(err)
				}
				receiver = transfer.NewReceiver(o.Size)
			case protocol.KindDownloadChunk:
				c, err := r.Chunk(frame, kind)
				if err != nil {
					t.Error(err)
				}
				if err := receiver.Take(c); err != nil {
					t.Error(err)
				}
			default:
				return
			}
			link.say(protocol.Progress{Kind: protocol.KindDownloadProgress, ID: 1, Offset: receiver.Taken(), Limit: receiver.Limit()})
		}
		served := make(chan struct{})
		go func() {
			defer close(served)
			_ = hub.Serve(context.Background(), link)
		}()
		link.say(hello("ann"))
		time.Sleep(4 * latency)
		synctest.Wait()
		h.mu.Lock()
		s := h.sessions[0]
		h.mu.Unlock()
		file := make([]byte, 64<<20)
		if _, err := s.Download(session.File{Channel: "maps", Name: "map", Data: file}); err != nil {
			t.Fatal(err)
		}
		out := s.OpenLink()
		body := protocol.MustEncode(make([]byte, snapshotBytes))
		heads := protocol.NewHeadEncoder()
		const ticks = 30 * 60
		for tick := range uint32(ticks) {
			time.Sleep(tickTime)
			mu.Lock()
			offered = append(offered, time.Now())
			mu.Unlock()
			if !out.Offer(heads.Encode(protocol.SnapshotHead{Epoch: 1, Tick: tick, Base: tick}), body) {
				result.skipped++
			}
		}
		time.Sleep(time.Second)
		mu.Lock()
		result.mean = late / time.Duration(arrivals)
		left := rate - 60*float64(snapshotBytes+30+perFrame)
		result.carried = float64(receiver.Taken()) / (ticks * tickTime.Seconds()) / left
		mu.Unlock()
		_ = link.Close()
		<-served
		if err := hub.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return result
}

// In virtual time: no figure depends on the machine.
func TestADownloadDelaysNoSnapshotByMoreThanATick(t *testing.T) {
	for _, tc := range []struct {
		name     string
		kbit     float64
		latency  time.Duration
		snapshot int
		carried  float64 // of what is free, at least
	}{
		{"512 kbit/s, 40 ms", 512, 20 * time.Millisecond, 100, 0.7},
		{"1 Mbit/s, 60 ms", 1000, 30 * time.Millisecond, 200, 0.7},
		{"1 Mbit/s, 200 ms", 1000, 100 * time.Millisecond, 200, 0.15},
		{"4 Mbit/s, 30 ms", 4000, 15 * time.Millisecond, 400, 0.8},
		{"20 Mbit/s, 60 ms", 20000, 30 * time.Millisecond, 400, 0.3},
		{"100 Mbit/s, 40 ms", 100000, 20 * time.Millisecond, 400, 0.06},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := overThinLink(t, tc.kbit*1000/8, tc.latency, tc.snapshot)
			t.Logf("snapshots late by %.1f ms at worst, %.1f ms on average, %d skipped; the file gets %.0f%% of what is free",
				got.worst.Seconds()*1000, got.mean.Seconds()*1000, got.skipped, 100*got.carried)
			if got.worst > tickTime || got.skipped > 0 {
				t.Errorf("a snapshot was late by %v, %d were skipped", got.worst, got.skipped)
			}
			if got.carried < tc.carried {
				t.Errorf("the file gets %.0f%% of what is free", 100*got.carried)
			}
		})
	}
}
