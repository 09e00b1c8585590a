// Command gametypes writes a game's tables and input as a TypeScript type, from the schema that a running server tells whoever enters a
// match. docs/typescript.md shows it in use.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
)

const intro = `
deltatick gametypes: writes a game's tables and input as a TypeScript type, for connect<Game>() of the JavaScript client.

  go run ./cmd/gametypes -game arena -o arena.d.ts          # of a server on this machine

It creates a private lobby, starts a match, and reads the schema that it is told. The server must let guests in, or those of -token-file.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// options are what the flags say.
type options struct {
	url, game, name, out, tokenFile string
	patience                        time.Duration
}

// run returns the exit code.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), out, errOut io.Writer) int {
	var opts options
	fs := flag.NewFlagSet("gametypes", flag.ContinueOnError)
	fs.StringVar(&opts.url, "url", "ws://127.0.0.1:8080/ws", "WebSocket `url` of the server")
	fs.StringVar(&opts.game, "game", "", "`name` of the game; may be left out where a server has but one")
	fs.StringVar(&opts.tokenFile, "token-file", "", "`file` of JSON Web Tokens, one a line, each of another user: as many as the game needs players. By default they are guests")
	fs.StringVar(&opts.name, "type", "", "`name` of the type; by default the game's, in capitals: Arena")
	fs.StringVar(&opts.out, "o", "", "`file` to write; by default to standard output")
	fs.DurationVar(&opts.patience, "patience", 10*time.Second, "longest `time` that all of it may take")
	err := env.Parse(fs, "DELTATICK_GAMETYPES_", intro, args, lookup, out)
	switch {
	case errors.Is(err, env.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errOut, "gametypes:", err)
		return env.Usage
	}
	if err := write(ctx, opts, out); err != nil {
		fmt.Fprintln(errOut, "gametypes:", err)
		return 1
	}
	return 0
}

// write asks for a game and writes its type where it is wanted.
func write(ctx context.Context, opts options, out io.Writer) error {
	ctx, cancel := context.WithTimeoutCause(ctx, opts.patience, fmt.Errorf("not done within %v", opts.patience))
	defer cancel()
	players, err := readTokens(opts.tokenFile)
	if err != nil {
		return err
	}
	found, err := ask(ctx, opts.url, opts.game, players)
	if err != nil {
		return err
	}
	if opts.name != "" {
		found.typeName = opts.name
	}
	if !isIdentifier(found.typeName) {
		return fmt.Errorf("%q cannot name a type: give another with -type", found.typeName)
	}
	text := found.declaration()
	if opts.out == "" {
		_, err = io.WriteString(out, text)
		return err
	}
	return os.WriteFile(opts.out, []byte(text), 0o644)
}
