// Command bytes measures what snapshot bodies take: bytes and time, codec by codec, on worlds that move in known ways. It prints a
// Markdown table. Every body is decoded and the world that comes out compared with the one that went in.
//
//	go run ./cmd/bytes
//	go run ./cmd/bytes -cubes cubes.bin
//
//	trace.go    worlds over time: games, and a file of cubes
//	boxes.go    a world of bodies of its own
//	untuned.go  worlds that the codec was not tuned on, from package worlds
//	measure.go  codecs "packed" and "mp" on a trace
//	entropy.go  what an ideal static code would take
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

const tickRate = 60

// row is a line of the table: a trace, and how many ticks back the baselines lie.
type row struct {
	make      func() (trace, error)
	distances []int
}

func main() {
	cubes := flag.String("cubes", "", "file of the cube trace: 901 records of 8 little-endian int32 a frame")
	seconds := flag.Int("seconds", 20, "length of the worlds made here")
	flag.Parse()
	if flag.NArg() > 0 || *seconds < 1 || *seconds > 3600 {
		fmt.Fprintln(os.Stderr, "bytes: want -seconds from 1 to 3600, and no arguments")
		os.Exit(2)
	}
	rows := []row{
		{func() (trace, error) { return swarmTrace(100, false, *seconds) }, []int{1, 3}},
		{func() (trace, error) { return swarmTrace(100, true, *seconds) }, []int{1, 3}},
		{func() (trace, error) { return swarmTrace(8, false, *seconds) }, []int{1, 3}},
		{func() (trace, error) { return boxesTrace(*seconds), nil }, []int{1, 6}},
	}
	rows = append(rows, untuned(*seconds)...)
	if *cubes != "" {
		rows = append(rows, row{func() (trace, error) { return cubesTrace(*cubes) }, []int{1, 2, 3, 4, 5, 6}})
	}
	if err := print(os.Stdout, rows); err != nil {
		fmt.Fprintln(os.Stderr, "bytes:", err)
		os.Exit(1)
	}
}

func print(out io.Writer, rows []row) error {
	fmt.Fprintln(out, "| world | d | packed | kbps | largest | mp | kbps | order 0 | raw | changed | encode | decode |")
	fmt.Fprintln(out, "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
	for _, r := range rows {
		tr, err := r.make()
		if err != nil {
			return err
		}
		for _, d := range r.distances {
			p, err := measurePacked(tr, d)
			if err != nil {
				return fmt.Errorf("%s, d=%d: %w", tr.name, d, err)
			}
			m := measureMP(tr, d)
			fmt.Fprintf(out, "| %s | %d | %.1f | %.1f | %d | %.1f | %.1f | %.1f | %.0f | %.1f | %.0f ns | %.0f ns |\n", tr.name, d, p.mean(), p.kbps(),
				p.largest, m.mean(), m.kbps(), entropy(tr, d), raw(tr), float64(p.changed)/float64(p.bodies), p.encodeNs(), p.decodeNs())
		}
	}
	fmt.Fprintln(out, "\nBytes a body, d ticks after its baseline; kbps at 60 Hz, of bodies alone; order 0: changed flags and differences in an ideal static")
	fmt.Fprintln(out, "code; raw: ids, quanta and strings; changed: fields a body; times per changed field, scan of the others included.")
	return nil
}
