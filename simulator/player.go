package simulator

import (
	"context"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/simulator/link"
)

// player is one bot of the population: a place in a party, a Bot that plays, and one session after another.
type player struct {
	index   int
	cfg     Config
	crowd   *crowd
	guard   *guard
	party   *party
	bot     Bot
	tally   tally
	source  *net.TCPAddr  // that it connects from; nil for the system's choice
	link    *link.Link    // between it and the server; nil for none
	seated  chan struct{} // closed when it is first where its role wants it: in a match, or in a lobby
	sitOnce sync.Once
	cuts    atomic.Int64

	connections int // clients made so far; of whoever makes the next

	returns returns        // of a Rejoiner
	retired sync.WaitGroup // visits whose session another one has taken up

	mu     sync.Mutex
	visit  *visit       // the present one; nil while it is away
	older  []*visit     // whose session the present one, or one before it, has taken up, and that are not over yet
	past   client.Stats // of the visits before
	visits int
}

// What a bot's randomness is for, each kind from a generator of its own, so that one does not shift another.
const (
	forPlay = iota
	forBackoff
	forChaos
	forHops
	forTalk
	forChurn
	forNetwork
	forPresence
	forReturns
	forSending
	purposes
)

func (p *player) rand(purpose uint64) *rand.Rand {
	return rand.New(rand.NewPCG(p.cfg.Seed, uint64(p.index)*purposes+purpose))
}

// about is a time whose mean is d, uniform between half of it and one and a half.
func about(d time.Duration, rng *rand.Rand) time.Duration {
	return d/2 + time.Duration(rng.Int64N(int64(d)+1))
}

func newPlayer(i int, r *run, c *crowd, y *party) (*player, error) {
	p := &player{
		index: i, cfg: r.cfg, crowd: c, guard: r.guard, party: y,
		tally:  tally{window: &r.window, gauges: c.gauges, heardOf: map[string]uint64{}},
		seated: make(chan struct{}),
	}
	if len(r.sources) > 0 {
		p.source = r.sources[i%len(r.sources)]
	}
	p.returns.rng = p.rand(forReturns)
	p.bot = c.NewBot(i, p.rand(forPlay))
	if c.Network != (link.Profile{}) {
		var err error
		if p.link, err = link.New(c.Network, p.rand(forNetwork).Uint64()); err != nil {
			return nil, err
		}
	}
	// Made at once, so that a client that cannot be made is found before any is started.
	var err error
	p.visit, err = newVisit(p)
	return p, err
}

// arrive notes that the bot is where it should be.
func (p *player) arrive() { p.sitOnce.Do(func() { close(p.seated) }) }

// live makes one visit, or, where the group churns, one after another until the measured time is over, the last of which goes on until ctx ends.
func (p *player) live(ctx context.Context) {
	defer p.retired.Wait()
	rng := p.rand(forChurn)
	for {
		staying, leave := context.WithCancel(ctx)
		if p.crowd.Stay > 0 {
			time.AfterFunc(about(p.crowd.Stay, rng), func() {
				if !p.tally.window.isShut() {
					leave()
				}
			})
		}
		p.mu.Lock()
		v := p.visit
		if v.heirOf == nil {
			p.visits++
		}
		p.mu.Unlock()
		welcome := v.live(staying)
		leave()
		if v.heir != nil {
			p.succeed(v)
			continue
		}
		if !welcome || ctx.Err() != nil {
			return
		}
		p.leave()
		// Who vanished owes the others its coming back.
		if !sleep(ctx, about(p.crowd.Away, rng)) || p.tally.window.isShut() && v.parting != vanishes || !p.comeBack() {
			return
		}
	}
}

// leave ends a visit's accounts.
func (p *player) leave() {
	p.mu.Lock()
	p.past.Add(p.visit.client.Stats())
	p.guard.ledger.Client(p.visit.client.Stats(), p.index+1)
	p.visit = nil
	p.mu.Unlock()
	p.tally.goAway()
}

// comeBack makes the next visit.
func (p *player) comeBack() bool {
	v, err := newVisit(p)
	if err != nil { // the first one had the same configuration
		p.tally.fail(FailedConnect, "%v", err)
		return false
	}
	if p.crowd.Role == Rejoiner {
		p.tally.setOut(time.Now())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.visit = v
	return true
}

// client is the present visit's, or nil while the bot is away.
func (p *player) client() *client.Client {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.visit == nil {
		return nil
	}
	return p.visit.client
}

// stats are those of all visits.
func (p *player) stats() client.Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	total := p.past
	for _, v := range p.older {
		total.Add(v.client.Stats())
	}
	if p.visit != nil {
		total.Add(p.visit.client.Stats())
	}
	return total
}

// dialer makes the byte stream under the bot's connections; nil is the client's own.
func (p *player) dialer() link.Dialer {
	dial := p.cfg.NetDial
	switch {
	case dial != nil:
	case p.source != nil:
		dial = (&net.Dialer{LocalAddr: p.source}).DialContext
	case p.link != nil:
		dial = (&net.Dialer{}).DialContext
	}
	if p.link == nil {
		return dial
	}
	return p.link.Dial(dial)
}

// present reports whether the bot is where it should be: away, in its lobby, or in the seat where it sat and served there since a time.
func (p *player) present(since time.Time) bool {
	c := p.client()
	switch {
	case c == nil:
		return true
	case p.returns.barred.Load():
		return true
	case p.crowd.Role.plays():
		return p.tally.present(since)
	case p.crowd.Role == Sitter:
		return c.Online() && c.Lobby().State() != nil
	}
	return c.Online()
}

// standing is for the live line: whether it is in a match, or, if it plays none, connected.
func (p *player) standing() (seated, failed bool) {
	seated, failed = p.tally.standing()
	if c := p.client(); !p.crowd.Role.plays() && c != nil {
		seated = c.Online()
	}
	return seated, failed
}

// wreak cuts the bot's socket at random until ctx ends: every 3 to 8 seconds, one cut in three in the middle of a frame, and
// one in four followed by another within a second.
func (p *player) wreak(ctx context.Context) {
	rng := p.rand(forChaos)
	between := func(min, max time.Duration) time.Duration { return min + time.Duration(rng.Int64N(int64(max-min))) }
	wait := between(0, 5*time.Second)
	for sleep(ctx, wait) {
		if c := p.client(); c != nil {
			if c.Online() {
				p.cuts.Add(1)
			}
			if rng.IntN(3) == 0 {
				c.CutMidFrame()
			} else {
				c.Cut()
			}
		}
		wait = between(3*time.Second, 8*time.Second)
		if rng.IntN(4) == 0 {
			wait = between(50*time.Millisecond, time.Second)
		}
	}
}
