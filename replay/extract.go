package replay

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
)

// What extract can write of a tick.
const (
	partState  = "state"
	partEvents = "events"
	partInputs = "inputs"
)

// extract writes parts of a recording.
func (p *program) extract(args []string) (err error) {
	fs := flag.NewFlagSet("extract FILE", flag.ContinueOnError)
	tick := fs.Uint64("tick", 0, "only this `tick`")
	from := fs.Uint64("from", 0, "first `tick`; default the recording's first")
	to := fs.Uint64("to", 0, "last `tick`; default the recording's last")
	format := fs.String("format", "json", "`format`: json (a line for each tick), csv, or recording (the ticks, as a recording of their own)")
	part := fs.String("part", "", "`what` to write of a tick: state (default with -tick), events (default otherwise) or inputs; not with recording")
	output := fs.String("o", "", "`file` to write, which must not be there yet; default standard output")
	files, err := p.flags(fs, args)
	if err != nil {
		return err
	}
	name, err := oneFile(files)
	if err != nil {
		return err
	}
	f, err := recording.OpenFile(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	x := extraction{r: f.Reader, part: *part}
	if err := x.bounds(*tick, *from, *to); err != nil {
		return err
	}
	kind, _ := p.kind(f.Header().Game)
	write, err := x.writer(*format, kind)
	if err != nil {
		return err
	}
	out := p.out
	if *output != "" {
		file, err := os.OpenFile(*output, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	buffered := bufio.NewWriter(out)
	if err := write(buffered); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return buffered.Flush()
}

// extraction is what is to be written of a recording.
type extraction struct {
	r        *recording.Reader
	from, to uint32
	part     string
}

// bounds sets the ticks and what is written of each by default.
func (x *extraction) bounds(tick, from, to uint64) error {
	if tick != 0 && (from != 0 || to != 0) {
		return misused("-tick stands alone, or -from and -to")
	}
	if x.part == "" {
		x.part = partEvents
		if tick != 0 {
			x.part = partState
		}
	}
	if !slices.Contains([]string{partState, partEvents, partInputs}, x.part) {
		return misused("-part: %q is not state, events or inputs", x.part)
	}
	if tick != 0 {
		from, to = tick, tick
	}
	if from == 0 {
		from = uint64(x.r.First())
	}
	if to == 0 {
		to = uint64(x.r.Last())
	}
	if from < uint64(x.r.First()) || to > uint64(x.r.Last()) || from > to || to > math.MaxUint32 {
		return misused("ticks %d to %d: the recording has %d to %d", from, to, x.r.First(), x.r.Last())
	}
	x.from, x.to = uint32(from), uint32(to)
	return nil
}

// writer is what writes the extraction in a format. kind is the recorded game where it is built in.
func (x *extraction) writer(format string, kind match.Kind) (func(io.Writer) error, error) {
	switch format {
	case "json":
		return x.json, nil
	case "csv":
		return x.csv, nil
	case "recording":
		return func(out io.Writer) error {
			return recording.Cut(x.r, x.from, x.to, out, recording.CutConfig{Kind: kind})
		}, nil
	}
	return nil, misused("-format: %q is not json, csv or recording", format)
}

// each goes through the ticks.
func (x *extraction) each(do func(*recording.Tick) error) error {
	c := x.r.Cursor()
	t, err := c.Seek(x.from)
	for err == nil {
		if err = do(t); err != nil || t.Tick == x.to {
			return err
		}
		t, err = c.Next()
	}
	return err
}
