package lobby_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// move takes a lobby from one directory to another, by way of its encoding, with other members of the same names.
func move(from, to *world, id string, resumed lobby.Match) map[string]*person {
	from.t.Helper()
	var saved lobby.Saved
	from.must(from.Detach(from.ctx, id, func(s lobby.Saved) error {
		saved = decoded[lobby.Saved](from.t, protocol.MustEncode(&s))
		return nil
	}))
	people := map[string]*person{}
	from.must(to.Restore(lobby.Restored{Saved: saved, Match: resumed, Member: func(m lobby.SavedMember) lobby.Member {
		p := &person{user: m.User, name: m.Name, t: to.t}
		people[m.User] = p
		return p
	}}))
	return people
}

func TestARestoredLobbyIsTheLobbyThatWasSaved(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		other := newWorld(w.t, nil)
		all := w.room(3, lobby.Options{Name: of("Den"), Private: of(true), Start: of(lobby.StartReady), Settings: match.Settings{ticksSetting: 7}})
		code := w.stateOf(all[0]).Code
		watcher := w.watch(code)
		w.must(w.HandOver(w.ctx, all[0], all[1].user))
		w.must(w.Ready(w.ctx, all[2], true))
		w.must(w.Mute(w.ctx, all[1], all[2].user, true))
		w.must(w.Kick(w.ctx, all[1], all[0].user))
		_, err := w.Say(w.ctx, watcher, "before")
		w.must(err)
		w.settle()
		before := w.stateOf(all[1])
		for _, p := range all {
			p.forget()
		}

		people := move(w, other, before.ID, nil)
		w.settle()
		for _, p := range all {
			if told := p.names(); len(told) > 0 {
				t.Errorf("%s was told %v by a lobby that moved", p.user, told)
			}
		}
		if _, in := w.Of(all[1].user); in || len(w.Oversee()) != 0 || w.counters.Members.Load() != 0 || w.counters.Kept.Load() != 0 {
			t.Error("the lobby is still where it was")
		}
		after := other.stateOf(people[all[1].user])
		if after.Rev <= before.Rev {
			t.Errorf("the restored lobby's state %d is older than %d", after.Rev, before.Rev)
		}
		after.Rev = before.Rev
		if got, want := fmt.Sprintf("%+v", after), fmt.Sprintf("%+v", before); got != want {
			t.Errorf("restored:\n%+v\nwant\n%+v", after, before)
		}
		h, err := other.History(other.ctx, people[watcher.user], 0)
		other.must(err)
		if len(h.Messages) != 1 || h.Messages[0].Text != "before" || h.Last != 1 {
			t.Errorf("the chat is %+v", h)
		}
		_, err = other.Say(other.ctx, people[all[2].user], "muted")
		other.refused(err, protocol.CodeForbidden, "")
		_, err = other.Join(other.ctx, &person{user: all[0].user, t: t}, lobby.JoinOptions{Code: code})
		other.refused(err, protocol.CodeForbidden, "")
		if n := other.counters.Members.Load(); n != 3 {
			t.Errorf("%d members are counted, want 3", n)
		}
		other.stop()
	})
}

func TestALobbyThatCannotBeGivenAwayGoesOn(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		all := w.room(2, lobby.Options{})
		id := w.stateOf(all[0]).ID
		broken := errors.New("nobody takes it")
		if err := w.Detach(w.ctx, id, func(lobby.Saved) error { return broken }); !errors.Is(err, broken) {
			t.Errorf("Detach gives %v", err)
		}
		w.must(w.Ready(w.ctx, all[1], true))
		w.refused(w.Detach(w.ctx, "no such", nil), protocol.CodeNotFound, "")
	})
}

func TestAMatchOutlivesTheLobbyThatWasGivenAway(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		other := newWorld(w.t, nil)
		game := newElsewhere()
		all := w.room(2, lobby.Options{})
		w.replaceMatches(game)
		w.must(w.Start(w.ctx, all[0]))
		w.settle()
		before := w.stateOf(all[0])

		people := move(w, other, before.ID, game)
		w.settle()
		host := people[all[0].user]
		if after := other.stateOf(host); after.Match != game.ID() || after.Members[1].Seat != 2 || after.Phase != lobby.PhasePlaying {
			t.Errorf("the restored lobby is %+v", after)
		}
		if len(game.stopped) > 0 || w.counters.Playing.Load() != 0 || other.counters.Playing.Load() != 1 {
			t.Errorf("the match was stopped for %q", game.stopped)
		}
		game.end(match.Result{Reason: match.ReasonEnded})
		w.settle()
		if after := other.stateOf(host); after.Phase != lobby.PhaseOpen || after.Round != 1 || after.Result.Reason != match.ReasonEnded {
			t.Errorf("after the match the lobby is %+v", after)
		}
		other.stop()
	})
}

