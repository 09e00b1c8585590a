package session

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// Config is what a [Hub] is made from. Zero values are the stated defaults; those of docs/PROTOCOL.md are section 9 there.
type Config struct {
	Handler Handler       // the house; required
	Auth    Authenticator // who may connect; required: [Guest] for everybody

	// Renewed is called, like the methods of Handler, when a session's client has renewed its credentials over its connection: roles may
	// have been won or lost. Where it does so as it resumes, only Connected is called. Default: nothing is.
	Renewed func(s *Session)

	// Upload decides, called as a method of Handler, on what a client offers to send, before it sends any of it. A [*protocol.Error] refuses it, and goes to the
	// client as it is. Default: nothing is taken.
	Upload func(s *Session, o protocol.Offer) (Intake, error)

	// Secret is the key of resume tokens, at least 16 bytes. Default: 32 random bytes, so tokens do not outlive the process;
	// neither do sessions.
	Secret []byte
	// Elsewhere are the other hubs of a service, which have the same Secret and where clients may resume, and Node names this one among them,
	// at most 64 bytes. Default: there are none.
	Elsewhere Elsewhere
	Node      string
	// Origins are the hosts whose pages may connect, as "host", "host:port" or "scheme://host:port". Empty: the host that the
	// request was made to. "*": any. A request without an Origin is not a browser's, and is let in.
	Origins    []string
	Codecs     []string // snapshot codecs that the house can write; default protocol.CodecMP
	ServerName string   // told to clients, at most 64 bytes; default "deltatick"

	MaxSessions int // connected or away, 1 or more; default 10,000

	// TrustedProxies are the networks of reverse proxies that are believed about where a request comes from, in X-Forwarded-For; default none.
	TrustedProxies []netip.Prefix
	// MaxPerAddress is how many connections one address may have open: an IPv4 address or an IPv6 network of 64 bits; one of a private network or
	// of this machine any number. Default 64: behind one address there may be a school or a party with all its tabs, but hardly more players
	// of one game; with it, a hundred addresses are needed to fill a server of 10,000 sessions to two thirds.
	MaxPerAddress int
	// HandshakeRate is how many handshakes a second an address may make for long, above 0; at once, twice MaxPerAddress. Default 10: a
	// full address whose players are all cut off comes back at once, and ten handshakes a second cost less than a hundredth of a core.
	HandshakeRate float64
	MaxAddresses  int // known at a time, 1 or more; default 65,536, which are some 20 MB

	RenewAhead     time.Duration // before the end of credentials that their client is asked for newer ones; default 60 s, half of what is left at most
	Grace          time.Duration // for which a session is kept without a connection; default 60 s
	PingEvery      time.Duration // asked of clients; whole milliseconds; default 1 s
	HelloTimeout   time.Duration // from connect to hello, and again for the authenticator; default 5 s
	SilentTimeout  time.Duration // without a sign of life; asked for one after a third of it; default 15 s
	WriteTimeout   time.Duration // for one frame to be written; default 10 s
	CloseTimeout   time.Duration // from the decision to close to a closed socket; default 1 s
	ShutdownSpread time.Duration // over which Shutdown spreads its closes; default 500 ms

	Requests Limit // default 20/s, burst 40, 400 strikes
	Signals  Limit // pings, resyncs, frames of unknown kinds; WebSocket control frames apart; default 10/s, burst 20, 200 strikes

	Sends Limit // events of the client's; default 20/s, burst 256, which is what a client keeps while it is away, 400 strikes

	// Bytes are those of all frames after the hello; burst at least protocol.MaxClientFrame. Default 64 KiB/s, burst 256 KiB, 240 strikes: an
	// honest player sends 2 to 15 KB/s (60 to 240 inputs of 30 to 60 bytes), and a game may still send sixteen of the largest frames at once.
	Bytes Limit
	// KindLimits are further limits for kinds of requests, each its own for every session: a named one in place of its channel's.
	KindLimits map[EventKind]Limit

	Strays Limit // match frames of a session that is in no match; default 240/s, burst 240, 240 strikes

	QueueFrames int // frames waiting to be written to a client; default 1,024
	QueueBytes  int // bytes of them; a single frame may be larger; default 1 MiB
	KeptEvents  int // events kept for a replay, per session; default 512
	KeptBytes   int // bytes of them as frames; default 256 KiB

	// KeptAge is for how long an event is kept at most that the client does not acknowledge, and the reply to a request that is to run once.
	// Default Grace + 2 min: no client that still may resume loses anything by it, and one that never acknowledges keeps nothing for ever.
	KeptAge time.Duration

	MaxTransfer     int64         // bytes of an upload or a download; default 64 MiB
	MaxUploads      int           // of a session at a time; default 4
	MaxWaiting      int64         // bytes of a session's uploads that the hub holds until all are there, by their size; default 16 MiB
	MaxWaitingInAll int64         // the same of all sessions; default 256 MiB
	UploadRate      float64       // bytes of a session's uploads a second; default 2 MiB
	UploadBurst     int           // of them at once, protocol.MaxChunk or more; default 256 KiB
	MaxDownloads    int           // of a session at a time; default 8
	TransferTimeout time.Duration // for which a transfer may stand still while the session is connected; default 30 s

	Logger   *slog.Logger     // default: discard
	Counters *Counters        // default: new ones
	Now      func() time.Time // arrival times and the clock told to clients; runs as fast as the timers do; default time.Now
	Random   io.Reader        // session ids and tokens; must be cryptographic; default crypto/rand.Reader
}

