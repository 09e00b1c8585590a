package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	client "github.com/deltatick/deltatick/client-go"
)

// ask enters a match of a game on a server, with as many players as one needs, and tells of what it was told. Players, lobby and match are
// gone when it returns.
func ask(ctx context.Context, url, name string, as tokens) (game, error) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	var players []*client.Client
	defer func() {
		for _, player := range players {
			// Who does not get to say bye is gone after the server's grace.
			_ = player.Bye(ctx)
		}
		cancel()
		running.Wait()
	}()
	enter := func() (*client.Client, error) {
		config, err := as.config(url, len(players))
		if err != nil {
			return nil, err
		}
		player, err := client.New(config)
		if err != nil {
			return nil, err
		}
		players = append(players, player)
		running.Go(func() { _ = player.Run(ctx) }) // what ends it ends the requests that wait for it
		return player, nil
	}
	host, err := enter()
	if err != nil {
		return game{}, err
	}
	offered, err := host.Lobby().Games(ctx)
	if err != nil {
		return game{}, fmt.Errorf("%s: %w", url, because(ctx, err))
	}
	kind, err := choose(offered, name)
	if err != nil {
		return game{}, err
	}
	lobby, err := host.Lobby().Create(ctx, client.NewLobby{Game: kind.Name, Private: true})
	if err != nil {
		return game{}, because(ctx, err)
	}
	for range kind.MinPlayers - 1 {
		player, err := enter()
		if err != nil {
			return game{}, err
		}
		if _, err := player.Lobby().JoinCode(ctx, lobby.Code, false); err != nil {
			return game{}, because(ctx, err)
		}
	}
	if err := host.Lobby().Start(ctx); err != nil {
		return game{}, because(ctx, err)
	}
	room, err := host.NextRoom(ctx, nil)
	if err != nil {
		return game{}, because(ctx, err)
	}
	return game{name: kind.Name, typeName: typeName(kind.Name), tables: room.Schema, inputs: room.Inputs}, nil
}

// because is why something failed: that time was up, if it was.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.DeadlineExceeded) {
		return cause
	}
	return err
}

// choose finds the game of that name, or the only one.
func choose(offered []client.Game, name string) (client.Game, error) {
	var names []string
	for _, kind := range offered {
		if kind.Name == name || name == "" && len(offered) == 1 {
			return kind, nil
		}
		names = append(names, kind.Name)
	}
	if name == "" {
		return client.Game{}, fmt.Errorf("which game? -game is one of %s", strings.Join(names, ", "))
	}
	return client.Game{}, fmt.Errorf("the server has no game %q, but %s", name, strings.Join(names, ", "))
}
