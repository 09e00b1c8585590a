package simulator

import (
	"context"
	"fmt"

	client "github.com/deltatick/deltatick/client-go"
)

// party is the bots that share a lobby. Its first one is the host: it creates the lobby and starts the match; the others join,
// late if need be.
type party struct {
	lobby      client.NewLobby
	minPlayers int

	open chan struct{} // closed when the lobby can be joined, or will never be
	id   string        // set before open is closed; "" if there is no lobby
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

// host creates the lobby and starts its match as soon as there are enough players.
func (y *party) host(ctx context.Context, c *client.Client) error {
	published := false
	publish := func() {
		if !published {
			close(y.open)
			published = true
		}
	}
	defer publish()
	state, err := c.Lobby().Create(ctx, y.lobby)
	if err != nil {
		return err
	}
	y.id = state.ID
	if y.minPlayers > 1 {
		publish()
		enough := func(s *client.State) bool { return s != nil && len(s.Members) >= y.minPlayers }
		if _, err := c.Lobby().Await(ctx, enough); err != nil {
			return fmt.Errorf("waiting for %d players: %w", y.minPlayers, err)
		}
	}
	return c.Lobby().Start(ctx)
}

// join enters the lobby that the host made.
func (y *party) join(ctx context.Context, c *client.Client) error {
	select {
	case <-y.open:
	case <-ctx.Done():
		return fmt.Errorf("waiting for the lobby: %w", context.Cause(ctx))
	}
	if y.id == "" {
		return fmt.Errorf("the host has no lobby")
	}
	_, err := c.Lobby().Join(ctx, y.id, false)
	return err
}
