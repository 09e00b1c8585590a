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

// probe asks the server for its games and returns the one to play.
func probe(ctx context.Context, cfg Config) (client.Game, error) {
	c, err := client.New(client.Config{URL: cfg.URL, Name: "simulator", Software: "deltatick-simulator/1", NetDial: cfg.NetDial})
	if err != nil {
		return client.Game{}, err
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
		return client.Game{}, fmt.Errorf("%w at %s: %w", ErrNoServer, cfg.URL, runErr)
	case err != nil:
		return client.Game{}, fmt.Errorf("asking for games: %w", err)
	}
	names := make([]string, len(games))
	for i, game := range games {
		if names[i] = game.Name; game.Name == cfg.Game {
			return game, checkGame(game, cfg)
		}
	}
	return client.Game{}, fmt.Errorf("the server has no game %q, only %s", cfg.Game, strings.Join(names, ", "))
}

func checkGame(game client.Game, cfg Config) error {
	if cfg.RoomSize > game.MaxPlayers {
		return fmt.Errorf("room size: %s takes %d players at most, not %d", game.Name, game.MaxPlayers, cfg.RoomSize)
	}
	if smallest := slices.Min(groups(cfg.Bots, cfg.RoomSize)); smallest < game.MinPlayers {
		return fmt.Errorf("bots: %s takes %d players at least, not %d", game.Name, game.MinPlayers, smallest)
	}
	for name, value := range sorted(cfg.Settings) {
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
