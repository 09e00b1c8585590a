package link_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/simulator/link"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// over runs a test in virtual time with both ends of a connection over a link.
func over(t *testing.T, p link.Profile, seed uint64, test func(t *testing.T, client *link.Conn, server net.Conn)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l, err := link.New(p, seed)
		if err != nil {
			t.Fatal(err)
		}
		near, far := net.Pipe()
		client := l.Wrap(near)
		defer l.Close()
		defer far.Close() //nolint:errcheck // in memory
		test(t, client, far)
	})
}

// pattern is bytes that tell where they belong.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 2654435761 >> 13)
	}
	return b
}

func TestBytesArriveWholeAndInOrderBothWays(t *testing.T) {
	p := link.Profile{RTT: 80 * time.Millisecond, Jitter: 40 * time.Millisecond, Loss: 5, DownKbps: 2000, UpKbps: 1000}
	over(t, p, 1, func(t *testing.T, client *link.Conn, server net.Conn) {
		want := pattern(200_000)
		got := make(chan []byte, 2)
		write := func(c net.Conn) {
			_, _ = c.Write(want)
			_ = c.Close()
		}
		read := func(c net.Conn) {
			b, _ := io.ReadAll(c)
			got <- b
		}
		go write(client)
		go read(server)
		if up := <-got; !bytes.Equal(up, want) {
			t.Errorf("%d bytes up, or others than were sent", len(up))
		}
	})
	over(t, p, 2, func(t *testing.T, client *link.Conn, server net.Conn) {
		want := pattern(200_000)
		go func() {
			_, _ = server.Write(want)
			_ = server.Close()
		}()
		if down, err := io.ReadAll(client); !bytes.Equal(down, want) || err != nil {
			t.Errorf("%d bytes down, or others than were sent: %v", len(down), err)
		}
	})
}

func TestAMessageTakesHalfOfTheRoundTrip(t *testing.T) {
	over(t, link.Profile{RTT: 80 * time.Millisecond}, 1, func(t *testing.T, client *link.Conn, server net.Conn) {
		began := time.Now()
		b := make([]byte, 4)
		_, _ = client.Write([]byte("ping"))
		_, _ = io.ReadFull(server, b)
		up := time.Since(began)
		_, _ = server.Write([]byte("pong"))
		_, _ = io.ReadFull(client, b)
		if up != 40*time.Millisecond || time.Since(began) != 80*time.Millisecond || string(b) != "pong" {
			t.Errorf("there in %v, back after %v: %q", up, time.Since(began), b)
		}
	})
}

