package session

import (
	"container/list"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// addresses counts open connections and handshakes by address. An address is known while somebody is connected from it, and after that for
// as long as its bucket may take to be full again: by then, knowing it makes no difference. Its methods may be called by any goroutine.
type addresses struct {
	maxOpen int           // connections of one address
	rate    float64       // handshakes of one address a second
	burst   int           // of them at once
	max     int           // addresses
	keep    time.Duration // after the last connection; the time in which a bucket fills
	now     func() time.Time

	mu    sync.Mutex
	known map[netip.Addr]*address
	idle  list.List // of *address: those without a connection, the longest first
	timer *time.Timer
	armed bool // the timer runs, as it does whenever somebody is idle
}

// address is what is known of one. It needs addresses.mu.
type address struct {
	key        netip.Addr
	open       int
	handshakes *rate.Limiter
	since      time.Time     // when it became idle
	place      *list.Element // among the idle; nil: it has connections
}

func newAddresses(cfg *Config) *addresses {
	burst := handshakeBurst * cfg.MaxPerAddress
	return &addresses{
		maxOpen: cfg.MaxPerAddress, rate: cfg.HandshakeRate, burst: burst, max: cfg.MaxAddresses,
		keep: time.Duration(float64(burst) / cfg.HandshakeRate * float64(time.Second)),
		now:  cfg.Now, known: map[netip.Addr]*address{},
	}
}

// handshakeBurst is how many handshakes may come at once for each connection that an address may have: when a whole school comes back
// after a restart, all shake hands at once, and once more over HTTP if a proxy breaks their WebSockets.
const handshakeBurst = 2

// enter takes a connection of an address in, and reports true; or it says why not. Whoever was taken in has to leave once.
func (a *addresses) enter(key netip.Addr) (why Refusal, ok bool) {
	at := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep(at)
	who := a.known[key]
	if who == nil {
		if len(a.known) >= a.max && !a.forgetOne() {
			return RefusedAddresses, false
		}
		who = &address{key: key, handshakes: rate.NewLimiter(rate.Limit(a.rate), a.burst)}
		a.known[key] = who
	}
	switch {
	case !who.handshakes.AllowN(at, 1):
		return RefusedRate, false
	case who.open >= a.maxOpen:
		return RefusedOpen, false
	}
	who.open++
	if who.place != nil {
		a.idle.Remove(who.place)
		who.place = nil
	}
	return 0, true
}

func (a *addresses) leave(key netip.Addr) {
	at := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sweep(at)
	who := a.known[key]
	if who.open--; who.open > 0 {
		return
	}
	who.since, who.place = at, a.idle.PushBack(who)
	a.arm(a.keep)
}

// sweep forgets whoever has been idle for long enough. It needs mu.
func (a *addresses) sweep(at time.Time) {
	for oldest := a.idle.Front(); oldest != nil && at.Sub(oldest.Value.(*address).since) >= a.keep; oldest = a.idle.Front() {
		a.forgetOne()
	}
}

// forgetOne forgets who has been idle the longest. It reports false when nobody is. It needs mu.
func (a *addresses) forgetOne() bool {
	oldest := a.idle.Front()
	if oldest == nil {
		return false
	}
	delete(a.known, a.idle.Remove(oldest).(*address).key)
	return true
}

// arm has the idle swept after a time, unless that is on its way already. It needs mu.
func (a *addresses) arm(after time.Duration) {
	switch {
	case a.armed:
		return
	case a.timer == nil:
		a.timer = time.AfterFunc(after, a.expire)
	default:
		a.timer.Reset(after)
	}
	a.armed = true
}

// expire is the timer's callback.
func (a *addresses) expire() {
	at := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.armed = false
	a.sweep(at)
	if oldest := a.idle.Front(); oldest != nil {
		// Not at once: the clock may be a little behind the timers.
		a.arm(max(time.Millisecond, a.keep-at.Sub(oldest.Value.(*address).since)))
	}
}

func (a *addresses) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.known)
}
