package relay

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// software is what a relay calls itself in its hello.
const software = "deltatick relay"

// Connect dials the other node, and resumes the session there if there is one. It returns when it was welcomed. Errors: [ErrUnreachable], [ErrForgotten], a
// [*protocol.Closed], that of Config.Auth, ctx's.
func (r *Relay) Connect(ctx context.Context) error {
	err := r.connect(ctx)
	var closed *protocol.Closed
	if errors.As(err, &closed) && r.token != "" && (closed.Code == protocol.CloseResumeRefused || closed.Code == protocol.CloseResumeExpired) {
		r.token = ""
		err = fmt.Errorf("%w: %w", ErrForgotten, err)
	}
	if err != nil {
		r.cfg.Counters.Failures.Add(1)
	}
	return err
}

func (r *Relay) connect(ctx context.Context) error {
	auth, err := r.cfg.Auth()
	if err != nil {
		return err
	}
	whole := ctx
	ctx, cancel := context.WithTimeout(ctx, r.cfg.DialTimeout)
	defer cancel()
	s, err := dial(ctx, &r.cfg)
	if err == nil {
		release := context.AfterFunc(ctx, func() { s.end(ErrUnreachable) })
		err = r.greet(s, auth)
		if !release() && err == nil {
			err = ErrUnreachable
		}
		if err != nil {
			s.end(ErrUnreachable)
		}
	}
	switch {
	case err == nil:
		return nil
	case whole.Err() != nil:
		return context.Cause(whole)
	case errors.As(err, new(*protocol.Closed)), errors.Is(err, ErrUnreachable):
		return err
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// greet says hello, and at once what the player's connection is, and takes the welcome.
func (r *Relay) greet(s *socket, auth []string) error {
	r.mu.Lock()
	codec, away := r.codec, r.link == nil
	r.entered = false
	r.mu.Unlock()
	hello := protocol.Hello{
		Kind: protocol.KindHello, Version: protocol.Version, Client: software, Codecs: []string{codec}, Auth: auth,
	}
	if codec != protocol.CodecMP {
		hello.Codecs = append(hello.Codecs, protocol.CodecMP)
	}
	if r.token != "" {
		hello.Resume = &protocol.Resume{Token: r.token, Seq: r.seq.Load()}
	}
	frame, err := protocol.Encode(hello)
	if err != nil {
		return err
	}
	if err := s.write(frame, r.cfg.DialTimeout); err != nil {
		return err
	}
	if away {
		if err := s.write(detachFrame, r.cfg.DialTimeout); err != nil {
			return err
		}
	}
	if frame, err = s.read(r.cfg.DialTimeout); err != nil {
		return err
	}
	w, err := r.welcome(frame, codec)
	if err != nil {
		return err
	}
	r.token = w.Token
	r.cfg.Counters.Connects.Add(1)
	if w.Lost > 0 {
		r.cfg.Counters.Drops[DropLost].Add(uint64(w.Lost))
		r.cfg.Missed()
	}
	if w.Resumed {
		r.cfg.Counters.Resumes.Add(1)
	} else {
		r.seq.Store(0)
	}
	r.open(s, codec, away)
	return nil
}

func (r *Relay) welcome(frame []byte, codec string) (protocol.Welcome, error) {
	kind, err := protocol.Check(frame, protocol.FromServer)
	if err != nil {
		return protocol.Welcome{}, err
	}
	if kind != protocol.KindWelcome {
		return protocol.Welcome{}, fmt.Errorf("%w: %s before the welcome", protocol.ErrMalformed, kind)
	}
	w, err := r.reader.Welcome(frame)
	if err == nil && (w.Version != protocol.Version || w.Codec != codec || w.Token == "") {
		err = fmt.Errorf("%w: welcome to version %d, codec %q", protocol.ErrMalformed, w.Version, w.Codec)
	}
	return w, err
}

// open makes a connection the relay's, and tells the other node if the player has come, gone, or come back otherwise since the hello.
func (r *Relay) open(s *socket, codec string, away bool) {
	r.shown.Store(time.Now().UnixNano())
	r.sock.Store(s)
	r.mu.Lock()
	now, link := r.codec, r.link
	r.mu.Unlock()
	switch {
	case link != nil && now != codec:
		s.end(ErrCodec)
	case link == nil && !away:
		_ = r.say(s, detachFrame) // there is room
	case link != nil && away:
		_ = r.say(s, attachFrame)
	}
	r.take(s)
}
