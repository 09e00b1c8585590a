package simulator

import (
	"context"
	"errors"
	"fmt"
	"sync"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// party is the bots that share a lobby. Whoever comes first creates it, and starts its match if there is to be one; the others join, late
// if need be. A lobby that is gone, because all had left for a while, is made anew by the next to come.
type party struct {
	lobby      client.NewLobby
	minPlayers int  // of the game
	plays      bool // a match is started
	spare      bool // there is a second place for everybody
	moods      moods

	mu       sync.Mutex
	id       string        // of the lobby; "" while there is none
	creating chan struct{} // closed when the one who creates it is done; nil while nobody does
}

// parties spreads n bots over lobbies of at most size, as evenly as it goes.
func parties(n, size int) []int {
	count := (n + size - 1) / size
	sizes := make([]int, count)
	for i := range sizes {
		sizes[i] = n / count
		if i < n%count {
			sizes[i]++
		}
	}
	return sizes
}

// enter brings a client into the lobby.
func (y *party) enter(ctx context.Context, c *client.Client) error {
	for {
		id, mine, err := y.claim(ctx)
		if err != nil {
			return err
		}
		if mine {
			return y.create(ctx, c)
		}
		_, err = c.Lobby().Join(ctx, id, false)
		var refused *protocol.Error
		if !errors.As(err, &refused) || refused.Code != protocol.CodeNotFound {
			return err
		}
		y.forget(id)
	}
}

// claim returns the id of the lobby, or makes it the caller's to create.
func (y *party) claim(ctx context.Context) (id string, mine bool, err error) {
	for {
		y.mu.Lock()
		id, creating := y.id, y.creating
		if id == "" && creating == nil {
			y.creating = make(chan struct{})
		}
		y.mu.Unlock()
		switch {
		case id != "":
			return id, false, nil
		case creating == nil:
			return "", true, nil
		}
		select {
		case <-creating:
		case <-ctx.Done():
			return "", false, fmt.Errorf("waiting for the lobby: %w", context.Cause(ctx))
		}
	}
}

// open lets the others in, or, with no id, has the next of them create the lobby.
func (y *party) open(id string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.id = id
	close(y.creating)
	y.creating = nil
}

// forget notes that a lobby is gone.
func (y *party) forget(id string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.id == id {
		y.id = ""
	}
}

// create makes the lobby and starts its match as soon as there are enough players.
func (y *party) create(ctx context.Context, c *client.Client) error {
	state, err := c.Lobby().Create(ctx, y.lobby)
	if err != nil {
		y.open("")
		return err
	}
	y.open(state.ID)
	if !y.plays {
		return nil
	}
	if y.minPlayers > 1 {
		enough := func(s *client.State) bool { return s != nil && len(s.Members) >= y.minPlayers }
		if _, err := c.Lobby().Await(ctx, enough); err != nil {
			return fmt.Errorf("waiting for %d players: %w", y.minPlayers, err)
		}
	}
	return c.Lobby().Start(ctx)
}
