package client

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/url"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Config says whom a client talks to and how. Only URL is needed; the zero value of everything else is the default it names.
type Config struct {
	URL  string // ws:// or wss://, with the path: ws://127.0.0.1:8080/ws
	Over Over   // what carries the frames; default OverWebSocket
	Name string // display name of a guest; the server cuts it to 24 characters and calls the nameless "guest"

	// Auth gives the credentials for a hello: a scheme and its arguments, such as "jwt" and a token. It is called before every dial, and
	// when the server asks for newer ones; ctx ends with Run, or with the connection. Its error counts as a dial that failed. Default:
	// those of a guest called Name. See docs/sessions.md.
	Auth func(ctx context.Context) ([]string, error)

	// Resume takes up a session that another client had, in this process or in one before it. Its events go on after Resume.Seq, its own
	// (Client.Send) after the newest one that the server has handled; a connection that it still has is closed with CloseDisplaced. Where the
	// session is gone, Run ends with the code that says so. Default: a new session.
	Resume Resumption

	// Software is the name and version in the hello, at most 64 bytes. Default "deltatick-go/1".
	Software string

	// Codecs are those that snapshot bodies may come in, the best first; the server chooses. Default protocol.CodecPacked, then
	// protocol.CodecMP, which every server can write.
	Codecs []string

	// Handlers are told what happens.
	Handlers Handlers

	// Asks answer what the server asks. They are called by Run's goroutine, as Handlers are, and must not block either.
	Asks map[Ask]AskHandler

	// Downloads take what the server sends; others are refused.
	Downloads map[Download]DownloadHandler

	// KeepDialing makes Run treat a first dial that fails like any later one. By default it ends Run with ErrUnreachable: who
	// has never been connected most likely has the wrong address.
	KeepDialing bool

	// BackoffBase and BackoffCap bound the wait before the n-th dial in a row that follows a failed one: it is uniformly random
	// between 0 and min(BackoffCap, BackoffBase * 2^n). Defaults 250 ms and 5 s (docs/PROTOCOL.md, section 3).
	BackoffBase, BackoffCap time.Duration

	// DialTimeout bounds TCP, TLS and WebSocket handshake and the wait for the welcome together. Default 5 s.
	DialTimeout time.Duration

	// LinkTimeout is how long a socket may be silent before it is dropped and the session resumed. Default 2 s.
	LinkTimeout time.Duration

	// RequestTimeout bounds a request, the wait for a socket to send it on included, unless the caller's context ends sooner.
	// Default 5 s.
	RequestTimeout time.Duration

	// NetDial makes the byte stream under the WebSocket: the place for an in-memory network or a simulated bad link. Default is
	// a net.Dialer's DialContext.
	NetDial func(ctx context.Context, network, addr string) (net.Conn, error)

	// Rand is used for backoff, by Run's goroutine alone. Default is seeded by the system.
	Rand *rand.Rand

	// Logger gets connects and losses at debug level, protocol violations of the server at warn. Default discards.
	Logger *slog.Logger
}

// Over says what carries a client's frames.
type Over uint8

// What carries frames. Over HTTP (docs/PROTOCOL.md, section 12) is for networks that let no WebSocket through, and for tests of that; a
// client keeps to what it is told and does not try one after another.
const (
	OverWebSocket Over = iota
	OverStream         // HTTP, with an answer that goes on
	OverPoll           // HTTP, with one answer after another
)

func (cfg Config) withDefaults() (Config, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") {
		return cfg, fmt.Errorf("url %q: want ws://host:port/path or wss://host:port/path", cfg.URL)
	}
	if cfg.Over > OverPoll {
		return cfg, fmt.Errorf("over %d: want OverWebSocket, OverStream or OverPoll", cfg.Over)
	}
	if cfg.Software == "" {
		cfg.Software = "deltatick-go/1"
	}
	if len(cfg.Software) > protocol.MaxIdentBytes {
		return cfg, fmt.Errorf("software name of %d bytes, at most %d", len(cfg.Software), protocol.MaxIdentBytes)
	}
	if len(cfg.Codecs) == 0 {
		cfg.Codecs = []string{protocol.CodecPacked, protocol.CodecMP}
	}
	for _, codec := range cfg.Codecs {
		if codec != protocol.CodecPacked && codec != protocol.CodecMP {
			return cfg, fmt.Errorf("codec %q: want %s or %s", codec, protocol.CodecPacked, protocol.CodecMP)
		}
	}
	for _, d := range []struct {
		value *time.Duration
		name  string
		usual time.Duration
	}{
		{&cfg.BackoffBase, "BackoffBase", 250 * time.Millisecond},
		{&cfg.BackoffCap, "BackoffCap", 5 * time.Second},
		{&cfg.DialTimeout, "DialTimeout", 5 * time.Second},
		{&cfg.LinkTimeout, "LinkTimeout", protocol.LinkTimeout},
		{&cfg.RequestTimeout, "RequestTimeout", 5 * time.Second},
	} {
		switch {
		case *d.value < 0:
			return cfg, fmt.Errorf("%s is negative", d.name)
		case *d.value == 0:
			*d.value = d.usual
		}
	}
	if cfg.NetDial == nil {
		cfg.NetDial = (&net.Dialer{}).DialContext
	}
	if cfg.Rand == nil {
		cfg.Rand = rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64()))
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	return cfg, nil
}
