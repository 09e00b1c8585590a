// Package env gives the flags of our commands what they share: a twin in the environment for each, help that reads well, and one
// clear line for a bad value.
package env

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"syscall"
)

// Usage is the exit code for a command line or an environment that cannot be used.
const Usage = 2

// ErrHelp is returned by [Parse] after help was asked for and printed.
var ErrHelp = flag.ErrHelp

// Listening is err with what to do about it, if it is that another program has the port of the flag -addr.
func Listening(err error) error {
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%w: choose another with -addr", err)
	}
	return err
}

// Parse fills a flag set from the environment and then from arguments, which win; an empty variable is none. The twin of -tick-rate is prefix + "TICK_RATE". The
// flag set must use flag.ContinueOnError. On -h it prints intro and the flags to out and returns [ErrHelp]; any other error is one
// line that names the flag or variable.
func Parse(fs *flag.FlagSet, prefix, intro string, args []string, lookup func(string) (string, bool), out io.Writer) error {
	if err := ParseFlags(fs, prefix, intro, args, lookup, out); err != nil {
		return err
	}
	if fs.NArg() > 0 {
		return fmt.Errorf("%q is not a flag; see -h", fs.Arg(0))
	}
	return nil
}

// ParseFlags is Parse for a command that takes more than flags: what follows them is fs.Args().
func ParseFlags(fs *flag.FlagSet, prefix, intro string, args []string, lookup func(string) (string, bool), out io.Writer) error {
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	var bad error
	fs.VisitAll(func(f *flag.Flag) {
		name := Twin(prefix, f.Name)
		value, ok := lookup(name)
		if !ok || value == "" || bad != nil {
			return
		}
		if err := fs.Set(f.Name, value); err != nil {
			bad = fmt.Errorf("%s=%q: %w", name, value, err)
		}
	})
	if bad != nil {
		return bad
	}
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		printHelp(fs, prefix, intro, out)
	}
	return err
}

// Twin is the environment variable of a flag.
func Twin(prefix, flagName string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(flagName, "-", "_"))
}

func printHelp(fs *flag.FlagSet, prefix, intro string, out io.Writer) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\nFlags, each with its twin in the environment:\n", strings.TrimSpace(intro))
	fs.VisitAll(func(f *flag.Flag) {
		kind, usage := flag.UnquoteUsage(f)
		fmt.Fprintf(&b, "\n  -%s %s", f.Name, kind)
		if f.DefValue != "" && f.DefValue != "false" {
			fmt.Fprintf(&b, "  (default %s)", f.DefValue)
		}
		fmt.Fprintf(&b, "  %s\n      %s\n", Twin(prefix, f.Name), usage)
	})
	// Help that cannot be written is not missed.
	_, _ = out.Write(b.Bytes())
}
