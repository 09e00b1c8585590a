package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/deltatick/deltatick/simulator"
	"github.com/deltatick/deltatick/simulator/page"
)

// output is a file that the report is written to.
type output struct {
	flag  string
	file  *os.File
	write func(simulator.Report, io.Writer) error
}

type outputs []output

// files are where a report is written to; "" is nowhere.
type files struct{ json, junit, html string }

// flags are those that name the files.
func (f *files) flags(fs *flag.FlagSet) {
	fs.StringVar(&f.junit, "junit", "", "`file` to write the verdicts to, as JUnit XML")
	fs.StringVar(&f.json, "json", "", "`file` to write the report to, as JSON")
	fs.StringVar(&f.html, "html", "", "`file` to write the report to, as a web page with plots")
}

// open opens the files before the run, so that a bad path does not cost one.
func (f files) open() (outputs, error) {
	var all outputs
	for _, o := range []struct {
		flag, path string
		write      func(simulator.Report, io.Writer) error
	}{
		{"json", f.json, writeJSON},
		{"junit", f.junit, simulator.Report.WriteJUnit},
		{"html", f.html, func(r simulator.Report, w io.Writer) error { return page.Write(w, r) }},
	} {
		if o.path == "" {
			continue
		}
		file, err := os.Create(o.path)
		if err != nil {
			return nil, fmt.Errorf("-%s: %w", o.flag, err)
		}
		all = append(all, output{o.flag, file, o.write})
	}
	return all, nil
}

func (all outputs) write(report simulator.Report) error {
	var failures []error
	for _, o := range all {
		if err := errors.Join(o.write(report, o.file), o.file.Close()); err != nil {
			failures = append(failures, fmt.Errorf("-%s: %w", o.flag, err))
		}
	}
	return errors.Join(failures...)
}

func writeJSON(report simulator.Report, w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(report)
}
