package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Over says what carries the frames.
type Over string

// What carries frames: docs/PROTOCOL.md, sections 1 and 12.
const (
	WebSocket Over = "ws"
	Stream    Over = "stream"
	Poll      Over = "poll"
)

// Config says what is to be checked.
type Config struct {
	URL  string         // of the server: ws://host:port/ws or wss://...
	Over Over           // default WebSocket
	Only *regexp.Regexp // names of cases to run; nil: all

	// Views says that the game hides things from players (docs/views.md) or bounds their snapshots: no schema tells, and what two of them hold need
	// not be the same then.
	Views bool

	Parallel int           // cases at a time; default 8
	Patience time.Duration // longest wait for anything that is to come at once; default 5 s

	// Keys make credentials that the server takes. Without them, the cases about JSON Web Tokens and administrators are skipped.
	Keys Keys
}

// Case is one promise.
type Case struct {
	Name  string // area/what is promised
	needs needs
	run   func(t *T)
}

// needs is what a case cannot do without.
type needs uint8

const (
	needsWebSocket needs = 1 << iota // it is about WebSockets themselves
	needsHTTP                        // it is about links
	needsSlowness                    // it waits for something that takes the server's own time; it is begun first
	needsOneView                     // it is about a world that everybody sees the whole of
	needsKeys                        // it makes credentials
	needsPublicKey                   // it makes credentials out of the server's public key
	needsQuiet                       // it does something to everyone who is connected; it is run alone, after all others
)

// Result is how a case went.
type Result struct {
	Name    string
	Failure string // empty: it holds
	Skipped string // why it was not run; empty: it was
	Took    time.Duration
}

// Cases lists all cases.
func Cases() []Case {
	return slices.Concat(
		transportCases(), linkCases(), helloCases(), resumeCases(), frameCases(), requestCases(), eventCases(),
		sendCases(), onceCases(), askCases(), channelCases(), authCases(), renewCases(), expiryCases(), adminCases(),
		lobbyCases(), chatCases(), moderationCases(), typingCases(), presenceCases(), matchCases(), limitCases(),
	)
}

// Run runs the cases and reports each as it ends, one at a time. The error is about the configuration, or the end of ctx.
func Run(ctx context.Context, cfg Config, report func(Result)) error {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return err
	}
	cases := Cases()
	slices.SortStableFunc(cases, func(a, b Case) int { return a.needs.turn() - b.needs.turn() })
	var (
		running sync.WaitGroup
		turn    = make(chan struct{}, cfg.Parallel)
		told    sync.Mutex
	)
	for _, c := range cases {
		if cfg.Only != nil && !cfg.Only.MatchString(c.Name) {
			continue
		}
		if ctx.Err() != nil {
			break
		}
		if c.needs&needsQuiet != 0 {
			running.Wait()
		}
		turn <- struct{}{}
		running.Go(func() {
			defer func() { <-turn }()
			result := runCase(ctx, cfg, c)
			told.Lock()
			defer told.Unlock()
			report(result)
		})
	}
	running.Wait()
	return ctx.Err()
}

// turn orders cases: the slow ones first, so that others run beside them, and those that want to be alone last.
func (n needs) turn() int {
	switch {
	case n&needsQuiet != 0:
		return 2
	case n&needsSlowness != 0:
		return 0
	}
	return 1
}

func (cfg Config) withDefaults() (Config, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "ws" && u.Scheme != "wss" {
		return cfg, fmt.Errorf("conformance: url %q: want ws://host:port/path or wss://host:port/path", cfg.URL)
	}
	if cfg.Over == "" {
		cfg.Over = WebSocket
	}
	if !slices.Contains([]Over{WebSocket, Stream, Poll}, cfg.Over) {
		return cfg, fmt.Errorf("conformance: over %q: want ws, stream or poll", cfg.Over)
	}
	if cfg.Parallel == 0 {
		cfg.Parallel = 8
	}
	if cfg.Patience == 0 {
		cfg.Patience = 5 * time.Second
	}
	if err := cfg.Keys.check(); err != nil {
		return cfg, err
	}
	if cfg.Parallel < 1 || cfg.Patience < time.Millisecond {
		return cfg, errors.New("conformance: want 1 case at a time or more, and a patience of 1 ms or more")
	}
	return cfg, nil
}

func runCase(ctx context.Context, cfg Config, c Case) (result Result) {
	result.Name = c.Name
	switch {
	case c.needs&needsWebSocket != 0 && cfg.Over != WebSocket:
		result.Skipped = "it is about WebSockets"
		return result
	case c.needs&needsHTTP != 0 && cfg.Over == WebSocket:
		result.Skipped = "it is about plain HTTP"
		return result
	case c.needs&needsOneView != 0 && cfg.Views:
		result.Skipped = "players see different worlds"
		return result
	case c.needs&needsKeys != 0 && cfg.Keys.Secret == nil:
		result.Skipped = "no secret was given to sign credentials with"
		return result
	case c.needs&needsPublicKey != 0 && cfg.Keys.PublicKey == nil:
		result.Skipped = "no public key of the server's was given"
		return result
	}
	began := time.Now()
	t := &T{cfg: cfg}
	var stop context.CancelFunc
	t.ctx, stop = context.WithCancel(ctx)
	defer func() {
		switch r := recover().(type) {
		case nil:
		case failure:
			result.Failure = string(r)
		case skip:
			result.Skipped = string(r)
		default:
			result.Failure = fmt.Sprintf("the case broke: %v\n%s", r, debug.Stack())
		}
		for _, p := range t.peers {
			p.leave()
		}
		stop()
		result.Took = time.Since(began)
	}()
	c.run(t)
	return result
}
