package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// player plays in one seat, talks, and writes down what it gets.
type player struct {
	number int
	party  *party
	client *client.Client
	rng    *rand.Rand // of the goroutine that plays

	mu       sync.Mutex
	record   record
	epoch    uint32           // the highest of the match
	tick     uint32           // the newest of that epoch
	room     *client.Room     // the newest
	messages map[uint32]heard // of the chat, by id
	events   uint32           // number of the newest event
	breaks   []string         // what must not be and was seen
	ended    error            // why the client's Run is over
	exits    int              // matches that ended as they should
}

func newPlayer(url string, number int, p *party, seed uint64) (*player, error) {
	m := &player{
		number: number, party: p, rng: rand.New(rand.NewPCG(seed, uint64(number))), messages: map[uint32]heard{},
	}
	var err error
	m.client, err = client.New(client.Config{
		URL: url, Name: fmt.Sprintf("player %d", number), KeepDialing: true, Rand: rand.New(rand.NewPCG(seed, uint64(number)+1<<32)),
		Handlers: client.Handlers{
			Connected: m.connected, Lost: m.lost, Entered: m.entered, Snapshot: m.snapshot, Exited: m.exited, Lobby: m.lobby, Message: m.message, Event: m.event,
		},
	})
	return m, err
}

func (m *player) broken(format string, args ...any) { // mu is held
	if len(m.breaks) < 16 {
		m.breaks = append(m.breaks, fmt.Sprintf("player %d: ", m.number)+fmt.Sprintf(format, args...))
	}
}

func (m *player) connected(s client.Session) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record.unheard += int(s.Lost)
	if !s.Resumed {
		m.events = 0
	}
	if len(m.record.samples) > 0 && !s.Recovered() {
		m.record.anew++
	}
}

func (m *player) lost(error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.record.losses++
}

func (m *player) entered(room *client.Room) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.room != nil && room.Match != m.room.Match {
		m.epoch, m.tick = 0, 0
	}
	if before := m.room; before != nil && room.Match == before.Match {
		if room.Seat != before.Seat {
			m.broken("seat %d, and %d before", room.Seat, before.Seat)
		}
		if room.Epoch < m.epoch {
			m.broken("entered epoch %d after %d", room.Epoch, m.epoch)
		}
	}
	m.room = room
}

func (m *player) snapshot(room *client.Room, v *client.View) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case room.Epoch < m.epoch:
		m.broken("tick %d of epoch %d after epoch %d", v.Tick, room.Epoch, m.epoch)
	case room.Epoch == m.epoch && v.Tick < m.tick:
		m.broken("tick %d after tick %d of epoch %d", v.Tick, m.tick, m.epoch)
	}
	m.epoch, m.tick = room.Epoch, v.Tick
	m.record.samples = append(m.record.samples, sample{v.Arrived, room.Epoch, v.Tick, v.Head.Input})
}

func (m *player) exited(e client.Exit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.exits++
	m.broken("its seat ended: %v", e.Error())
}

func (m *player) lobby(s *client.State) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if s == nil {
		m.broken("it is in no lobby any more")
		return
	}
	players, seats := 0, map[int]string{}
	for _, one := range s.Members {
		if one.Role != "player" {
			continue
		}
		players++
		if other := seats[one.Seat]; one.Seat != 0 && other != "" {
			m.broken("seat %d of lobby %s is of %s and of %s", one.Seat, s.ID, other, one.User)
		}
		seats[one.Seat] = one.User
	}
	if players > s.MaxPlayers {
		m.broken("lobby %s has %d players of %d", s.ID, players, s.MaxPlayers)
	}
}

func (m *player) message(said client.ChatMessage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.hear(said, true)
}

// heard is a message of the chat, and whether it came as an event: once, that is.
type heard struct {
	text  string
	event bool
}

// hear takes a message of an event or of the history. mu is held.
func (m *player) hear(said client.ChatMessage, event bool) {
	text := said.User + ": " + said.Text
	before, known := m.messages[said.ID]
	if known && before.text != text {
		m.record.renamed = append(m.record.renamed, fmt.Sprintf("player %d: message %d is %q, and was %q", m.number, said.ID, text, before.text))
	}
	if event && before.event && before.text == text {
		m.broken("message %d came twice", said.ID)
	}
	m.messages[said.ID] = heard{text, event || before.event && before.text == text}
}

func (m *player) event(e protocol.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.Seq <= m.events {
		m.broken("event %d after event %d", e.Seq, m.events)
	}
	m.events = e.Seq
	if e.Channel == protocol.ChannelMatch && e.Name != "exit" {
		m.record.told = append(m.record.told, told{m.epoch, e.Tick, e.Name + string(e.Payload)})
	}
}

// live plays and talks until ctx ends, and leaves then.
func (m *player) live(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	acting, done := context.WithCancel(ctx)
	defer done()
	work.Go(func() {
		defer done()
		err := m.client.Run(running)
		m.mu.Lock()
		m.ended = err
		m.mu.Unlock()
	})
	work.Go(func() { m.talk(acting) })
	m.play(acting)
	<-acting.Done()
	parting, cancel := context.WithTimeout(running, time.Second)
	defer cancel()
	_ = m.client.Bye(parting) // it is over either way
}

func (m *player) play(ctx context.Context) {
	var room *client.Room
	for {
		var err error
		if room, err = m.client.NextRoom(ctx, room); err != nil {
			return
		}
		controls := make([]client.Control, len(room.Inputs))
		for i, f := range room.Inputs {
			controls[i] = room.Input(f.Name)
		}
		_ = room.Play(ctx, func(_ *client.View, in *client.Input) { // how it ended is what NextRoom finds
			for i, f := range room.Inputs {
				if m.rng.IntN(20) == 0 {
					low, high := f.Bounds()
					in.Set(controls[i], f.Value(int32(int64(low)+m.rng.Int64N(int64(high)-int64(low)+1))))
				}
			}
		})
	}
}

// talkEvery is how often a player says something.
const talkEvery = time.Second

// talk says numbered things. What the service has acknowledged is the party's to hear.
func (m *player) talk(ctx context.Context) {
	ticker := time.NewTicker(talkEvery)
	defer ticker.Stop()
	for n := 1; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if m.client.Lobby().State() == nil {
			continue
		}
		said, err := m.client.Chat().Say(ctx, fmt.Sprintf("%d of player %d", n, m.number))
		if err == nil {
			m.party.said(said, time.Now())
		} else if refused := (*protocol.Error)(nil); errors.As(err, &refused) {
			m.mu.Lock()
			if len(m.record.notGiven) < 4 {
				m.record.notGiven = append(m.record.notGiven, "say: "+refused.Error())
			}
			m.mu.Unlock()
		}
	}
}

// take gives away what was written down, and begins anew with the newest snapshot.
func (m *player) take() (r record, breaks []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, breaks = m.record, m.breaks
	m.record, m.breaks = record{}, nil
	if n := len(r.samples); n > 0 {
		m.record.samples = append(m.record.samples, r.samples[n-1])
	}
	return r, breaks
}

// fresh is when the newest snapshot came, and why there will be no other, if so.
func (m *player) fresh() (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.record.newest(), m.ended
}
