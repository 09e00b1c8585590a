package relay_test

import (
	"testing"

	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/protocol"
)

// tell is what a match tells in its ticks: names by tick.
func tell(p *relay.Passed, epoch, from, to uint32, names ...string) (news int) {
	p.Begin(epoch)
	for tick := from; tick <= to; tick++ {
		for _, name := range names {
			if p.News(name, protocol.MustEncode(map[string]any{"a": tick, "b": name, "c": true}), tick) {
				news++
			}
		}
	}
	return news
}

func TestEventsOfTicksThatAreMadeAgainAreNoNews(t *testing.T) {
	var p relay.Passed
	if n := tell(&p, 1, 100, 160, "x", "y"); n != 122 {
		t.Fatalf("%d news at first", n)
	}
	if n := tell(&p, 5, 131, 165, "x", "y"); n != 10 {
		t.Errorf("%d news after a takeover, want those of 5 ticks", n)
	}
	if n := tell(&p, 9, 150, 165, "x", "y"); n != 0 {
		t.Errorf("%d news after another", n)
	}
}

func TestWhatANewOwnerTellsOtherwiseIsNews(t *testing.T) {
	var p relay.Passed
	tell(&p, 1, 100, 110, "x")
	if n := tell(&p, 2, 105, 110, "y"); n != 6 {
		t.Errorf("%d news, want 6 of another name", n)
	}
	if n := tell(&p, 3, 105, 110, "y", "x"); n != 6 {
		t.Errorf("%d news, want 6 that came second now", n)
	}
	if p.News("y", protocol.MustEncode(map[string]any{"a": 0}), 110) != true {
		t.Error("another payload is no news")
	}
}

func TestEventsThatTheFormerOwnerHadNoTimeToTellAreNews(t *testing.T) {
	var p relay.Passed
	tell(&p, 1, 100, 104, "x", "y")
	p.News("x", protocol.MustEncode(map[string]any{"a": uint32(105), "b": "x", "c": true}), 105)
	if n := tell(&p, 2, 100, 105, "x", "y"); n != 1 {
		t.Errorf("%d news, want the second of the last tick", n)
	}
}

func TestSameEventTwiceInATickOfOneOwnerIsNewsTwice(t *testing.T) {
	var p relay.Passed
	if n := tell(&p, 1, 7, 7, "x", "x", "x"); n != 3 {
		t.Errorf("%d news, want 3", n)
	}
	if n := tell(&p, 2, 7, 7, "x", "x", "x", "x"); n != 1 {
		t.Errorf("%d news, want 1", n)
	}
}

func TestWhatIsRememberedOfEventsIsBounded(t *testing.T) {
	var p relay.Passed
	tell(&p, 1, 1, 100_000, "x")
	if n := tell(&p, 2, 99_000, 100_000, "x"); n != 1001-512 {
		t.Errorf("%d news, want those beyond the newest 512", n)
	}
}

// sent is what a node makes of what another has packed.
func sent(t *testing.T, p *relay.Passed) relay.Passed {
	t.Helper()
	packed := p.Pack()
	var there relay.PackedPassed
	bytes := protocol.MustEncode(&packed)
	if err := protocol.DecodeWithin(bytes, protocol.Bounds{Bytes: 1 << 20, Depth: protocol.MaxDepth, Values: relay.MaxPacked}, &there); err != nil {
		t.Fatal(err)
	}
	return there.Unpack()
}

func TestWhatAPlayerHadIsKnownOnTheNextNode(t *testing.T) {
	var here relay.Passed
	tell(&here, 1, 100, 160, "x", "y")
	there := sent(t, &here)
	if n := tell(&there, 1, 161, 170, "x", "y"); n != 20 {
		t.Errorf("%d news of ticks that follow", n)
	}
	if n := tell(&there, 2, 131, 175, "x", "y"); n != 10 {
		t.Errorf("%d news after a takeover, want those of 5 ticks", n)
	}
}

func TestMoreThanThereIsRoomForIsNotTakenFromAnotherNode(t *testing.T) {
	var packed relay.PackedPassed
	for tick := range uint32(5000) {
		packed.Had = append(packed.Had, relay.PackedEvent{Tick: tick, Epoch: 1, Name: "x", Payload: make([]byte, 1000)})
	}
	p := packed.Unpack()
	again := p.Pack()
	if n := len(again.Had); n != 65 || again.Had[n-1].Tick != 4999 {
		t.Errorf("%d events, the newest of tick %d: want the 65 that have 64 KiB", n, again.Had[n-1].Tick)
	}
}

func TestAnEventThatNobodyTookIsNewsWhenItIsToldAgain(t *testing.T) {
	var p relay.Passed
	tell(&p, 1, 100, 110, "x", "x")
	p.Begin(1)
	if !p.News("last", nil, 110) {
		t.Fatal("no news")
	}
	p.Untold()
	there := sent(t, &p)
	there.Begin(2)
	if n := tell(&there, 2, 105, 110, "x", "x"); n != 0 {
		t.Errorf("%d news of what was had", n)
	}
	if !there.News("last", nil, 110) {
		t.Error("what nobody took is no news")
	}
}
