package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	client "github.com/deltatick/deltatick/client-go"
)

// party is who plays in one lobby.
type party struct {
	players []*player
	lobby   string // its id
	match   string

	mu           sync.Mutex
	acknowledged []acknowledged
}

// acknowledged is a message of which its author has been told that it was said.
type acknowledged struct {
	id   uint32
	text string
	at   time.Time
}

func (p *party) said(m client.ChatMessage, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acknowledged = append(p.acknowledged, acknowledged{m.ID, m.User + ": " + m.Text, at})
}

// sitDown has the players, whose clients run, come together in a lobby and start its match.
func (p *party) sitDown(ctx context.Context, game string, settings map[string]int) error {
	host := p.players[0].client
	state, err := host.Lobby().Create(ctx, client.NewLobby{Game: game, Name: "faults", MaxPlayers: len(p.players), Settings: settings, Start: client.StartHost})
	if err != nil {
		return fmt.Errorf("create a lobby: %w", err)
	}
	p.lobby = state.ID
	for _, m := range p.players[1:] {
		if _, err := m.client.Lobby().Join(ctx, p.lobby, false); err != nil {
			return fmt.Errorf("player %d: join: %w", m.number, err)
		}
	}
	if err := host.Lobby().Start(ctx); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	for _, m := range p.players {
		room, err := m.client.NextRoom(ctx, nil)
		if err != nil {
			return fmt.Errorf("player %d: match: %w", m.number, err)
		}
		p.match = room.Match
	}
	return nil
}

// astray says what is wrong with where the players are.
func (p *party) astray() (all []string) {
	for _, m := range p.players {
		room, state := m.client.Room(), m.client.Lobby().State()
		switch {
		case state == nil:
			all = append(all, fmt.Sprintf("player %d is in no lobby", m.number))
		case state.ID != p.lobby:
			all = append(all, fmt.Sprintf("player %d is in lobby %s, not %s", m.number, state.ID, p.lobby))
		case len(state.Members) != len(p.players):
			all = append(all, fmt.Sprintf("player %d sees %d of %d members", m.number, len(state.Members), len(p.players)))
		case room == nil:
			all = append(all, fmt.Sprintf("player %d is in no match", m.number))
		case room.Match != p.match:
			all = append(all, fmt.Sprintf("player %d is in match %s, not %s", m.number, room.Match, p.match))
		}
	}
	return all
}

// unheard are the messages acknowledged before a time that a player has neither heard nor finds in the history.
func (p *party) unheard(ctx context.Context, before time.Time) (all []string) {
	for _, m := range p.players {
		missing := p.missing(m, before)
		if len(missing) > 0 { // it may have missed events, and been told so: then it asks
			history, err := m.client.Chat().History(ctx, 0)
			if err != nil {
				all = append(all, fmt.Sprintf("player %d: history: %v", m.number, err))
			}
			m.mu.Lock()
			for _, said := range history.Messages {
				m.hear(said, false)
			}
			m.mu.Unlock()
			missing = p.missing(m, before)
		}
		for id, text := range missing {
			all = append(all, fmt.Sprintf("player %d has not heard message %d, %q", m.number, id, text))
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	// Each is looked at once.
	p.acknowledged = slices.DeleteFunc(p.acknowledged, func(said acknowledged) bool { return said.at.Before(before) })
	return all
}

func (p *party) missing(m *player, before time.Time) map[uint32]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	missing := map[uint32]string{}
	for _, said := range p.acknowledged {
		if said.at.Before(before) && m.messages[said.id].text != said.text {
			missing[said.id] = said.text
		}
	}
	return missing
}
