package node_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server/node"
	"github.com/deltatick/deltatick/session/channel"
)

// These tests hold the table "What a kill can lose" of docs/cluster.md.

// doomed is a party of two: ann's session and the lobby are on the first node, bob's session is on the second, the match is on a third.
type doomed struct {
	*service
	one, two *running
	ann, bob *player
}

func newDoomed(t *testing.T, edits ...func(*node.Config)) *doomed {
	t.Parallel()
	s := newService(t)
	chiming := func(c *node.Config) { c.Server.Kinds = []match.Kind{chimeKind()} }
	edits = append(edits, chiming)
	d := &doomed{service: s, one: s.start("lobby-1", 0, edits...), two: s.start("lobby-2", 0, edits...)}
	s.start("match-1", 10, chiming)
	d.ann, d.bob = s.join("ann", d.one, d.two), s.join("bob", d.two)
	return d
}

// madeAnew waits until ann is back, and fails unless that is in a session made anew that says that events are missing.
func (d *doomed) madeAnew(before client.Session) {
	d.Helper()
	d.eventually("ann is back", func() bool { return d.ann.session().ID != before.ID })
	if at := d.ann.session(); !at.Resumed || at.User != before.User || at.Lost == 0 {
		d.Errorf("session %+v, before %+v", at, before)
	}
}

func TestAKillLosesEventsOfTheMatchForPlayersOfTheNodeAloneAndTheyAreTold(t *testing.T) {
	d := newDoomed(t)
	anns, bobs := d.ann.chimes(), d.bob.chimes()
	d.meet(d.ann, d.bob)
	if err := d.ann.Lobby().Start(d.ctx); err != nil {
		t.Fatal(err)
	}
	room, session := d.ann.plays(any), d.ann.session()
	anns.goOn()
	bobs.goOn()
	d.one.kill()
	d.madeAnew(session)
	anns.goOn()
	bobs.goOn()
	if after := d.ann.plays(any); after.Match != room.Match || after.Seat != room.Seat || after.Epoch != room.Epoch {
		t.Errorf("seat %d in %s epoch %d, before %d in %s epoch %d", after.Seat, after.Match, after.Epoch, room.Seat, room.Match, room.Epoch)
	}
	anns.note(func() {
		if !slices.IsSorted(anns.ticks) || len(slices.Compact(slices.Clone(anns.ticks))) != len(anns.ticks) {
			t.Errorf("events came twice, or not in order: %v", anns.ticks)
		}
	})
	bobs.inOrder()
	if lost := d.bob.Stats().EventsLost; lost != 0 {
		t.Errorf("bob, whose node lives, lost %d events", lost)
	}
}

// calls are what the handlers of a shop have run, on whatever node, and what they do then.
type calls struct {
	waves, buys atomic.Int32
	then        atomic.Pointer[func()]
}

type nothing struct{}

func (c *calls) handle(cfg *node.Config) {
	if cfg.NoLobbies {
		return
	}
	run := func(n *atomic.Int32) {
		n.Add(1)
		if then := c.then.Swap(nil); then != nil {
			(*then)()
		}
	}
	channel.OnEvent(cfg.Server.Channels[0], "wave", func(*channel.Call, nothing) error {
		run(&c.waves)
		return nil
	})
	channel.On(cfg.Server.Channels[0], "buy", func(*channel.Call, nothing) (map[string]bool, error) {
		run(&c.buys)
		return map[string]bool{"bought": true}, nil
	})
}

func TestAKillGivesUpEventsOfTheClientAndNoneIsHandledTwice(t *testing.T) {
	var shop calls
	d := newDoomed(t, shop.handle)
	session := d.ann.session()
	shop.then.Store(&d.one.kill) // when it has been handled, and ann has not heard of it
	for range 2 {
		if err := d.ann.Send("shop", "wave", nothing{}); err != nil {
			t.Fatal(err)
		}
	}
	d.madeAnew(session)
	if n := d.ann.Stats().Abandoned; n != 2 {
		t.Errorf("%d events given up, want the one that was handled and the one behind it", n)
	}
	if err := d.ann.Send("shop", "wave", nothing{}); err != nil {
		t.Fatal(err)
	}
	d.eventually("the next one is handled", func() bool { return d.ann.Stats().Unhandled == 0 })
	if n := shop.waves.Load(); n != 2 && n != 3 { // that behind the first may have lain in the dead node's hands
		t.Errorf("handled %d times", n)
	}
}

func TestAKillGivesUpARequestThatRunsOnceWhichIsNotRunTwice(t *testing.T) {
	var shop calls
	d := newDoomed(t, shop.handle)
	session := d.ann.session()
	shop.then.Store(&d.one.kill)
	if err := d.ann.CallOnce(d.ctx, "shop", "buy", nothing{}, nil); !errors.Is(err, client.ErrOffline) {
		t.Errorf("error %v", err)
	}
	d.madeAnew(session)
	if n := shop.buys.Load(); n != 1 {
		t.Errorf("ran %d times", n)
	}
	if err := d.ann.CallOnce(d.ctx, "shop", "buy", nothing{}, nil); err != nil {
		t.Error(err)
	}
}

// unsaved is an engine that keeps no changes of lobbies any more while it is on.
type unsaved struct {
	cluster.Engine
	on atomic.Bool
}

func (u *unsaved) PutLobby(ctx context.Context, l cluster.Lease, entry cluster.Lobby, members []string) error {
	if u.on.Load() {
		return cluster.ErrUnavailable
	}
	return u.Engine.PutLobby(ctx, l, entry, members)
}

func TestAKillTakesChatFromTheHistoryThatWasSaidAfterTheLastEntry(t *testing.T) {
	var store *unsaved
	d := newDoomed(t, func(c *node.Config) {
		if c.ID == "lobby-1" {
			store = &unsaved{Engine: c.Engine}
			c.Engine = store
		}
	})
	id, session := d.meet(d.ann, d.bob), d.ann.session()
	if _, err := d.ann.Chat().Say(d.ctx, "first line"); err != nil {
		t.Fatal(err)
	}
	engine := d.store.Open()
	defer engine.Close()
	d.eventually("the line is in the lobby's entry", func() bool {
		entry, err := engine.Lobby(d.ctx, id)
		return err == nil && bytes.Contains(entry.Data, []byte("first line"))
	})
	store.on.Store(true)
	if _, err := d.ann.Chat().Say(d.ctx, "acknowledged"); err != nil {
		t.Fatal(err)
	}
	d.bob.hears("ann: acknowledged")
	d.one.kill()
	d.madeAnew(session)
	d.eventually("the lobby has a new owner", func() bool {
		_, err := d.bob.Chat().Say(d.ctx, "after")
		return err == nil
	})
	d.ann.hears("bob: after")
	d.bob.hears("bob: after")
	for _, p := range []*player{d.ann, d.bob} {
		var history client.ChatHistory
		d.eventually("the history", func() bool { // the questions before may have used up what may be asked in a second
			var err error
			history, err = p.Chat().History(d.ctx, 0)
			return err == nil
		})
		var lines []string
		for _, m := range history.Messages {
			lines = append(lines, m.Text)
		}
		if !slices.Contains(lines, "first line") || slices.Contains(lines, "acknowledged") {
			t.Errorf("history: %q", lines)
		}
	}
}
