package replay

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/deltatick/deltatick/match"
)

const usage = `replay looks at recordings of matches (docs/replays.md).

  replay list FILE...       one line for each: game, length, players, size, how it ended
  replay verify FILE...     make each match again from its inputs and compare every tick; exit 1 at a difference
  replay extract FILE       write states, events or inputs as JSON or CSV, or cut a part out; see replay extract -h
  replay serve FILE         show it to browsers and other clients; see replay serve -h

Games built in: %s.
`

// Exit codes of [Main].
const (
	exitFailed = 1 // a file cannot be read, or a match came out differently
	exitUsage  = 2 // the command line cannot be used
)

// usageError is a command line that cannot be used.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func misused(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// errDiffers is the end of a verification that found differences, which have been printed.
var errDiffers = errors.New("a match came out differently")

// Main is the program, for matches of the given games: a main function calls it and nothing else. It reads the command line, and exits.
func Main(kinds ...match.Kind) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := Run(ctx, os.Args[1:], os.Stdout, os.Stderr, kinds...)
	stop()
	var wrong usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return
	case errors.As(err, &wrong):
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(exitUsage)
	default:
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(exitFailed)
	}
}

// Run is [Main] with the arguments and the output as parameters. It returns flag.ErrHelp when help was asked for and given.
func Run(ctx context.Context, args []string, out, errOut io.Writer, kinds ...match.Kind) error {
	p := &program{kinds: kinds, out: out, errOut: errOut}
	if len(args) == 0 {
		return misused("say what to do: list, verify, extract or serve; see -h")
	}
	command, args := args[0], args[1:]
	switch command {
	case "list":
		return p.list(args)
	case "verify":
		return p.verify(args)
	case "extract":
		return p.extract(args)
	case "serve":
		return p.serve(ctx, args)
	case "-h", "-help", "--help", "help":
		return p.help()
	}
	return misused("%q is no command: want list, verify, extract or serve; see -h", command)
}

// program is one run of the command.
type program struct {
	kinds       []match.Kind
	out, errOut io.Writer
}

func (p *program) help() error {
	names := make([]string, len(p.kinds))
	for i, k := range p.kinds {
		names[i] = k.Name
	}
	if _, err := fmt.Fprintf(p.out, usage, strings.Join(names, ", ")); err != nil {
		return err
	}
	return flag.ErrHelp
}

// flags parses a command's flags, which may stand before and after the file, and returns the other arguments.
func (p *program) flags(fs *flag.FlagSet, args []string) (files []string, err error) {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	for {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(p.out)
			fmt.Fprintf(p.out, "replay %s:\n", fs.Name())
			fs.PrintDefaults()
			return nil, err
		}
		if err != nil {
			return nil, usageError{err}
		}
		if fs.NArg() == 0 {
			return files, nil
		}
		files = append(files, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

// oneFile is the only argument of a command.
func oneFile(files []string) (string, error) {
	if len(files) != 1 {
		return "", misused("want one file, not %d", len(files))
	}
	return files[0], nil
}

// kind is a game that is built in.
func (p *program) kind(name string) (match.Kind, bool) {
	for _, k := range p.kinds {
		if k.Name == name {
			return k, true
		}
	}
	return match.Kind{}, false
}
