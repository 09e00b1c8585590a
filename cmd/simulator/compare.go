package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/deltatick/deltatick/cmd/internal/env"
	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/page"
)

const compareIntro = `
deltatick simulator compare: the figures of two runs side by side.

  go run ./cmd/simulator -json before.json
  go run ./cmd/simulator -json after.json
  go run ./cmd/simulator compare -html difference.html before.json after.json`

// compare prints two reports side by side. It returns the exit code: 0, 1 when something could not be written, 2 for a command line or files that
// cannot be used. What the figures are is no reason for another.
func compare(args []string, lookup func(string) (string, bool), out, errOut io.Writer) int {
	fs := flag.NewFlagSet("simulator compare", flag.ContinueOnError)
	html := fs.String("html", "", "`file` to write the comparison to, as a web page")
	files := args[max(0, len(args)-2):]
	if len(files) < 2 || strings.HasPrefix(files[0], "-") || strings.HasPrefix(files[1], "-") {
		files = nil // and what there is are flags, -h perhaps
	}
	err := env.Parse(fs, "DELTATICK_SIM_COMPARE_", compareIntro, args[:len(args)-len(files)], lookup, out)
	if err == nil && files == nil {
		err = errors.New("want two reports as JSON: before.json after.json")
	}
	var reports [2]simulator.Report
	for i := range files {
		if err == nil {
			reports[i], err = readReport(files[i])
		}
	}
	switch {
	case errors.Is(err, env.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintln(errOut, "simulator: compare:", err)
		return env.Usage
	}
	c := simulator.Compare(reports[0], reports[1])
	if _, err := c.WriteTo(out); err != nil {
		return 1
	}
	if *html != "" {
		if err := writePage(*html, c); err != nil {
			fmt.Fprintln(errOut, "simulator: compare: -html:", err)
			return 1
		}
	}
	return 0
}

func readReport(path string) (simulator.Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return simulator.Report{}, err
	}
	defer f.Close() //nolint:errcheck // it is only read
	r, err := simulator.ReadReport(bufio.NewReader(f))
	if err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	return r, nil
}

func writePage(path string, c simulator.Comparison) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(page.WriteComparison(f, c), f.Close())
}
