package relay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Config is what a [Relay] is made from. Zero values are the stated defaults.
type Config struct {
	URL   string                   // of the other node's socket, such as "ws://10.0.0.7:8080/ws"
	Auth  func() ([]string, error) // the auth strings of a hello that begins a session: a fresh ticket each time
	Epoch uint32                   // that the match has there: what is sent under a lower one is not passed on

	// Session is that of another relay for the same seat, which this one goes on with, so that no event is missed or comes twice. The zero value: none.
	Session Session

	// Emit takes the events of the channel "match", and notices, in order and each once. It is called by the goroutine in Serve and must not block. If it reports
	// false, the player's session is not here any more: the event is not acknowledged, and Serve ends with [ErrUntaken].
	Emit func(e protocol.Event) (taken bool)

	// Missed is told, by the goroutine in Connect, that events are lost which the other node did not keep for long enough. It must not block. Default: nobody is told.
	Missed func()

	Silence      time.Duration // without a sign of life after which the other node is given up; default 750 ms
	PingEvery    time.Duration // when nothing is heard, and four times that when something is; default a third of Silence
	DialTimeout  time.Duration // from the dial to the welcome; default 500 ms
	WriteTimeout time.Duration // for all that waits at one moment; default 100 ms

	NetDial  func(ctx context.Context, network, addr string) (net.Conn, error) // default: TCP
	Logger   *slog.Logger                                                      // default: discard
	Counters *Counters                                                         // default: its own
}

const (
	defaultSilence      = 750 * time.Millisecond
	defaultDialTimeout  = 500 * time.Millisecond
	defaultWriteTimeout = 100 * time.Millisecond
)

func (cfg Config) withDefaults() (Config, error) {
	cfg.Silence = cmp.Or(cfg.Silence, defaultSilence)
	cfg.PingEvery = cmp.Or(cfg.PingEvery, cfg.Silence/3)
	cfg.DialTimeout = cmp.Or(cfg.DialTimeout, defaultDialTimeout)
	cfg.WriteTimeout = cmp.Or(cfg.WriteTimeout, defaultWriteTimeout)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Missed == nil {
		cfg.Missed = func() {}
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	if cfg.URL == "" || cfg.Auth == nil || cfg.Emit == nil {
		return cfg, errors.New("relay: no address, no credentials, or nobody who takes events")
	}
	if cfg.PingEvery < time.Millisecond || cfg.Silence < 2*cfg.PingEvery || cfg.DialTimeout < 0 || cfg.WriteTimeout < 0 {
		return cfg, fmt.Errorf("relay: Silence %v, PingEvery %v, DialTimeout %v, WriteTimeout %v: want a ping twice before it is silent, and times of 0 or more",
			cfg.Silence, cfg.PingEvery, cfg.DialTimeout, cfg.WriteTimeout)
	}
	return cfg, nil
}
