package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/simulator"
)

const mergeIntro = `
deltatick simulator merge: one report of a run that several processes shared.

  go run ./cmd/simulator -bots 400 -part 1/2 -at 2026-01-31T18:00:00Z -json one.json    # on one machine
  go run ./cmd/simulator -bots 400 -part 2/2 -at 2026-01-31T18:00:00Z -json two.json    # on another
  go run ./cmd/simulator merge -html report.html one.json two.json

It takes the reports of all parts of one run, prints the table of the whole, and has the exit code that the whole deserves.`

// merge makes one report of those of a run's parts. It returns the exit code: that of a run which one process had played, 2 for a command line or files
// that cannot be used.
func merge(args []string, lookup func(string) (string, bool), out, errOut io.Writer) int {
	fs := flag.NewFlagSet("simulator merge", flag.ContinueOnError)
	var to files
	to.flags(fs)
	err := env.ParseFlags(fs, "DELTATICK_SIM_MERGE_", mergeIntro, args, lookup, out)
	if errors.Is(err, env.ErrHelp) {
		return 0
	}
	var report simulator.Report
	if err == nil {
		report, err = mergeFiles(fs.Args())
	}
	var outputs outputs
	if err == nil {
		outputs, err = to.open()
	}
	if err != nil {
		fmt.Fprintln(errOut, "simulator: merge:", err)
		return env.Usage
	}
	return finish(report, outputs, out, errOut)
}

func mergeFiles(paths []string) (simulator.Report, error) {
	if len(paths) == 0 {
		return simulator.Report{}, errors.New("want the reports of a run's parts as JSON: one.json two.json")
	}
	reports := make([]simulator.Report, len(paths))
	for i, path := range paths {
		var err error
		if reports[i], err = readReport(path); err != nil {
			return simulator.Report{}, err
		}
	}
	return simulator.Merge(reports...)
}
