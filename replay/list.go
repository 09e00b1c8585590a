package replay

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
)

// list prints a line for each recording. Files that cannot be read get a line, too, and make the command fail.
func (p *program) list(args []string) error {
	files, err := p.flags(flag.NewFlagSet("list FILE...", flag.ContinueOnError), args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return misused("list: no files")
	}
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FILE\tGAME\tSTARTED\tLENGTH\tPLAYERS\tTICKS\tBYTES\tEND")
	for _, name := range files {
		line, lineErr := describe(name)
		if lineErr != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", name, lineErr))
			continue
		}
		fmt.Fprintf(table, "%s\t%s\n", name, line)
	}
	return errors.Join(err, table.Flush())
}

// describe is a recording in a line.
func describe(name string) (line string, err error) {
	f, err := recording.OpenFile(name)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	players, err := played(f.Reader)
	if err != nil {
		return "", err
	}
	h := f.Header()
	ticks := f.Last() - h.Start
	length := time.Duration(float64(ticks) / float64(h.TickRate) * float64(time.Second)).Round(100 * time.Millisecond)
	return fmt.Sprintf("%s\t%s\t%s\t%d\t%s\t%d\t%s", h.Game, h.Started.Format("2006-01-02 15:04:05"), length, players,
		span(f.First(), f.Last()), f.Size(), howItEnded(f.Reader)), nil
}

func span(first, last uint32) string {
	if first == 1 {
		return strconv.FormatUint(uint64(last), 10)
	}
	return fmt.Sprintf("%d-%d", first, last)
}

// played is how many players there were. A torn recording does not say, so that its joins are counted.
func played(r *recording.Reader) (int, error) {
	if end := r.End(); end != nil {
		return len(end.Players), nil
	}
	users := map[string]bool{}
	for _, p := range r.Header().Players {
		users[p.User] = true
	}
	for c := r.Cursor(); ; {
		t, err := c.Next()
		if err == io.EOF {
			return len(users), nil
		}
		if err != nil {
			return len(users), err
		}
		for _, a := range t.Acts {
			if a.Kind == match.ActJoin {
				users[a.Player.User] = true
			}
		}
	}
}

func howItEnded(r *recording.Reader) string {
	end := r.End()
	switch {
	case errors.Is(r.Torn(), recording.ErrTorn):
		return "torn: its writer died, or it is being written"
	case end == nil:
		return "damaged: " + r.Torn().Error()
	case end.Cut == recording.CutSlow:
		return "truncated: the disk fell behind"
	case end.Cut == recording.CutFull:
		return "full"
	case end.Cut != "":
		return "part of another"
	}
	return end.Result.Reason
}
