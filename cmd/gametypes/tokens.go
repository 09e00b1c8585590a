package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	client "github.com/deltatick/deltatick/client-go"
)

// tokens are the JSON Web Tokens of those who are to play, one for each; without any, all are guests.
type tokens []string

// readTokens reads a file of one token a line. No file has none.
func readTokens(file string) (tokens, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	found := strings.Fields(string(text))
	if len(found) == 0 {
		return nil, fmt.Errorf("%s holds no token", file)
	}
	return found, nil
}

// config is what the player of that number, from 0, connects with.
func (t tokens) config(url string, player int) (client.Config, error) {
	config := client.Config{URL: url, Name: "gametypes"}
	switch {
	case len(t) == 0:
	case player >= len(t):
		return config, fmt.Errorf("the game needs more players than there are tokens (%d): add some, of other users", len(t))
	default:
		config.Auth = func(context.Context) ([]string, error) { return []string{"jwt", t[player]}, nil }
	}
	return config, nil
}
