package conformance

import (
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// stay is a peer's place in a match.
type stay struct {
	*peer
	enter protocol.Enter
	held  *protocol.Snapshot
}

// play opens a lobby, starts a match in it, and waits for the first keyframe.
func (p *peer) play(with object) (*stay, object) {
	lobby := p.create(with)
	p.got(protocol.ChannelLobby, "start", nil)
	s := p.entered()
	s.snapshot()
	return s, lobby
}

// entered waits for the place in a match.
func (p *peer) entered() *stay {
	s := &stay{peer: p}
	p.await("enter", func(a arrival) bool {
		if a.kind != protocol.KindEnter {
			return false
		}
		var err error
		s.enter, err = p.decoder().Enter(a.frame)
		p.t.must(err, "enter")
		return true
	})
	return s
}

// snapshot waits for the next one, applies it, checks its hash, and acknowledges it.
func (s *stay) snapshot() protocol.SnapshotHead { return s.snapshotThat(true) }

func (s *stay) snapshotThat(acknowledged bool) (head protocol.SnapshotHead) {
	s.await("snapshot", func(a arrival) bool {
		if a.kind != protocol.KindSnapshot {
			return false
		}
		var body []byte
		var err error
		head, body, err = s.decoder().Snapshot(a.frame)
		s.t.must(err, "snapshot")
		s.t.check(head.Epoch == s.enter.Epoch, "a snapshot of epoch %d in %d", head.Epoch, s.enter.Epoch)
		base := s.held
		if head.Base == 0 {
			base = nil
			s.t.check(head.HasHash, "a keyframe without a hash")
		} else {
			s.t.check(base != nil && head.Base == base.Tick, "a delta from tick %d, which is not the one before", head.Base)
		}
		s.t.check(s.held == nil || head.Tick > s.held.Tick || head.Base == 0, "tick %d follows %d", head.Tick, s.heldTick())
		s.held, err = s.decoder().Apply(s.enter.Tables, base, head.Tick, body)
		s.t.must(err, "body")
		if head.HasHash {
			hash := protocol.Hash(s.held, s.enter.Tables)
			s.t.check(hash == head.Hash, "the hash of tick %d is %x, the world's is %x", head.Tick, head.Hash, hash)
		}
		return true
	})
	if acknowledged {
		s.send(&protocol.Ack{Kind: protocol.KindAck, Epoch: s.enter.Epoch, Tick: head.Tick})
	}
	return head
}

func (s *stay) heldTick() uint32 {
	if s.held == nil {
		return 0
	}
	return s.held.Tick
}

// inputFor is the neutral input for a tick.
func (s *stay) inputFor(tick uint32) any { return s.inputIn(s.enter.Epoch, tick) }

func (s *stay) inputIn(epoch, tick uint32) any {
	values := make([]int32, len(s.enter.Inputs))
	for i, f := range s.enter.Inputs {
		values[i], _ = f.Quantum(0)
	}
	return []any{protocol.KindInput, epoch, tick, s.heldTick(), values}
}

// ahead is a tick that a server takes inputs for.
func (s *stay) ahead() uint32 { return s.heldTick() + s.enter.TickRate/6 }

func matchCases() []Case {
	const lobby = protocol.ChannelLobby
	return []Case{
		{"match/its start brings a seat, then a keyframe", 0, func(t *T) {
			p := t.guest()
			p.create(object{})
			p.got(lobby, "start", nil)
			s := p.entered()
			t.check(s.enter.Seat >= 1 && s.enter.TickRate >= 1 && s.enter.Match != "" && s.enter.Game != "", "enter %+v", s.enter)
			t.check(s.snapshot().Base == 0, "the first snapshot is no keyframe")
		}},
		{"match/deltas follow, each from the snapshot before it", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			for range 30 {
				head := s.snapshot()
				t.check(head.Base != 0, "a keyframe that nobody asked for")
			}
		}},
		{"match/hashes come every so many ticks, and agree", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			every, seen := s.enter.HashEvery, 0
			t.check(every > 0, "hashes every %d ticks", every)
			for range 2*every + 2 {
				head := s.snapshot()
				due := head.Tick/every != head.Base/every
				t.check(head.HasHash == due, "tick %d from %d: hash %v", head.Tick, head.Base, head.HasHash)
				if head.HasHash {
					seen++
				}
			}
			t.check(seen >= 1, "no hash came")
		}},
		{"match/the lobby says that it plays, and who sits where", 0, func(t *T) {
			p := t.guest()
			s, _ := p.play(object{})
			state := p.eventThat(lobby, "state", func(state object) bool { return state["phase"] == "playing" })
			t.check(state["match"] == s.enter.Match, "match %v, entered %q", state["match"], s.enter.Match)
			t.check(number(members(state)[p.welcome.User]["seat"]) == int64(s.enter.Seat), "seat %v", state["members"])
		}},
		{"match/an input is consumed, and told to be", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			due := s.ahead()
			s.send(s.inputFor(due))
			for range 60 {
				if s.snapshot().Input == due {
					return
				}
			}
			t.failf("the input for tick %d was not consumed", due)
		}},
		{"match/an input's slack is told in milliseconds before its tick", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			due := s.ahead()
			s.send(s.inputFor(due))
			for range 60 {
				head := s.snapshot()
				if head.Input == due {
					t.check(head.Slack > -1000 && head.Slack <= 1000, "slack %d ms", head.Slack)
					return
				}
			}
			t.failf("the input was not consumed")
		}},
		{"match/an input for a tick that is over is not run for a later one's", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			for range 5 {
				s.snapshot()
			}
			late := s.heldTick() - 4
			s.send(s.inputFor(late))
			for range 10 {
				head := s.snapshot()
				t.check(head.Input == 0 || head.Input == late, "consumed input %d, and only %d was sent", head.Input, late)
			}
			s.lives()
		}},
		{"match/an input for the far future is dropped", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.send(s.inputFor(s.heldTick() + 100*s.enter.TickRate))
			for range 10 {
				t.check(s.snapshot().Input == 0, "it was consumed")
			}
			s.lives()
		}},
		{"match/an input of another epoch is dropped", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.send(s.inputIn(s.enter.Epoch+1, s.ahead()))
			for range 20 {
				t.check(s.snapshot().Input == 0, "it was consumed")
			}
			s.lives()
		}},
		{"match/an input with a value too many is malformed", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			values := make([]int32, len(s.enter.Inputs)+1)
			s.send([]any{protocol.KindInput, s.enter.Epoch, s.ahead(), s.heldTick(), values})
			s.closed(protocol.CloseMalformed)
		}},
		{"match/an input with a value of another type is malformed", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.send([]any{protocol.KindInput, s.enter.Epoch, s.ahead(), s.heldTick(), "left"})
			s.closed(protocol.CloseMalformed)
		}},
		{"match/an ack with a string for a tick is malformed", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.send([]any{protocol.KindAck, s.enter.Epoch, "x"})
			s.closed(protocol.CloseMalformed)
		}},
		{"match/an input with a value outside its range is dropped", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			if len(s.enter.Inputs) == 0 {
				return
			}
			values := make([]int32, len(s.enter.Inputs))
			for i := range values {
				values[i] = 1 << 30
			}
			s.send([]any{protocol.KindInput, s.enter.Epoch, s.ahead(), s.heldTick(), values})
			for range 20 {
				t.check(s.snapshot().Input == 0, "it was consumed")
			}
			s.lives()
		}},
		{"match/an input outside a match is dropped", 0, func(t *T) {
			p := t.guest()
			p.send([]any{protocol.KindInput, 1, 1, 0, []int32{}})
			p.lives()
		}},
		{"match/a resync brings a keyframe", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.snapshot()
			s.send(&protocol.Resync{Kind: protocol.KindResync, Epoch: s.enter.Epoch, Reason: protocol.ResyncAsked})
			for range 60 {
				if s.snapshot().Base == 0 {
					return
				}
			}
			t.failf("no keyframe came")
		}},
		{"match/snapshots wait for acknowledgements, and go on after one", 0, func(t *T) {
			s, _ := t.guest().play(object{})
			s.snapshot()
			unseen := 0
			for {
				a, came := s.next(time.Second)
				if !came {
					break
				}
				s.t.must(a.err, "while not acknowledging")
				if a.kind == protocol.KindSnapshot {
					head, body, err := s.decoder().Snapshot(a.frame)
					s.t.must(err, "snapshot")
					s.held, err = s.decoder().Apply(s.enter.Tables, s.held, head.Tick, body)
					s.t.must(err, "body")
					unseen++
				}
				t.check(unseen < int(3*s.enter.TickRate), "%d snapshots were sent to somebody who acknowledges none", unseen)
			}
			s.send(&protocol.Ack{Kind: protocol.KindAck, Epoch: s.enter.Epoch, Tick: s.heldTick()})
			s.snapshot()
		}},
		{"match/a dropped player is back in its seat, with a keyframe", 0, func(t *T) {
			p := t.guest()
			s, _ := p.play(object{})
			p.wire.cut()
			back := t.resume(p).entered()
			t.check(back.enter.Match == s.enter.Match && back.enter.Seat == s.enter.Seat, "was in %s seat %d, is in %s seat %d",
				s.enter.Match, s.enter.Seat, back.enter.Match, back.enter.Seat)
			t.check(back.snapshot().Base == 0, "the first snapshot is no keyframe")
			for range 10 {
				back.snapshot()
			}
		}},
		{"match/ticks have gone on while a player was away", 0, func(t *T) {
			p := t.guest()
			s, _ := p.play(object{})
			p.wire.cut()
			t.wait(500 * time.Millisecond)
			head := t.resume(p).entered().snapshot()
			t.check(head.Tick > s.heldTick()+2, "from tick %d to %d in half a second", s.heldTick(), head.Tick)
		}},
		{"match/whoever joins late gets the whole world", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			_, state := host.play(object{})
			p.join(state)
			late := p.entered()
			t.check(late.snapshot().Base == 0 && late.enter.Seat >= 1, "seat %d", late.enter.Seat)
		}},
		{"match/a spectator watches from no seat", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			_, state := host.play(object{})
			p.got(lobby, "join", object{"code": state["code"], "spectate": true})
			s := p.entered()
			t.check(s.enter.Seat == 0, "seat %d", s.enter.Seat)
			s.snapshot()
			s.send(s.inputFor(s.ahead()))
			for range 10 {
				s.snapshot()
			}
			s.lives()
		}},
		{"match/two players see the same world", needsOneView, func(t *T) {
			host, p := t.guest(), t.guest()
			a, state := host.play(object{})
			p.join(state)
			b := p.entered()
			hashes := map[uint32]uint32{}
			both := 0
			for range 200 {
				for _, s := range []*stay{a, b} {
					s.snapshot()
					hash := protocol.Hash(s.held, s.enter.Tables)
					if other, seen := hashes[s.held.Tick]; seen {
						t.check(other == hash, "tick %d is %x to one and %x to the other (a promise for games without views only: docs/conformance.md)", s.held.Tick, other, hash)
						both++
					}
					hashes[s.held.Tick] = hash
				}
				if both >= 20 {
					return
				}
			}
			t.failf("only %d ticks were seen by both", both)
		}},
		{"match/leaving the lobby gives up the seat, and says so", 0, func(t *T) {
			p := t.guest()
			p.play(object{})
			p.got(lobby, "leave", nil)
			exit := p.event(protocol.ChannelMatch, "exit")
			t.check(exit["reason"] == "left", "reason %v", exit["reason"])
		}},
		{"match/who is kicked is told so there, too", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			_, state := host.play(object{})
			p.join(state)
			p.entered()
			host.got(lobby, "kick", object{"user": p.welcome.User})
			exit := p.event(protocol.ChannelMatch, "exit")
			t.check(exit["reason"] == "kicked", "reason %v", exit["reason"])
		}},
		{"match/a second start is out of phase", 0, func(t *T) {
			p := t.guest()
			p.play(object{})
			p.refused(lobby, "start", nil, protocol.CodeWrongPhase, "")
		}},
		{"match/a start by readiness waits for everyone", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			state := host.create(object{"start": "ready", "max_players": 2})
			p.join(state)
			host.got(lobby, "ready", object{"ready": true})
			host.sees(host, func(m object) bool { return m["ready"] == true })
			p.got(lobby, "ready", object{"ready": true})
			host.entered()
			p.entered()
		}},
		{"match/a start by readiness waits for who is away for a moment", 0, func(t *T) {
			host, p, q := t.guest(), t.guest(), t.guest()
			state := host.create(object{"start": "ready", "max_players": 3})
			p.join(state)
			q.join(state)
			q.got(lobby, "ready", object{"ready": true})
			host.sees(q, func(m object) bool { return m["ready"] == true })
			q.wire.cut()
			host.sees(q, func(m object) bool { return m["away"] == true })
			host.got(lobby, "ready", object{"ready": true})
			p.got(lobby, "ready", object{"ready": true})
			open := host.sees(p, func(m object) bool { return m["ready"] == true })
			t.check(open["phase"] == "open", "the lobby is %v", open["phase"])
			t.resume(q)
			host.entered()
		}},
		{"match/who watches is seated, and the seat is given up", 0, func(t *T) {
			p, q := t.guest(), t.guest()
			_, state := p.play(object{"max_players": 2})
			q.got(lobby, "join", object{"code": state["code"], "spectate": true})
			watches := q.entered()
			t.check(watches.enter.Seat == 0, "a spectator has seat %d", watches.enter.Seat)
			q.got(lobby, "spectate", object{"spectate": false})
			t.check(q.event(protocol.ChannelMatch, "exit")["reason"] == "left", "the spectator's seat is not left")
			plays := q.entered()
			t.check(plays.enter.Seat == 2, "a player has seat %d", plays.enter.Seat)
		}},
		{"match/a start by number begins with the last place", 0, func(t *T) {
			host, p := t.guest(), t.guest()
			p.join(host.create(object{"start": "full", "max_players": 2}))
			host.entered()
			p.entered()
		}},
		{"match/the packed codec shows the same world", 0, func(t *T) {
			p := t.dial()
			h := p.hello()
			h.Codecs = []string{protocol.CodecPacked, protocol.CodecMP}
			p.send(h)
			p.welcomed()
			if p.welcome.Codec != protocol.CodecPacked {
				return // it has only mp, which is its right
			}
			p.create(object{})
			p.got(lobby, "start", nil)
			s := p.entered()
			state := protocol.NewPacked(s.enter.Tables)
			hashes := 0
			for range 2*s.enter.HashEvery + 2 {
				s.await("snapshot", func(a arrival) bool {
					if a.kind != protocol.KindSnapshot {
						return false
					}
					head, body, err := s.decoder().Snapshot(a.frame)
					t.must(err, "snapshot")
					base := s.held
					if head.Base == 0 {
						base = nil
					}
					s.held, err = s.decoder().ApplyPacked(s.enter.Tables, state, base, head.Tick, body)
					t.must(err, "packed body")
					if head.HasHash {
						hashes++
						t.check(protocol.Hash(s.held, s.enter.Tables) == head.Hash, "the hash of tick %d differs", head.Tick)
					}
					return true
				})
				s.send(&protocol.Ack{Kind: protocol.KindAck, Epoch: s.enter.Epoch, Tick: s.heldTick()})
			}
			t.check(hashes >= 2, "%d hashes came", hashes)
		}},
	}
}
