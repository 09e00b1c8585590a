package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
)

// link is a session's life on one socket, from the welcome to the loss.
type link struct {
	sock *socket
	gone chan struct{} // closed when the socket is lost
	ping pinger

	direct bool // to the match's node, and of no session's but for its seat

	ctx      context.Context // ends when the socket is lost
	tasks    sync.WaitGroup  // what is done for the link meanwhile; begun by Run's goroutine
	renewing atomic.Bool
}

// connect dials, says hello and serves the socket until it is lost. It reports whether the server said welcome.
func (c *Client) connect(ctx context.Context) (welcomed bool, err error) {
	c.stats.dials.Add(1)
	sock, welcome, err := c.greet(ctx)
	if err != nil {
		c.stats.dialFailures.Add(1)
		return false, err
	}
	linked, unlink := context.WithCancel(ctx)
	defer unlink()
	at := &link{sock: sock, gone: make(chan struct{}), ctx: linked}
	defer whenDone(ctx, func() { sock.hangUp(websocket.CloseGoingAway) })()

	c.welcomed(at, welcome)
	at.tasks.Go(func() { at.ping.run(c, at, welcome.PingEvery) })
	err = c.serve(at)
	if errors.Is(err, protocol.ErrMalformed) {
		sock.hangUp(websocket.CloseProtocolError)
	}
	sock.cut()
	close(at.gone)
	unlink()
	at.tasks.Wait()
	c.lost(err)
	return true, err
}

// whenDone runs stop when ctx ends before the returned function is called, which waits for it.
func whenDone(ctx context.Context, stop func()) (release func()) {
	ran := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() {
		defer close(ran)
		stop()
	})
	return func() {
		if !cancel() {
			<-ran
		}
	}
}

// greet opens a socket and exchanges hello and welcome.
func (c *Client) greet(ctx context.Context) (*socket, *protocol.Welcome, error) {
	auth, err := c.credentials(ctx)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, c.cfg.DialTimeout)
	defer cancel()
	sock, err := openSocket(ctx, c.cfg, c.stats)
	if err != nil {
		return nil, nil, err
	}
	release := whenDone(ctx, sock.cut)
	welcome, err := c.hello(sock, auth)
	release()
	if err == nil && ctx.Err() != nil {
		err = fmt.Errorf("%w: %w", ErrOffline, context.Cause(ctx))
	}
	if err != nil {
		sock.cut()
		return nil, nil, fmt.Errorf("%w: hello: %w", ErrUnreachable, err)
	}
	return sock, welcome, nil
}

func (c *Client) hello(sock *socket, auth []string) (*protocol.Welcome, error) {
	hello := &protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Client: c.cfg.Software,
		Codecs: c.cfg.Codecs, Auth: auth,
	}
	if c.token != "" {
		hello.Resume = &protocol.Resume{Token: c.token, Seq: c.seq.Load()}
	}
	return c.introduce(sock, c.reader, hello)
}

// introduce says hello and waits for the welcome.
func (c *Client) introduce(sock *socket, rd *protocol.Reader, hello *protocol.Hello) (*protocol.Welcome, error) {
	frame, err := protocol.Encode(hello)
	if err != nil {
		return nil, err
	}
	said := time.Now()
	if err := sock.write(protocol.KindHello, frame); err != nil {
		return nil, err
	}
	for {
		frame, kind, err := c.next(sock)
		if err != nil {
			return nil, err
		}
		switch kind {
		case protocol.KindWelcome:
			c.stats.rtt.sample(time.Since(said))
			return c.readWelcome(sock, rd, frame)
		case protocol.KindReply, protocol.KindEvent, protocol.KindPong, protocol.KindEnter, protocol.KindSnapshot, protocol.KindAsk,
			protocol.KindDownload, protocol.KindDownloadChunk, protocol.KindUploadProgress:
			return nil, fmt.Errorf("%w: %s before the welcome", protocol.ErrMalformed, kind)
		default:
			c.stats.drop(DropUnknownKind)
		}
	}
}

func (c *Client) readWelcome(sock *socket, rd *protocol.Reader, frame []byte) (*protocol.Welcome, error) {
	w, err := rd.Welcome(frame)
	if err != nil {
		return nil, err
	}
	if w.Version != protocol.Version || !slices.Contains(c.cfg.Codecs, w.Codec) {
		return nil, fmt.Errorf("%w: welcome to version %d, codec %q", protocol.ErrMalformed, w.Version, w.Codec)
	}
	if w.Token == "" {
		return nil, fmt.Errorf("%w: welcome without a resume token", protocol.ErrMalformed)
	}
	sock.codec = w.Codec
	return &w, nil
}

// next reads a frame whose structure has been checked.
func (c *Client) next(sock *socket) ([]byte, protocol.Kind, error) {
	frame, err := sock.read()
	if err != nil {
		return nil, 0, err
	}
	kind, err := protocol.Check(frame, protocol.FromServer)
	if err != nil {
		return nil, 0, err
	}
	c.stats.received(kind, len(frame))
	return frame, kind, nil
}

// welcomed makes the link the client's own.
func (c *Client) welcomed(at *link, w *protocol.Welcome) {
	defer c.takeTurn()()
	c.stats.connects.Add(1)
	c.stats.eventsLost.Add(uint64(w.Lost))
	first := c.stats.connects.Load() == 1
	if w.Resumed {
		c.stats.resumes.Add(1)
	}
	same := w.Resumed && w.Session == c.session.ID
	if same {
		c.outbox.regain(at.sock, w.Taken)
	} else { // another session; one made anew on another node has the same lobby and seat, and goes on with the numbers of events
		if !w.Resumed {
			c.seq.Store(0)
		}
		c.downloads = downloads{}
		c.stats.abandoned.Add(uint64(c.outbox.begin(at.sock, w.Taken, first)))
	}
	c.excused = w.Lost
	session := Session{
		ID: w.Session, User: w.User, Name: w.Name, Server: w.Server,
		Grace: time.Duration(w.Grace) * time.Millisecond, Expires: fromUnixMilli(int64(w.Expires)),
		Resumed: w.Resumed, Lost: w.Lost,
	}
	var left *Room
	c.update(func() {
		c.token, c.session, c.link = w.Token, session, at
		if !w.Resumed {
			left, c.room = c.room, nil // there is one if it was reached without the session
			c.lobby, c.offer = nil, offer{}
		}
		if !same {
			c.sessions++
		}
	})
	if left != nil {
		left.end(ErrOffline)
	}
	c.log.Debug("online", "session", w.Session, "resumed", w.Resumed)
	if c.cfg.Handlers.Connected != nil {
		c.cfg.Handlers.Connected(session)
	}
}

// lost is the reverse of welcomed.
func (c *Client) lost(err error) {
	defer c.takeTurn()()
	var room *Room
	c.update(func() {
		if at := c.link; c.room != nil && c.room.sock.Load() == at.sock {
			room, c.room = c.room, nil
		}
		c.link = nil
	})
	c.outbox.lose()
	if room != nil {
		room.end(ErrOffline)
	}
	if c.cfg.Handlers.Lost != nil {
		c.cfg.Handlers.Lost(err)
	}
}

// serve reads and handles frames until the socket is lost.
func (c *Client) serve(at *link) error {
	for {
		frame, kind, err := c.next(at.sock)
		if err != nil {
			return err
		}
		release := c.takeTurn()
		err = c.handle(at, kind, frame, time.Now())
		release()
		if err != nil {
			return err
		}
	}
}

// takeTurn waits until nobody else handles anything.
func (c *Client) takeTurn() (release func()) {
	c.turn <- struct{}{}
	return func() { <-c.turn }
}