func TestAFullQueueBlocksTheWriter(t *testing.T) {
	p := link.Profile{UpKbps: 64, QueueBytes: 8 << 10}
	over(t, p, 1, func(t *testing.T, client *link.Conn, server net.Conn) {
		go io.Copy(io.Discard, server) //nolint:errcheck // ends with the test
		began := time.Now()
		if _, err := client.Write(make([]byte, 80_000)); err != nil {
			t.Fatal(err)
		}
		// 80 kB and their headers at 8 kB/s, less what is still in the queue.
		if took := time.Since(began); took < 9*time.Second || took > 10*time.Second {
			t.Errorf("writing took %v", took)
		}
		_ = client.SetWriteDeadline(time.Now().Add(300 * time.Millisecond))
		began = time.Now()
		if _, err := client.Write(make([]byte, 80_000)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) != 300*time.Millisecond {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestAReaderThatDoesNotReadBlocksTheWriterToo(t *testing.T) {
	over(t, link.Profile{}, 1, func(t *testing.T, client *link.Conn, server net.Conn) {
		_ = client.SetWriteDeadline(time.Now().Add(time.Second))
		n, err := client.Write(make([]byte, 8<<20))
		if !errors.Is(err, os.ErrDeadlineExceeded) || n > 1<<20+2*link.SegmentBytes {
			t.Errorf("%d bytes are held for nobody: %v", n, err)
		}
	})
}

func TestAReadDeadlineEndsAReadAndCanBeMoved(t *testing.T) {
	over(t, link.Profile{RTT: time.Second}, 1, func(t *testing.T, client *link.Conn, server net.Conn) {
		go func() {
			_, _ = server.Write([]byte("late"))
		}()
		_ = client.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		b := make([]byte, 4)
		if _, err := client.Read(b); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		_ = client.SetReadDeadline(time.Time{})
		if n, err := client.Read(b); err != nil || string(b[:n]) != "late" {
			t.Errorf("%q, %v", b[:n], err)
		}
	})
}

func TestACutComesInTheMiddleOfAPacket(t *testing.T) {
	ups, downs := 0, 0
	for seed := range uint64(20) {
		over(t, link.Profile{RTT: 20 * time.Millisecond, Cut: time.Second}, seed, func(t *testing.T, client *link.Conn, server net.Conn) {
			frame := pattern(60)
			send := func(c net.Conn) {
				for {
					if _, err := c.Write(frame); err != nil {
						return
					}
					time.Sleep(time.Second / 60)
				}
			}
			count := func(c net.Conn) (int, error) {
				n, err := io.Copy(io.Discard, c)
				return int(n) % len(frame), err
			}
			var senders sync.WaitGroup
			defer senders.Wait()
			senders.Go(func() { send(client) })
			senders.Go(func() { send(server) })
			up := make(chan int, 1)
			go func() {
				n, _ := count(server)
				up <- n
			}()
			n, err := count(client)
			if !errors.Is(err, link.ErrCut) {
				t.Errorf("seed %d: %v", seed, err)
			}
			_ = client.Close()
			switch m := <-up; {
			case n == 30:
				downs++
			case m == 30:
				ups++
			default:
				t.Errorf("seed %d: %d and %d bytes of a frame", seed, m, n)
			}
		})
	}
	if ups == 0 || downs == 0 {
		t.Errorf("%d cut on the way up, %d down", ups, downs)
	}
}

func TestAHalfOpenConnectionIsSilentOneWay(t *testing.T) {
	silentUp, silentDown := 0, 0
	for seed := range uint64(20) {
		over(t, link.Profile{RTT: 20 * time.Millisecond, Mute: time.Second}, seed, func(t *testing.T, client *link.Conn, server net.Conn) {
			time.Sleep(20 * time.Second)
			up, down := make(chan bool), make(chan bool)
			hears := func(c net.Conn, heard chan bool) {
				_ = c.SetReadDeadline(time.Now().Add(time.Minute))
				n, _ := c.Read(make([]byte, 4))
				heard <- n == 4
			}
			go hears(server, up)
			go hears(client, down)
			_, _ = client.Write([]byte("ping"))
			_, _ = server.Write([]byte("pong"))
			switch hasUp, hasDown := <-up, <-down; {
			case hasUp && !hasDown:
				silentDown++
			case hasDown && !hasUp:
				silentUp++
			default:
				t.Errorf("seed %d: heard up %v, down %v", seed, hasUp, hasDown)
			}
		})
	}
	if silentUp == 0 || silentDown == 0 {
		t.Errorf("%d silent up, %d down", silentUp, silentDown)
	}
}

func TestADialTakesARoundTripAndWaitsForTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := link.Profile{RTT: 100 * time.Millisecond, Flap: link.Flap{Up: 10 * time.Second, Down: 10 * time.Second}}
		l, err := link.New(p, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		dial := l.Dial(func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			t.Cleanup(func() { _ = far.Close() })
			return near, nil
		})
		quick, waited, refused := 0, 0, 0
		for range 40 {
			began := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			switch _, err := dial(ctx, "tcp", "x"); {
			case errors.Is(err, context.DeadlineExceeded):
				refused++
			case err != nil:
				t.Error(err)
			case time.Since(began) == p.RTT:
				quick++
			case time.Since(began) >= time.Second+p.RTT:
				waited++
			default:
				t.Errorf("a dial took %v", time.Since(began))
			}
			cancel()
			time.Sleep(time.Second)
		}
		if quick == 0 || waited == 0 || refused == 0 {
			t.Errorf("%d quick, %d waited, %d gave up", quick, waited, refused)
		}
	})
}