// The lobby's next owner has the match before this copy knows that there is one. Members of this node are on their way there: whoever is told that the match is over gives
// the seat up.
func TestALobbyWhoseMatchAnotherCopyHasSaysNothing(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		game := newElsewhere()
		all := w.room(2, lobby.Options{})
		w.replaceMatches(game)
		w.must(w.Start(w.ctx, all[0]))
		w.settle()
		before := w.stateOf(all[0])
		all[0].forget()
		game.end(match.Result{Reason: match.ReasonElsewhere})
		w.settle()
		if told := all[0].names(); len(told) != 0 || len(all[0].seats) != 1 {
			t.Errorf("told %v, and of the seats %v", told, all[0].seats)
		}
		if now := w.stateOf(all[0]); now.Phase != lobby.PhasePlaying || now.Result != nil {
			t.Errorf("the lobby is %+v", now)
		}
		w.must(w.Detach(w.ctx, before.ID, nil))
		w.settle()
		if told := all[0].names(); len(told) != 0 || w.counters.Playing.Load() != 0 {
			t.Errorf("told %v", told)
		}
	})
}

func TestALobbyIsRestoredWithoutAMatchThatIsNoMore(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		other := newWorld(w.t, nil)
		all := w.room(2, lobby.Options{})
		w.must(w.Start(w.ctx, all[0]))
		people := move(w, other, w.stateOf(all[0]).ID, nil)
		if after := other.stateOf(people[all[0].user]); after.Phase != lobby.PhaseOpen || after.Round != 1 || after.Result.Reason != match.ReasonFailed {
			t.Errorf("the restored lobby is %+v", after)
		}
		other.stop()
	})
}

func TestWhoIsAttachedAgainIsToldWhatTheyMissedOnly(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		all := w.room(2, lobby.Options{})
		for _, text := range []string{"one", "two", "three"} {
			_, err := w.Say(w.ctx, all[0], text)
			w.must(err)
		}
		w.must(w.SetAway(w.ctx, all[1], true))
		w.settle()
		all[1].forget()
		rebound := false
		newest, err := w.Attach(w.ctx, all[1], false, 1, func() { rebound = true })
		w.must(err)
		if told := all[1].told("chat", "message"); !rebound || newest != 3 || len(told) != 2 || decoded[lobby.ChatMessage](t, told[0].payload).Text != "two" {
			t.Errorf("told %v", all[1].names())
		}
		if s := all[1].newest(); s.Members[1].Away {
			t.Error("still away")
		}
	})
}

func TestALobbyOpensOnlyWhenItsClaimIsGranted(t *testing.T) {
	var claimed []string
	ended := map[string]int{}
	refuse := error(nil)
	inWorld(t, func(cfg *lobby.Config) {
		cfg.Claim = func(_ context.Context, _ lobby.Member, id, code string) error {
			claimed = append(claimed, code)
			if len(claimed) == 1 {
				return lobby.ErrCodeTaken
			}
			return refuse
		}
		cfg.Ended = func(id string) { ended[id]++ }
	}, func(w *world) {
		ada := w.person()
		state, err := w.Create(w.ctx, ada, lobby.CreateOptions{Game: "toy"})
		w.must(err)
		if len(claimed) != 2 || claimed[0] == claimed[1] || state.Code != claimed[1] {
			t.Errorf("claimed %v, opened with %s", claimed, state.Code)
		}
		w.must(w.Leave(w.ctx, ada))
		w.settle()
		if ended[state.ID] != 1 {
			t.Errorf("the end was told %d times", ended[state.ID])
		}
		refuse = protocol.Refuse(protocol.CodeUnavailable, "later")
		_, err = w.Create(w.ctx, ada, lobby.CreateOptions{Game: "toy"})
		w.refused(err, protocol.CodeUnavailable, "")
		if _, in := w.Of(ada.user); in || w.counters.Lobbies.Load() != 0 || len(ended) != 2 {
			t.Error("a lobby that was refused is there")
		}
	})
}
