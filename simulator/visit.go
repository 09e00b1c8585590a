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

// visit is one session of a bot, from the first dial to the bye.
type visit struct {
	*player
	senses  *senses
	client  *client.Client
	again   chan struct{} // a match is over, and there might be another
	served  chan struct{} // closed at the first snapshot
	first   sync.Once
	leaving atomic.Bool
	calls   calls  // of the goroutine that sends, while it lives
	spoken  uint64 // messages said in the session; of the goroutine that talks

	stop    context.CancelFunc // ends the connection without a bye
	depart  context.CancelFunc // ends what the bot does in the session
	ended   chan struct{}      // closed when the client is done
	refused bool               // the server closed with a code that says not to come back; good once ended is closed
	parting parting            // how it is to end; good once what the bot does has ended
	stepped atomic.Value       // string: the match that the bot has left by its own wish

	handing  atomic.Pointer[chan client.Resumption] // to be told what the session is taken up with
	handed   atomic.Bool                            // another visit has the session: nothing that is seen here counts any more
	heirOf   *visit                                 // whose session this one takes up; nil: its own
	heir     *visit                                 // who takes up this one's; nil: nobody
	welcomed chan struct{}                          // of an heir: closed when it has the session
	lostWith protocol.CloseCode                     // after it was handed over: what the connection was closed with; good once ended is closed

	followed atomic.Pointer[time.Time] // since when the others of the lobby are; nil before
	moodOf   map[string]time.Time      // the newest mood seen of each, by when it was said; the client's goroutine's
}

// newVisit makes the client of a new session; it starts nothing.
func newVisit(p *player) (*visit, error) {
	// One word is enough: the asker asks until there is another match.
	v := &visit{player: p, again: make(chan struct{}, 1), senses: p.guard.senses(p)}
	return v, v.newClient(client.Resumption{})
}

// newClient makes the client, of a session that it takes up or, with none, of a new one.
func (v *visit) newClient(resume client.Resumption) (err error) {
	p := v.player
	v.served, v.welcomed, v.ended = make(chan struct{}), make(chan struct{}), make(chan struct{})
	p.connections++
	v.calls.from = fmt.Sprintf("bot %d.%d", p.index+1, p.connections)
	var auth func(context.Context) ([]string, error)
	if p.crowd.Auth != nil {
		auth = p.crowd.Auth(p.index)
	}
	v.client, err = client.New(client.Config{
		URL: p.cfg.URL, Name: fmt.Sprintf("bot %d", p.index+1), Software: "deltatick-simulator/1", KeepDialing: true,
		RequestTimeout: p.cfg.JoinWithin, LinkTimeout: p.cfg.LinkTimeout, NetDial: p.dialer(), Codecs: p.crowd.Codecs,
		Logger: p.cfg.Logger.With("bot", p.index+1), Rand: p.rand(forBackoff), Resume: resume, Auth: auth,
		Handlers: client.Handlers{
			Connected: v.sawWelcome,
			Lost:      v.sawLoss,
			Entered:   v.sawRoom,
			Snapshot:  v.sawSnapshot,
			Exited:    v.sawExit,
			Lobby:     v.sawLobby,
			Message:   v.sawMessage,
			Presence:  v.sawPresence,
			Notice:    v.sawNotice,
			Event:     v.sawEvent,
		},
	})
	return err
}

func (v *visit) sawLoss(err error) {
	var closed *protocol.Closed
	errors.As(err, &closed)
	switch {
	case v.handed.Load():
		if closed != nil {
			v.lostWith = closed.Code
		}
		v.stop() // it must not come back and take the session from who has taken it up
		return
	case v.leaving.Load(): // its seat is accounted for
	case closed != nil:
		v.senses.rise(v.tally.sat())
	default:
		v.senses.keep(v.tally.sat, v.client.Session().Grace, false)
	}
	v.tally.lost()
}

func (v *visit) sawNotice(n client.Notice) {
	if v.handed.Load() {
		return
	}
	v.tally.notice(n.Code)
	if sends := v.crowd.Sends; sends.Every > 0 && n.Channel == sends.Channel {
		v.tally.fail(FailedSending, "%s was refused: %s %s", n.Name, n.Code, n.Message)
	}
}

func (v *visit) sawRoom(room *client.Room) {
	if v.handed.Load() {
		return
	}
	v.senses.entered(room)
	v.tally.entered(room)
}

func (v *visit) sawMessage(m client.ChatMessage) {
	if v.handed.Load() {
		return
	}
	v.senses.heard(m)
	v.tally.heard(m, time.Now())
}

func (v *visit) sawEvent(ev protocol.Event) {
	if v.handed.Load() {
		return
	}
	v.senses.events.Event(ev.Seq)
	v.tally.event(ev)
	v.sawCall(ev)
}

func (v *visit) sawSnapshot(_ *client.Room, view *client.View) {
	if v.handed.Load() {
		return
	}
	v.senses.snapshot(view)
	if v.tally.snapshot(view); view.Tick%64 == 0 { // about once a second; the figure hardly changes, and Stats has many
		v.tally.roundTrip(v.client.Stats().MinRTT)
	}
	v.first.Do(func() { close(v.served) })
	v.arrive()
	v.giveUp()
}

func (v *visit) sawExit(exit client.Exit) {
	if v.handed.Load() {
		return
	}
	v.senses.rise(v.tally.sat())
	v.tally.left(exit, v.leaving.Load() || v.stepped.Load() == exit.Match)
	if exit.Reason == "ended" {
		v.nudge()
	}
}

// sawLobby notices a match that was over before this bot came.
func (v *visit) sawLobby(s *client.State) {
	if v.handed.Load() {
		return
	}
	v.senses.lobby(s)
	if s != nil && s.Phase == client.PhaseOpen && s.Result != nil {
		v.nudge()
	}
}

