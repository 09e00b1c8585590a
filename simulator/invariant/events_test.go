package invariant_test

import (
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/simulator/invariant"
)

var morning = time.Date(2026, 1, 31, 9, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return morning.Add(time.Duration(seconds) * time.Second) }

func TestEventsComeInOrder(t *testing.T) {
	var l invariant.Ledger
	s := invariant.NewSequence(&l, 1)
	for _, seq := range []uint32{1, 2, 5} { // what is missing the client counts
		s.Event(seq)
	}
	wantOf(t, &l, invariant.Events, 3, 0)
	s.Event(5)
	s.Event(4)
	wantOf(t, &l, invariant.Events, 5, 2, "event 5 after event 5", "event 4 after event 5")
	invariant.NewSequence(&l, 1).Event(1) // another session's
	wantOf(t, &l, invariant.Events, 6, 2)
}

func TestMessagesOfALobbyAreHeardOnceAndWithoutGaps(t *testing.T) {
	message := func(id uint32) client.ChatMessage { return client.ChatMessage{ID: id} }
	for _, test := range []struct {
		name   string
		hears  func(e *invariant.Ear)
		breaks uint64
	}{
		{"from any on", func(e *invariant.Ear) { e.Heard(message(7)); e.Heard(message(8)) }, 0},
		{"one twice", func(e *invariant.Ear) { e.Heard(message(7)); e.Heard(message(7)) }, 1},
		{"one left out", func(e *invariant.Ear) { e.Heard(message(7)); e.Heard(message(9)); e.Heard(message(10)) }, 1},
		{"back", func(e *invariant.Ear) { e.Heard(message(7)); e.Heard(message(6)) }, 1},
		{"left out, as was said on resuming", func(e *invariant.Ear) { e.Heard(message(7)); e.Lost(at(1)); e.Heard(message(20)) }, 0},
		{"of another lobby", func(e *invariant.Ear) { e.Heard(message(7)); e.Close(); e.Open(at(1)); e.Heard(message(1)) }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l invariant.Ledger
			ear := invariant.NewChats(&l).NewEar(1)
			ear.Open(at(0))
			test.hears(ear)
			if r := found(t, &l, invariant.Events); r.Checks == 0 || r.Breaks != test.breaks {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestAMessageThatWasConfirmedIsHeardByAllWhoWereThere(t *testing.T) {
	for _, test := range []struct {
		name  string
		lives func(e *invariant.Ear)
		holds bool
	}{
		{"heard", func(e *invariant.Ear) { e.Open(at(0)); e.Heard(client.ChatMessage{ID: 4}) }, true},
		{"heard, and more", func(e *invariant.Ear) { e.Open(at(0)); e.Heard(client.ChatMessage{ID: 6}) }, true},
		{"not heard", func(e *invariant.Ear) { e.Open(at(0)) }, false},
		{"an older one heard", func(e *invariant.Ear) { e.Open(at(0)); e.Heard(client.ChatMessage{ID: 3}) }, false},
		{"came as it was said", func(e *invariant.Ear) { e.Open(at(10)) }, true},
		{"came later", func(e *invariant.Ear) { e.Open(at(11)) }, true},
		{"was told that events are lost", func(e *invariant.Ear) { e.Open(at(0)); e.Lost(at(11)) }, true},
		{"is told that again of a lobby that it knows", func(e *invariant.Ear) { e.Open(at(0)); e.Open(at(11)) }, false},
		{"in no lobby", func(*invariant.Ear) {}, true},
		{"left it", func(e *invariant.Ear) { e.Open(at(0)); e.Close() }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var l invariant.Ledger
			chats := invariant.NewChats(&l)
			chats.Said("l", invariant.Said{ID: 4, Asked: at(10)})
			chats.Said("l", invariant.Said{ID: 3, Asked: at(9)}) // confirmed later, and older
			said := chats.Newest()["l"]
			ear := chats.NewEar(1)
			test.lives(ear)
			before := found(t, &l, invariant.Events)
			if ear.Has(said) != test.holds {
				t.Errorf("has it: %v", !test.holds)
			}
			ear.Judge("l", said)
			after := found(t, &l, invariant.Events)
			if after.Checks != before.Checks+1 || (after.Breaks == before.Breaks) != test.holds {
				t.Errorf("%+v after %+v", after, before)
			}
		})
	}
}

func TestCallsAreHeardOnceAndInTheirSpeakersOrder(t *testing.T) {
	for _, test := range []struct {
		name   string
		hears  func(l *invariant.Listener)
		breaks uint64
	}{
		{"from any on, of two speakers", func(l *invariant.Listener) { l.Heard("a", 5); l.Heard("b", 1); l.Heard("a", 6); l.Heard("b", 2) }, 0},
		{"one twice", func(l *invariant.Listener) { l.Heard("a", 1); l.Heard("a", 1) }, 1},
		{"one left out", func(l *invariant.Listener) { l.Heard("a", 1); l.Heard("a", 3); l.Heard("a", 4) }, 1},
		{"back", func(l *invariant.Listener) { l.Heard("a", 2); l.Heard("a", 1) }, 1},
		{"left out, as was said on resuming", func(l *invariant.Listener) { l.Heard("a", 1); l.Lost(at(1)); l.Heard("a", 9) }, 0},
		{"in another session", func(l *invariant.Listener) { l.Heard("a", 1); l.Close(); l.Heard("a", 9) }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			var ledger invariant.Ledger
			listener := invariant.NewCalls(&ledger).NewListener(1)
			test.hears(listener)
			if r := found(t, &ledger, invariant.Events); r.Checks == 0 || r.Breaks != test.breaks {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestACallThatWasAcknowledgedIsHeardByAllInItsRoom(t *testing.T) {
	for _, test := range []struct {
		name          string
		lives         func(l *invariant.Listener)
		checks, holds bool
	}{
		{"heard", func(l *invariant.Listener) { l.Enter("r", at(0)); l.Heard("a", 4) }, true, true},
		{"not heard", func(l *invariant.Listener) { l.Enter("r", at(0)) }, true, false},
		{"an older one heard", func(l *invariant.Listener) { l.Enter("r", at(0)); l.Heard("a", 3) }, true, false},
		{"another's heard", func(l *invariant.Listener) { l.Enter("r", at(0)); l.Heard("b", 4) }, true, false},
		{"came later", func(l *invariant.Listener) { l.Enter("r", at(10)) }, false, true},
		{"entered again", func(l *invariant.Listener) { l.Enter("r", at(0)); l.Enter("r", at(11)) }, true, false},
		{"in another room", func(l *invariant.Listener) { l.Enter("q", at(0)) }, false, true},
		{"was told that events are lost", func(l *invariant.Listener) { l.Enter("r", at(0)); l.Lost(at(11)) }, false, true},
		{"another session", func(l *invariant.Listener) { l.Enter("r", at(0)); l.Close() }, false, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			var ledger invariant.Ledger
			calls := invariant.NewCalls(&ledger)
			calls.Acknowledged(invariant.Call{From: "a", Room: "r", Number: 4, Made: at(10)})
			calls.Acknowledged(invariant.Call{From: "a", Room: "r", Number: 2, Made: at(8)})
			l := calls.NewListener(1)
			test.lives(l)
			before := found(t, &ledger, invariant.Events)
			if l.Has(calls.Newest()) != test.holds {
				t.Errorf("has it: %v", !test.holds)
			}
			l.Judge(calls.Newest())
			after := found(t, &ledger, invariant.Events)
			if (after.Checks > before.Checks) != test.checks || (after.Breaks == before.Breaks) != test.holds {
				t.Errorf("%+v after %+v", after, before)
			}
		})
	}
}