func (cfg Config) withDefaults() (Config, error) {
	cfg.ServerName = cmp.Or(cfg.ServerName, "deltatick")
	cfg.MaxSessions = cmp.Or(cfg.MaxSessions, 10_000)
	cfg.Grace = cmp.Or(cfg.Grace, 60*time.Second)
	cfg.RenewAhead = cmp.Or(cfg.RenewAhead, time.Minute)
	cfg.PingEvery = cmp.Or(cfg.PingEvery, time.Second)
	cfg.HelloTimeout = cmp.Or(cfg.HelloTimeout, protocol.HelloTimeout)
	cfg.SilentTimeout = cmp.Or(cfg.SilentTimeout, protocol.SilentTimeout)
	cfg.WriteTimeout = cmp.Or(cfg.WriteTimeout, protocol.WriteTimeout)
	cfg.CloseTimeout = cmp.Or(cfg.CloseTimeout, time.Second)
	cfg.ShutdownSpread = cmp.Or(cfg.ShutdownSpread, 500*time.Millisecond)
	cfg.Requests = cmp.Or(cfg.Requests, Limit{Rate: 20, Burst: 40, Strikes: 400})
	cfg.Signals = cmp.Or(cfg.Signals, Limit{Rate: 10, Burst: 20, Strikes: 200})
	cfg.Bytes = cmp.Or(cfg.Bytes, Limit{Rate: 64 << 10, Burst: 256 << 10, Strikes: 240})
	cfg.MaxPerAddress = cmp.Or(cfg.MaxPerAddress, 64)
	cfg.HandshakeRate = cmp.Or(cfg.HandshakeRate, 10)
	cfg.MaxAddresses = cmp.Or(cfg.MaxAddresses, 1<<16)
	cfg.Strays = cmp.Or(cfg.Strays, Limit{Rate: 240, Burst: 240, Strikes: 240})
	cfg.QueueFrames = cmp.Or(cfg.QueueFrames, 1024)
	cfg.QueueBytes = cmp.Or(cfg.QueueBytes, 1<<20)
	cfg.KeptEvents = cmp.Or(cfg.KeptEvents, 512)
	cfg.KeptBytes = cmp.Or(cfg.KeptBytes, 256<<10)
	cfg.KeptAge = cmp.Or(cfg.KeptAge, cfg.Grace+2*time.Minute)
	cfg.Sends = cmp.Or(cfg.Sends, Limit{Rate: 20, Burst: 256, Strikes: 400})
	cfg.MaxTransfer = cmp.Or(cfg.MaxTransfer, 64<<20)
	cfg.MaxUploads = cmp.Or(cfg.MaxUploads, 4)
	cfg.MaxWaiting = cmp.Or(cfg.MaxWaiting, 16<<20)
	cfg.MaxWaitingInAll = cmp.Or(cfg.MaxWaitingInAll, 256<<20)
	cfg.UploadRate = cmp.Or(cfg.UploadRate, 2<<20)
	cfg.UploadBurst = cmp.Or(cfg.UploadBurst, 256<<10)
	cfg.MaxDownloads = cmp.Or(cfg.MaxDownloads, 8)
	cfg.TransferTimeout = cmp.Or(cfg.TransferTimeout, 30*time.Second)
	if cfg.Upload == nil {
		cfg.Upload = noUploads
	}
	if cfg.Codecs == nil {
		cfg.Codecs = []string{protocol.CodecMP}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	if cfg.Secret == nil {
		cfg.Secret = make([]byte, 32)
		if _, err := io.ReadFull(cfg.Random, cfg.Secret); err != nil {
			return cfg, fmt.Errorf("session: secret: %w", err)
		}
	}
	return cfg, cfg.check()
}

func (cfg *Config) check() error {
	if cfg.Handler == nil {
		return errors.New("session: no handler")
	}
	if cfg.Auth == nil {
		return errors.New("session: no authenticator: nobody could connect")
	}
	if len(cfg.Secret) < 16 {
		return fmt.Errorf("session: a secret of %d bytes: want 16 at least", len(cfg.Secret))
	}
	if len(cfg.ServerName) > protocol.MaxIdentBytes {
		return fmt.Errorf("session: a server name of %d bytes: want %d at most", len(cfg.ServerName), protocol.MaxIdentBytes)
	}
	if (cfg.Elsewhere == nil) != (cfg.Node == "") || len(cfg.Node) > protocol.MaxIdentBytes {
		return fmt.Errorf("session: a node name of %d bytes: want 1 to %d where there are other hubs, and none where there are not", len(cfg.Node), protocol.MaxIdentBytes)
	}
	if len(cfg.Codecs) == 0 {
		return errors.New("session: no codecs")
	}
	for name, n := range map[string]int{
		"MaxSessions": cfg.MaxSessions, "QueueFrames": cfg.QueueFrames, "QueueBytes": cfg.QueueBytes,
		"KeptEvents": cfg.KeptEvents, "KeptBytes": cfg.KeptBytes,
		"MaxUploads": cfg.MaxUploads, "MaxDownloads": cfg.MaxDownloads,
		"MaxPerAddress": cfg.MaxPerAddress, "MaxAddresses": cfg.MaxAddresses,
	} {
		if n < 1 {
			return fmt.Errorf("session: %s %d: want 1 or more", name, n)
		}
	}
	if cfg.QueueFrames <= cfg.KeptEvents || cfg.QueueBytes < cfg.KeptBytes+protocol.MaxHelloFrame {
		return errors.New("session: a queue that does not hold a welcome and all kept events")
	}
	for name, d := range map[string]time.Duration{
		"RenewAhead": cfg.RenewAhead, "Grace": cfg.Grace, "PingEvery": cfg.PingEvery, "HelloTimeout": cfg.HelloTimeout,
		"SilentTimeout": cfg.SilentTimeout, "WriteTimeout": cfg.WriteTimeout, "CloseTimeout": cfg.CloseTimeout,
		"KeptAge": cfg.KeptAge, "TransferTimeout": cfg.TransferTimeout,
	} {
		if d < time.Millisecond {
			return fmt.Errorf("session: %s %v: want 1ms or more", name, d)
		}
	}
	if cfg.MaxTransfer < 1 || cfg.MaxWaiting < 1 || cfg.MaxWaitingInAll < 1 || cfg.UploadRate <= 0 || cfg.UploadBurst < protocol.MaxChunk {
		return fmt.Errorf("session: a limit of transfers below 1 byte, or an UploadBurst below %d", protocol.MaxChunk)
	}
	if cfg.ShutdownSpread < 0 {
		return fmt.Errorf("session: ShutdownSpread %v: want 0 or more", cfg.ShutdownSpread)
	}
	for name, l := range map[string]Limit{
		"Requests": cfg.Requests, "Signals": cfg.Signals, "Strays": cfg.Strays, "Sends": cfg.Sends, "Bytes": cfg.Bytes,
	} {
		if !l.valid() {
			return fmt.Errorf("session: limit %s %+v: want a rate above 0, burst and strikes of 1 or more", name, l)
		}
	}
	if err := cfg.checkLimits(); err != nil {
		return err
	}
	if cfg.PingEvery.Seconds()*cfg.Signals.Rate < 1 {
		return fmt.Errorf("session: a ping every %v is above the limit of %v a second", cfg.PingEvery, cfg.Signals.Rate)
	}
	return nil
}

func (cfg *Config) checkLimits() error {
	if cfg.Bytes.Burst < protocol.MaxClientFrame {
		return fmt.Errorf("session: limit Bytes %+v: its burst is below a frame of %d", cfg.Bytes, protocol.MaxClientFrame)
	}
	for kind, l := range cfg.KindLimits {
		switch {
		case !protocol.ValidIdent(kind.Channel), kind.Name != "" && !protocol.ValidIdent(kind.Name):
			return fmt.Errorf("session: limit of kind %+v: no identifiers", kind)
		case !l.valid():
			return fmt.Errorf("session: limit of kind %+v %+v: want a rate above 0, burst and strikes of 1 or more", kind, l)
		}
	}
	if cfg.HandshakeRate <= 0 {
		return fmt.Errorf("session: HandshakeRate %v: want one above 0", cfg.HandshakeRate)
	}
	for _, p := range cfg.TrustedProxies {
		if !p.IsValid() || p.Addr().Is4In6() {
			return fmt.Errorf("session: trusted proxies %v: want a network of IPv4 or IPv6", p)
		}
	}
	return nil
}
