package replay

import (
	"errors"
	"flag"
	"fmt"

	"github.com/deltatick/deltatick/recording"
)

// verify makes matches again.
func (p *program) verify(args []string) error {
	files, err := p.flags(flag.NewFlagSet("verify FILE...", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return misused("verify: no files")
	}
	for _, name := range files {
		if fileErr := p.verifyFile(name); fileErr != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", name, fileErr))
		}
	}
	return err
}

func (p *program) verifyFile(name string) (err error) {
	f, err := recording.OpenFile(name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	game := f.Header().Game
	kind, ok := p.kind(game)
	if !ok {
		return fmt.Errorf("the game %s is not built into this program: see docs/replays.md", game)
	}
	report, err := recording.Verify(kind, f.Reader)
	if err != nil {
		return err
	}
	note := ""
	if report.Torn != nil {
		note = ", and then it is torn"
	}
	if report.Difference != nil {
		fmt.Fprintf(p.out, "%s: %d ticks are the same; then at %v\n", name, report.Ticks, report.Difference)
		return errDiffers
	}
	fmt.Fprintf(p.out, "%s: all %d ticks are the same%s\n", name, report.Ticks, note)
	return nil
}
