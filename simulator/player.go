package simulator

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// player is one bot's life: a client, a seat in a lobby, and a Bot that plays.
type player struct {
	index   int
	cfg     Config
	crowd   *crowd
	party   *party
	host    bool
	bot     Bot
	client  *client.Client
	tally   tally
	exits   chan client.Exit
	seated  chan struct{} // closed at the first snapshot
	sitOnce sync.Once
	leaving atomic.Bool
	cuts    atomic.Int64
}

func newPlayer(i int, r *run, c *crowd, y *party, host bool) (*player, error) {
	cfg := r.cfg
	p := &player{
		index: i, cfg: cfg, crowd: c, party: y, host: host,
		bot:   c.NewBot(i, rand.New(rand.NewPCG(cfg.Seed, uint64(3*i)))),
		tally: tally{window: &r.window, gauges: c.gauges},
		// A match ends rarely; one that ends while the bot asks for the next one is told by the lobby as well.
		exits:  make(chan client.Exit, 4),
		seated: make(chan struct{}),
	}
	var err error
	p.client, err = client.New(client.Config{
		URL: cfg.URL, Name: fmt.Sprintf("bot %d", i+1), Software: "deltatick-simulator/1", KeepDialing: true,
		RequestTimeout: cfg.JoinWithin, NetDial: cfg.NetDial, Logger: cfg.Logger.With("bot", i+1),
		Rand: rand.New(rand.NewPCG(cfg.Seed, uint64(3*i+1))),
		Handlers: client.Handlers{
			Lost:     func(error) { p.tally.lost() },
			Entered:  p.tally.entered,
			Snapshot: p.sawSnapshot,
			Exited:   p.sawExit,
			Notice:   func(n client.Notice) { p.tally.notice(n.Code) },
			Event:    p.tally.event,
		},
	})
	return p, err
}

func (p *player) sawSnapshot(_ *client.Room, v *client.View) {
	p.tally.snapshot(v)
	p.sitOnce.Do(func() { close(p.seated) })
}

func (p *player) sawExit(exit client.Exit) {
	p.tally.left(exit, p.leaving.Load())
	select {
	case p.exits <- exit:
	default:
	}
}

// live connects, joins and plays until ctx ends, then says bye.
func (p *player) live(ctx context.Context) {
	var work sync.WaitGroup
	running, stop := context.WithCancel(context.Background())
	playing, done := context.WithCancel(ctx)
	work.Go(func() {
		defer done()
		err := p.client.Run(running)
		var closed *protocol.Closed
		if errors.As(err, &closed) {
			p.tally.fail(FailedClosed, "%v", closed)
		}
	})
	work.Go(func() { p.askForRematches(playing) })
	if p.sitDown(playing) {
		p.play(playing)
	}
	<-playing.Done()
	p.leaving.Store(true)
	parting, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	_ = p.client.Bye(parting) // the session's end, not the bot's concern any more
	cancel()
	stop()
	work.Wait()
}

// sitDown joins the lobby and waits for the first snapshot.
func (p *player) sitDown(ctx context.Context) bool {
	joining, cancel := context.WithTimeout(ctx, p.cfg.JoinWithin)
	defer cancel()
	enter := p.party.join
	if p.host {
		enter = p.party.host
	}
	err := enter(joining, p.client)
	if err == nil {
		select {
		case <-p.seated:
			return true
		case <-joining.Done():
			err = fmt.Errorf("waiting for the first snapshot: %w", context.Cause(joining))
		}
	}
	switch {
	case ctx.Err() != nil: // the run is over, or the connection, which says so itself
	case p.client.Stats().Connects == 0 && joining.Err() != nil:
		p.tally.fail(FailedConnect, "no session within %v", p.cfg.JoinWithin)
	default:
		p.tally.fail(FailedJoin, "%v", err)
	}
	return false
}

// play plays every room the client gets into.
func (p *player) play(ctx context.Context) {
	var room *client.Room
	for {
		var err error
		if room, err = p.client.NextRoom(ctx, room); err != nil {
			return
		}
		p.bot.Enter(room)
		err = room.Play(ctx, func(v *client.View, in *client.Input) {
			p.bot.Think(v, in)
			p.tally.thought(in.Tick, time.Now())
		})
		if errors.Is(err, client.ErrSpectator) {
			return // the tally has noted it
		}
	}
}

// askForRematches keeps the lobby playing when a match has ended.
func (p *player) askForRematches(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case exit := <-p.exits:
			if exit.Reason != "ended" {
				continue
			}
		}
		for errors.Is(p.client.Lobby().Rematch(ctx), client.ErrOffline) {
			// The socket went while asking; the next one will do.
		}
	}
}

// wreak cuts the bot's socket at random until ctx ends: every 3 to 8 seconds, one cut in three in the middle of a frame, and
// one in four followed by another within a second.
func (p *player) wreak(ctx context.Context) {
	rng := rand.New(rand.NewPCG(p.cfg.Seed, uint64(3*p.index+2)))
	between := func(min, max time.Duration) time.Duration { return min + time.Duration(rng.Int64N(int64(max-min))) }
	wait := between(0, 5*time.Second)
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if p.client.Online() {
			p.cuts.Add(1)
		}
		if rng.IntN(3) == 0 {
			p.client.CutMidFrame()
		} else {
			p.client.Cut()
		}
		wait = between(3*time.Second, 8*time.Second)
		if rng.IntN(4) == 0 {
			wait = between(50*time.Millisecond, time.Second)
		}
	}
}
