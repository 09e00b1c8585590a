package link

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// Proxy is a bad network in front of a server: it accepts TCP connections and carries each over a link of its own.
type Proxy struct {
	To      string    // host:port of the server
	Profile Profile   // of the network
	Seed    uint64    // the n-th connection's link, n from 0, is seeded by Seed + n
	Max     int       // connections at once; more wait to be accepted. Default 1024
	Log     io.Writer // gets a line when a connection is over; nil for none
	Dial    Dialer    // of the server; default TCP
}

// Serve carries connections until ctx ends, or accepting fails, and returns when all are over. It closes the listener.
func (p *Proxy) Serve(ctx context.Context, listener net.Listener) error {
	if err := p.Profile.Validate(); err != nil {
		return err
	}
	most, dial := p.Max, p.Dial
	if most == 0 {
		most = 1024
	}
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	ctx, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = listener.Close() })()
	defer listener.Close() //nolint:errcheck // nothing is lost with it
	places := make(chan struct{}, most)
	var writing sync.Mutex
	for n := uint64(0); ; n++ {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		conn, err := listener.Accept()
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = conn.Close()
			}
			return nil
		case err != nil:
			return fmt.Errorf("network: %w", err)
		}
		work.Go(func() {
			defer func() { <-places }()
			line := p.carry(ctx, conn, dial, n)
			if p.Log != nil {
				writing.Lock()
				defer writing.Unlock()
				fmt.Fprintln(p.Log, line)
			}
		})
	}
}

// carry is one connection's life. It returns a line about it.
func (p *Proxy) carry(ctx context.Context, client net.Conn, dial Dialer, n uint64) string {
	began := time.Now()
	defer client.Close()             //nolint:errcheck // it is over
	l, _ := New(p.Profile, p.Seed+n) // the profile is valid
	server, err := l.Dial(dial)(ctx, "tcp", p.To)
	if err != nil {
		return fmt.Sprintf("connection %d from %s: %v", n+1, client.RemoteAddr(), err)
	}
	defer l.Close()
	defer context.AfterFunc(ctx, func() {
		_ = client.Close()
		l.Close()
	})()
	var up, down int64
	var lost error
	var both sync.WaitGroup
	both.Go(func() {
		up, _ = io.Copy(server, client)
		_ = server.Close()
	})
	down, lost = io.Copy(client, server)
	_ = client.Close()
	both.Wait()
	conn := server.(*Conn)
	conn.linger(ctx)
	text := fmt.Sprintf("connection %d from %s: %v on %s, %d bytes up (%s), %d bytes down (%s)", n+1, client.RemoteAddr(),
		time.Since(began).Round(time.Millisecond), p.Profile, up, conn.up.losses(), down, conn.down.losses())
	if errors.Is(lost, ErrCut) {
		text += ", cut"
	}
	return text
}

// lingering is for how long what a client wrote before it went may still be on its way.
const lingering = 10 * time.Second

// linger waits until what was written has arrived, within reason.
func (c *Conn) linger(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, lingering)
	defer cancel()
	select {
	case <-c.over:
	case <-ctx.Done():
	}
}

func (p *pipe) losses() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	packets, lost := p.model.Losses()
	return fmt.Sprintf("%d of %d packets lost", lost, packets)
}
