package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/simulator"
)

// maxProcesses is how many may share a run on one machine: more than have cores to themselves.
const maxProcesses = 64

// lead is the time that processes have to get ready in before the first bot starts.
const lead = 2 * time.Second

// partArg is the first argument of a process that plays a part of its parent's run. The others are flags. It writes its progress to its standard error and a
// partResult to its standard output, and ends its run early when its standard input ends, so that it does not outlive its parent.
const partArg = "part"

// partResult is what such a process has to say in the end.
type partResult struct {
	Report simulator.Report
	Error  string // why there is no report; "" if there is one
	Code   int    // the exit code for that
}

// partError is a part's Error.
type partError struct {
	part, parts int
	text        string
	code        int
}

// Error says which part could not be played, and why.
func (e *partError) Error() string {
	return fmt.Sprintf("simulator: process %d/%d: %s", e.part, e.parts, e.text)
}

// runPart returns the exit code.
func runPart(ctx context.Context, args []string, lookup func(string) (string, bool), in io.Reader, out, errOut io.Writer) int {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { // for as long as the process lives
		_, _ = io.Copy(io.Discard, in)
		stop()
	}()
	result := partResult{Code: env.Usage}
	cfg, err := parse(args, lookup, errOut, errOut)
	if err == nil {
		result.Code = 0
		if result.Report, err = simulator.Run(ctx, cfg.run); err != nil {
			result.Code = codeOf(err)
		}
	}
	if err != nil {
		result.Error = strings.TrimPrefix(explain(err), "simulator: ")
	}
	if err := json.NewEncoder(out).Encode(result); err != nil {
		return 1
	}
	return result.Code
}

// share has processes of this machine play the run that args describe, each a part of it, and returns what became of the whole. What they show while they
// play goes to out, with the part in front. Ending ctx ends them early, with a report.
func (cfg config) share(ctx context.Context, args []string, out io.Writer) (simulator.Report, error) {
	self, err := os.Executable()
	if err != nil {
		return simulator.Report{}, err
	}
	at := cfg.run.At
	if at.IsZero() {
		at = time.Now().Add(lead)
	}
	ctx, stop := context.WithCancelCause(ctx) // one that fails ends the others, which then may fail of that
	defer stop(nil)
	reports := make([]simulator.Report, cfg.processes)
	var failed atomic.Bool
	lines := &prefixed{out: out}
	var playing sync.WaitGroup
	for i := range cfg.processes {
		own := append([]string{partArg}, args...)
		own = append(own, "-processes=1", fmt.Sprintf("-part=%d/%d", i+1, cfg.processes), "-at="+at.Format(time.RFC3339Nano), "-json=", "-junit=", "-html=")
		playing.Go(func() {
			var err error
			if reports[i], err = playPart(ctx, exec.Command(self, own...), i+1, cfg.processes, lines); err != nil {
				failed.Store(true)
				stop(err)
			}
		})
	}
	playing.Wait()
	if failed.Load() {
		return simulator.Report{}, context.Cause(ctx) // the first; or that ctx ended before anybody was ready
	}
	return simulator.Merge(reports...)
}

// playPart runs a process until it has ended.
func playPart(ctx context.Context, cmd *exec.Cmd, part, parts int, lines *prefixed) (simulator.Report, error) {
	failed := func(err error) error { return &partError{part, parts, err.Error(), 1} }
	hold, err := cmd.StdinPipe()
	if err != nil {
		return simulator.Report{}, failed(err)
	}
	result, err := cmd.StdoutPipe()
	if err != nil {
		return simulator.Report{}, failed(err)
	}
	shown, err := cmd.StderrPipe()
	if err != nil {
		return simulator.Report{}, failed(err)
	}
	if err := cmd.Start(); err != nil {
		return simulator.Report{}, failed(err)
	}
	defer context.AfterFunc(ctx, func() { _ = hold.Close() })() // one that has gone already is what is wanted
	var reading sync.WaitGroup
	reading.Go(func() { lines.copy(fmt.Sprintf("%d/%d ", part, parts), shown) })
	var r partResult
	err = json.NewDecoder(result).Decode(&r)
	reading.Wait()
	ended := cmd.Wait()
	switch {
	case r.Error != "":
		return r.Report, &partError{part, parts, r.Error, r.Code}
	case err != nil && ended != nil:
		return r.Report, failed(ended)
	case err != nil:
		return r.Report, failed(err)
	}
	return r.Report, nil
}

// prefixed writes lines of several to one place.
type prefixed struct {
	mu  sync.Mutex
	out io.Writer
}

// copy copies lines, each with a prefix, until there are no more.
func (p *prefixed) copy(prefix string, from io.Reader) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		p.mu.Lock()
		fmt.Fprintf(p.out, "%s%s\n", prefix, lines.Text())
		p.mu.Unlock()
	}
	_, _ = io.Copy(io.Discard, from) // after a line that is too long
}
