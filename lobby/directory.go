package lobby

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// Directory holds the lobbies of a node. Make it with [NewDirectory] and let one goroutine [Directory.Run] it; everything else may
// be called by any goroutine.
type Directory struct {
	// Static after construction.
	cfg     Config
	kinds   map[string]match.Kind
	games   []Game
	closing chan struct{} // closed when Run ends: lobbies close
	board   *Board

	draining atomic.Bool
	running  sync.WaitGroup // lobbies' goroutines

	// Guarded by mu.
	mu      sync.Mutex
	closed  bool // no lobby is opened any more
	lobbies map[string]*lobby
	codes   map[string]*lobby
	places  map[string]place // by user
	opened  int64            // lobbies so far
}

// place is where a user is, or is about to be.
type place struct {
	member Member
	lobby  *lobby
}

// ErrCodeTaken: a lobby has this join code.
var ErrCodeTaken = errors.New("join code is in use")

// NewDirectory makes a directory without lobbies and starts nothing. Errors are those of [match.Kind.Checked], and limits that
// are negative.
func NewDirectory(cfg Config) (*Directory, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	kinds, games, err := checkedKinds(cfg.Kinds)
	if err != nil {
		return nil, err
	}
	return &Directory{
		cfg: cfg, kinds: kinds, games: games, closing: make(chan struct{}),
		board: NewBoard(cfg.Counters), lobbies: map[string]*lobby{}, codes: map[string]*lobby{}, places: map[string]place{},
	}, nil
}

// Run tells watchers what changes until ctx ends. Then it closes all lobbies, which stops their matches and tells their members,
// waits for them, and returns ctx's error. It is called once.
func (d *Directory) Run(ctx context.Context) error {
	ticker := time.NewTicker(d.cfg.ListEvery)
	defer ticker.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-ticker.C:
			d.board.Flush()
		}
	}
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	close(d.closing)
	d.running.Wait()
	return ctx.Err()
}

// Drain makes lobbies and matches that are yet to start be refused with "unavailable". What runs goes on. There is no way back.
func (d *Directory) Drain() { d.draining.Store(true) }

// Games lists the games on offer. It is not to be changed.
func (d *Directory) Games() []Game { return d.games }

// Of tells which lobby a user is in.
func (d *Directory) Of(user string) (id string, in bool) {
	if l := d.lobbyOf(user); l != nil {
		return l.id, true
	}
	return "", false
}

// codeTries is how often a join code is drawn before giving up. With 1000 lobbies, one in a million is in use.
const codeTries = 8

// openWithCode gives a lobby a join code that no other has, and opens it. When it fails, the lobby may be found until then, but serves nobody.
func (d *Directory) openWithCode(ctx context.Context, l *lobby, m Member) error {
	for range codeTries {
		code, err := newCode(d.cfg.Rand)
		if err != nil {
			return err
		}
		l.code = code
		if err = d.open(l, m); err == nil && d.cfg.Claim != nil {
			if err = d.cfg.Claim(ctx, m, l.id, code); err != nil {
				d.retract(l, m)
			}
		}
		if !errors.Is(err, ErrCodeTaken) {
			return err
		}
	}
	return ErrCodeTaken
}

// retract takes back what open did.
func (d *Directory) retract(l *lobby, m Member) {
	d.release(m, l)
	d.remove(l)
	d.running.Done()
}

// open enters a new lobby with its first member's place. From then on its goroutine is waited for.
func (d *Directory) open(l *lobby, m Member) error {
	user := m.User()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed || d.draining.Load() {
		return errDraining
	}
	if _, in := d.places[user]; in {
		return errAlready
	}
	if len(d.lobbies) >= d.cfg.MaxLobbies {
		return refuse(protocol.CodeFull, "the server has no room for another lobby")
	}
	if d.codes[l.code] != nil {
		return ErrCodeTaken
	}
	d.places[user] = place{m, l}
	d.enter(l)
	return nil
}

// enter makes a lobby one that is found. It needs mu.
func (d *Directory) enter(l *lobby) {
	d.opened++
	l.order = d.opened
	d.lobbies[l.id] = l
	d.codes[l.code] = l
	d.running.Add(1)
	d.cfg.Counters.Lobbies.Add(1)
}

// reserve finds a lobby by id or, if that is empty, by code, and gives the member a place there until [Directory.release].
func (d *Directory) reserve(m Member, id, code string) (*lobby, error) {
	user := m.User()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, errDraining
	}
	if _, in := d.places[user]; in {
		return nil, errAlready
	}
	l := d.codes[code]
	if id != "" {
		l = d.lobbies[id]
	}
	if l == nil {
		return nil, errNoLobby
	}
	d.places[user] = place{m, l}
	return l, nil
}

// release takes a member's place in a lobby back.
func (d *Directory) release(m Member, l *lobby) {
	user := m.User()
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.places[user] == (place{m, l}) {
		delete(d.places, user)
	}
}

// lobbyOf is the lobby that a user has a place in; nil: none.
func (d *Directory) lobbyOf(user string) *lobby {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.places[user].lobby
}

// remove forgets a lobby that has ended.
func (d *Directory) remove(l *lobby) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.board.Remove(l.id)
	delete(d.lobbies, l.id)
	delete(d.codes, l.code)
	d.cfg.Counters.Lobbies.Add(-1)
}
