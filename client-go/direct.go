package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// This file is the client's connection to the node of its match, beside the one of its session, which it keeps (docs/PROTOCOL.md, section 13). One
// goroutine makes one after another. Frames that come over it are handled under the client's turn, like any others.

// Waits between two connections to the match's node: uniformly random between 0 and the ceiling, which doubles while they are lost young.
const (
	directBase = time.Second
	directCap  = time.Minute
	directGood = 5 * time.Second // that one has to last to be a good one
)

// wayPayload is the payload of the event "direct".
type wayPayload struct {
	Match string `msgpack:"match"`
}

// offer is the newest one.
type offer struct {
	match string // "": none, or it is of no use any more
	n     int    // how many there were
}

// noteWay notes that a match can be reached without the server in between.
func (c *Client) noteWay(o wayPayload) {
	c.update(func() { c.offer = offer{o.Match, c.offer.n + 1} })
}

// decline forgets an offer, if it is still the newest.
func (c *Client) decline(o offer) {
	c.update(func() {
		if c.offer.n == o.n {
			c.offer.match = ""
		}
	})
}

// startDirect begins to look for such matches. The returned function ends that, and waits.
func (c *Client) startDirect(ctx context.Context) (stop func()) {
	if c.cfg.NoDirect || c.cfg.Over != OverWebSocket {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { c.goDirect(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}

func (c *Client) goDirect(ctx context.Context) {
	ceiling := directBase
	for {
		room, offer, err := c.awaitOffer(ctx)
		if err != nil {
			return
		}
		began := time.Now()
		err = c.visit(ctx, room)
		c.log.Debug("no direct connection", "match", room.Match, "err", err)
		if time.Since(began) >= directGood || room.Err() != nil {
			ceiling = directBase
		}
		if errors.Is(err, ErrEnded) {
			return
		}
		if refused := (*protocol.Error)(nil); errors.As(err, &refused) && refused.Code != protocol.CodeRateLimited {
			c.decline(offer) // until the server says again that there is a way
			continue
		}
		if room.Err() == nil {
			select {
			case <-time.After(rand.N(ceiling) + 1):
			case <-room.done:
			case <-ctx.Done():
			}
			ceiling = min(2*ceiling, directCap)
		}
	}
}

// awaitOffer waits for a room that can be reached.
func (c *Client) awaitOffer(ctx context.Context) (room *Room, o offer, err error) {
	err = c.await(ctx, func() bool {
		room, o = c.room, c.offer
		return room != nil && room.Match == o.match && c.link != nil
	})
	return room, o, err
}

// visit asks for a ticket and lets the room's frames come over a connection of their own, for as long as that and the room last.
func (c *Client) visit(ctx context.Context, room *Room) error {
	var to struct {
		URL    string `msgpack:"url"`
		Ticket string `msgpack:"ticket"`
		Epoch  uint32 `msgpack:"epoch"`
	}
	if err := c.Call(ctx, protocol.ChannelMatch, protocol.RequestDirect, nil, &to); err != nil {
		return err
	}
	if to.Epoch != room.Epoch {
		return fmt.Errorf("%w: the match has moved on to epoch %d", ErrReplaced, to.Epoch)
	}
	sock, welcome, rd, err := c.greetMatch(ctx, to.URL, to.Ticket)
	if err != nil {
		return err
	}
	linked, unlink := context.WithCancel(ctx)
	defer unlink()
	at := &link{sock: sock, gone: make(chan struct{}), ctx: linked, direct: true}
	at.tasks.Go(func() { at.ping.run(c, at, welcome.PingEvery) })
	at.tasks.Go(func() {
		select {
		case <-room.done:
		case <-linked.Done():
		}
		sock.cut() // the other end need not be told: it lets nobody come back but with another ticket
	})
	err = c.serveDirect(at, rd)
	if errors.Is(err, protocol.ErrMalformed) {
		c.stats.malformed.Add(1)
	}
	sock.cut()
	close(at.gone)
	unlink()
	at.tasks.Wait()
	c.directLost(ctx, room, sock)
	return err
}

// greetMatch opens a socket to the match's node and exchanges hello and welcome.
func (c *Client) greetMatch(ctx context.Context, url, ticket string) (*socket, *protocol.Welcome, *protocol.Reader, error) {
	cfg := c.cfg
	cfg.URL = url
	ctx, cancel := context.WithTimeout(ctx, cfg.DialTimeout)
	defer cancel()
	sock, err := openSocket(ctx, cfg, c.stats)
	if err != nil {
		return nil, nil, nil, err
	}
	release := whenDone(ctx, sock.cut)
	rd := protocol.NewReader()
	welcome, err := c.introduce(sock, rd, &protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Client: cfg.Software, Codecs: cfg.Codecs, Auth: []string{"seat", ticket},
	})
	release()
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		sock.cut()
		return nil, nil, nil, fmt.Errorf("%w: hello to the match: %w", ErrUnreachable, err)
	}
	return sock, welcome, rd, nil
}

// serveDirect handles frames until the connection is lost, or is of no use.
func (c *Client) serveDirect(at *link, rd *protocol.Reader) error {
	for {
		frame, kind, err := c.next(at.sock)
		if err != nil {
			return err
		}
		release := c.takeTurn()
		err = c.handleDirect(at, rd, kind, frame, time.Now())
		release()
		if err != nil {
			return err
		}
	}
}

func (c *Client) handleDirect(at *link, rd *protocol.Reader, kind protocol.Kind, frame []byte, now time.Time) error {
	switch kind {
	case protocol.KindSnapshot:
		return c.handleSnapshot(at, rd, frame, now)
	case protocol.KindEnter:
		enter, err := rd.Enter(frame)
		if err != nil {
			return err
		}
		room := c.Room()
		if room == nil || !room.goesOn(&enter) {
			return fmt.Errorf("%w: %s under epoch %d", ErrReplaced, enter.Match, enter.Epoch)
		}
		c.stats.upgrades.Add(1)
		c.goOver(room, at.sock)
	case protocol.KindPong:
		pong, err := rd.Pong(frame)
		if err != nil {
			return err
		}
		c.heardPong(at, pong, now)
	default:
		// Where the match has gone is what the session's server knows as well, and its events come from there.
	}
	return nil
}

// goOver has a room's frames come over another socket. It needs the turn.
func (c *Client) goOver(room *Room, sock *socket) {
	before := room.sock.Load()
	room.goOver(sock)
	if before != sock && before != nil && !c.isSession(before) {
		c.stats.fallbacks.Add(1)
		before.cut()
	}
}

// isSession says whether a socket is the session's.
func (c *Client) isSession(sock *socket) bool {
	at := c.present()
	return at != nil && at.sock == sock
}

// directLost has a room's frames come over the session's socket again, if they came over this one, or ends it where there is none.
func (c *Client) directLost(ctx context.Context, room *Room, sock *socket) {
	release := c.takeTurn()
	at := c.present()
	had := room.Err() == nil && room.sock.Load() == sock
	switch {
	case !had:
	case at == nil:
		c.stats.fallbacks.Add(1)
		if c.Room() == room {
			c.replaceRoom(nil, ErrOffline)
		}
	default:
		c.stats.fallbacks.Add(1)
		room.goOver(at.sock)
	}
	release()
	if had && at != nil {
		if err := c.Call(ctx, protocol.ChannelMatch, protocol.RequestRelay, nil, nil); err != nil {
			c.log.Debug("not asked to relay", "match", room.Match, "err", err)
		}
	}
}
