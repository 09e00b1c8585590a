package simulator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	client "github.com/deltatick/deltatick/client-go"
)

// ErrNoServer means that nothing answered at the URL.
var ErrNoServer = errors.New("no server")

// probe asks the server for its games and returns the one that each group plays.
func probe(ctx context.Context, cfg Config) ([]client.Game, error) {
	c, err := client.New(client.Config{URL: cfg.URL, Name: "simulator", Software: "deltatick-simulator/1", NetDial: cfg.NetDial})
	if err != nil {
		return nil, err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	games, err := c.Lobby().Games(ctx)
	parting, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	_ = c.Bye(parting) // whatever the server makes of it, Run ends
	runErr := <-ended
	switch {
	case errors.Is(runErr, client.ErrUnreachable):
		return nil, fmt.Errorf("%w at %s: %w", ErrNoServer, cfg.URL, runErr)
	case err != nil:
		return nil, fmt.Errorf("asking for games: %w", err)
	}
	played := make([]client.Game, len(cfg.Groups))
	for i, g := range cfg.Groups {
		if played[i], err = pick(games, g); err != nil {
			return nil, err
		}
	}
	return played, nil
}

// pick finds the game that a group plays.
func pick(games []client.Game, g Group) (client.Game, error) {
	names := make([]string, len(games))
	for i, game := range games {
		if names[i] = game.Name; game.Name == g.Game {
			return game, checkGame(game, g)
		}
	}
	return client.Game{}, fmt.Errorf("the server has no game %q, only %s", g.Game, strings.Join(names, ", "))
}

func checkGame(game client.Game, g Group) error {
	if g.Attack != "" {
		if game.MinPlayers > 1 {
			return fmt.Errorf("attack: %s takes %d players to start, and attackers are alone", game.Name, game.MinPlayers)
		}
		return nil
	}
	if g.RoomSize > game.MaxPlayers {
		return fmt.Errorf("room size: %s takes %d players at most, not %d", game.Name, game.MaxPlayers, g.RoomSize)
	}
	if smallest := slices.Min(parties(g.Bots, g.RoomSize)); smallest < game.MinPlayers {
		return fmt.Errorf("bots: %s takes %d players at least, not %d", game.Name, game.MinPlayers, smallest)
	}
	for name, value := range sorted(g.Settings) {
		at := slices.IndexFunc(game.Settings, func(s client.Setting) bool { return s.Name == name })
		if at < 0 {
			return fmt.Errorf("settings: %s has no setting %q", game.Name, name)
		}
		if s := game.Settings[at]; value < s.Min || value > s.Max {
			return fmt.Errorf("settings: %s=%d is outside %d..%d", name, value, s.Min, s.Max)
		}
	}
	return nil
}