func (v *visit) nudge() {
	select {
	case v.again <- struct{}{}:
	default:
	}
}

// live connects, does what its role says until ctx ends, and says bye, unless it is to go in another way. It reports whether the session was the bot's to end.
func (v *visit) live(ctx context.Context) bool {
	var running, acting context.Context
	running, v.stop = context.WithCancel(context.Background())
	acting, v.depart = context.WithCancel(ctx)
	go v.run(running)
	var work sync.WaitGroup
	if v.crowd.Role.plays() {
		work.Go(func() { v.askForRematches(acting) })
	}
	if v.crowd.Talk > 0 {
		work.Go(func() { v.talk(acting) })
	}
	if v.crowd.Sends.Every > 0 {
		work.Go(func() { v.send(acting) })
	}
	if v.crowd.Presence > 0 {
		work.Go(func() { v.moody(acting) })
	}
	if v.crowd.Role == Rejoiner {
		work.Go(func() { v.comeAndGo(acting) })
	}
	v.act(acting)
	<-acting.Done()
	v.depart()
	work.Wait()
	v.leaving.Store(true)
	switch v.parting {
	case handsOver:
		return true // who takes the session up ends this connection
	case vanishes:
		v.senses.keep(v.tally.sat, v.client.Session().Grace, true)
	case saysBye:
		v.senses.rise(v.tally.sat())
		parting, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		_ = v.client.Bye(parting) // the session's end, not the bot's concern any more
		cancel()
	}
	v.stop()
	<-v.ended
	return !v.refused
}

// run is the client's life.
func (v *visit) run(ctx context.Context) {
	defer close(v.ended)
	defer v.depart()
	err := v.client.Run(ctx)
	var closed *protocol.Closed
	if errors.As(err, &closed) && !v.handed.Load() {
		v.refused = true
		v.tally.fail(FailedClosed, "%v", closed)
	}
}

// act does what the role says, until ctx ends or there is nothing more to do.
func (v *visit) act(ctx context.Context) {
	if v.crowd.Role == Hopper {
		v.hop(ctx)
		return
	}
	if !v.sitDown(ctx) {
		return
	}
	if v.crowd.Role.plays() {
		v.play(ctx)
	}
}

// sitDown joins the lobby and, where a match is played, waits for the first snapshot.
func (v *visit) sitDown(ctx context.Context) bool {
	patience := v.cfg.JoinWithin
	if v.crowd.Auth != nil {
		patience += v.returns.bar()
	}
	joining, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var err error
	if v.heirOf == nil { // else it is where the one before it was
		err = v.enter(joining)
	}
	if err == nil && !v.crowd.Role.plays() {
		v.arrive()
		return true
	}
	if err == nil {
		select {
		case <-v.served:
			return true
		case <-joining.Done():
			err = fmt.Errorf("waiting for the first snapshot: %w", context.Cause(joining))
		}
	}
	switch {
	case ctx.Err() != nil: // the visit is over, or the connection, which says so itself
	case v.client.Stats().Connects == 0 && joining.Err() != nil:
		v.tally.fail(FailedConnect, "no session within %v", v.cfg.JoinWithin)
	default:
		v.tally.fail(FailedJoin, "%v", err)
	}
	return false
}

// play plays every room the client gets into.
func (v *visit) play(ctx context.Context) {
	var room *client.Room
	for {
		var err error
		if room, err = v.client.NextRoom(ctx, room); err != nil {
			return
		}
		v.bot.Enter(room)
		me := v.foresee(room)
		err = room.Play(ctx, func(view *client.View, in *client.Input) {
			me.observe(view)
			v.bot.Think(view, in)
			me.run(in)
			v.tally.thought(in.Tick, time.Now())
		})
		me.end()
		if errors.Is(err, client.ErrSpectator) {
			return // the tally has noted it
		}
	}
}

// askForRematches keeps the lobby playing when a match has ended.
func (v *visit) askForRematches(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-v.again:
		}
		for errors.Is(v.client.Lobby().Rematch(ctx), client.ErrOffline) {
			// The socket went while asking; the next one will do.
		}
	}
}

// hop goes from lobby to lobby of the group until ctx ends: into a random one that has a place, or one of its own, for about a second.
func (v *visit) hop(ctx context.Context) {
	rng := v.rand(forHops)
	for ctx.Err() == nil {
		joining, cancel := context.WithTimeout(ctx, v.cfg.JoinWithin)
		err := v.hopOnce(joining, rng)
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err == nil:
			v.arrive()
		case !errors.Is(err, client.ErrOffline): // that one is for the next attempt
			v.tally.fail(FailedJoin, "%v", err)
			return
		}
		sleep(ctx, about(time.Second, rng))
	}
}

func (v *visit) hopOnce(ctx context.Context, rng *rand.Rand) error {
	lobbies, err := v.client.Lobby().List(ctx)
	if err != nil {
		return err
	}
	v.guard.ledger.Listed(lobbies)
	var free []client.Summary
	for _, l := range lobbies {
		if l.Name == v.party.lobby.Name && l.Players < l.MaxPlayers {
			free = append(free, l)
		}
	}
	// Joining another leaves the present one. Who alone is in the only one moves to one of its own.
	if len(free) > 0 && rng.IntN(4) > 0 {
		_, err = v.client.Lobby().Join(ctx, free[rng.IntN(len(free))].ID, false)
	} else {
		_, err = v.client.Lobby().Create(ctx, v.party.lobby)
	}
	var refused *protocol.Error
	if errors.As(err, &refused) {
		switch refused.Code {
		case protocol.CodeFull, protocol.CodeNotFound, protocol.CodeAlready: // somebody was faster, or it is the present one
			return nil
		}
	}
	return err
}
