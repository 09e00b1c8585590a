// Command conformance says of a running server, case by case, whether it keeps what docs/PROTOCOL.md promises.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/conformance"
)

const intro = `
deltatick conformance: says of a running server, case by case, whether it keeps what docs/PROTOCOL.md promises.

  go run ./cmd/conformance                                  # a server on this machine, over WebSocket
  go run ./cmd/conformance -over poll -only '^resume/'
  go run ./cmd/conformance -jwt-secret-file secret.txt      # that of the server: cases about tokens and administrators, too
  go run ./cmd/conformance -list

The server must let guests in and have a game. Exit code 0 when every case holds, 1 when one does not, 2 for a bad flag.`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.LookupEnv, os.Stdout, os.Stderr))
}

// run returns the exit code.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), out, errOut io.Writer) int {
	cfg, opts, err := parse(args, lookup, out)
	switch {
	case errors.Is(err, env.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errOut, "conformance:", err)
		return env.Usage
	}
	if opts.list {
		for _, c := range conformance.Cases() {
			fmt.Fprintln(out, c.Name)
		}
		return 0
	}
	var held, failed, skipped int
	err = conformance.Run(ctx, cfg, func(r conformance.Result) {
		switch {
		case r.Failure != "":
			failed++
			fmt.Fprintf(out, "FAIL  %s: %s\n", r.Name, r.Failure)
		case r.Skipped != "":
			skipped++
			if opts.verbose {
				fmt.Fprintf(out, "skip  %s: %s\n", r.Name, r.Skipped)
			}
		default:
			held++
			if opts.verbose {
				fmt.Fprintf(out, "ok    %s (%v)\n", r.Name, r.Took.Round(time.Millisecond))
			}
		}
	})
	if err != nil {
		fmt.Fprintln(errOut, err)
		return env.Usage
	}
	fmt.Fprintf(out, "%d cases hold, %d do not, %d were skipped (over %s)\n", held, failed, skipped, cfg.Over)
	if failed > 0 || held == 0 {
		return 1
	}
	return 0
}

type options struct{ list, verbose bool }

// keyFiles are where keys are, by flag.
type keyFiles struct{ secret, publicKey string }

// read puts what the files hold into keys. The error names the flag.
func (f keyFiles) read(keys *conformance.Keys) (err error) {
	if f.secret != "" {
		if keys.Secret, err = os.ReadFile(f.secret); err != nil {
			return fmt.Errorf("-jwt-secret-file: %w", err)
		}
		keys.Secret = bytes.TrimRight(keys.Secret, "\r\n")
	}
	if f.publicKey != "" {
		if keys.PublicKey, err = os.ReadFile(f.publicKey); err != nil {
			return fmt.Errorf("-jwt-public-key: %w", err)
		}
	}
	return nil
}

func parse(args []string, lookup func(string) (string, bool), out io.Writer) (cfg conformance.Config, opts options, err error) {
	var over, only string
	var files keyFiles
	fs := flag.NewFlagSet("conformance", flag.ContinueOnError)
	fs.StringVar(&cfg.URL, "url", "ws://127.0.0.1:8080/ws", "WebSocket `url` of the server")
	fs.StringVar(&over, "over", string(conformance.WebSocket), "what carries the frames: `ws, stream or poll`; the last two are plain HTTP")
	fs.StringVar(&only, "only", "", "`expression` that the names of the cases to run match; empty for all")
	fs.BoolVar(&cfg.Views, "views", false, "the game hides things from players, who need not see the same world")
	fs.StringVar(&files.secret, "jwt-secret-file", "", "`file` with the secret that the server checks HS256 tokens with, 32 bytes or more; a line end after it is not part of it")
	fs.StringVar(&files.publicKey, "jwt-public-key", "", "PEM `file` with a public key that the server checks RS256 tokens with, beside the secret")
	fs.StringVar(&cfg.Keys.Issuer, "jwt-issuer", "", "`iss` that the server wants tokens to have; empty if it takes any")
	fs.StringVar(&cfg.Keys.Audience, "jwt-audience", "", "`aud` that the server wants tokens to have; empty if it takes any")
	fs.IntVar(&cfg.Parallel, "parallel", 8, "`cases` at a time")
	fs.DurationVar(&cfg.Patience, "patience", 5*time.Second, "longest `time` to wait for what is to come at once")
	fs.BoolVar(&opts.list, "list", false, "name all cases and run none")
	fs.BoolVar(&opts.verbose, "verbose", false, "name the cases that hold and those that were skipped, too")
	if err := env.Parse(fs, "DELTATICK_CONFORMANCE_", intro, args, lookup, out); err != nil {
		return cfg, opts, err
	}
	cfg.Over = conformance.Over(over)
	if err := files.read(&cfg.Keys); err != nil {
		return cfg, opts, err
	}
	if only != "" {
		if cfg.Only, err = regexp.Compile(only); err != nil {
			return cfg, opts, fmt.Errorf("-only: %w", err)
		}
	}
	return cfg, opts, nil
}
