package recording

import (
	"cmp"
	"fmt"
	"io"
	"runtime/debug"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/tick"
)

// WriterConfig is what a [Writer] is made from beside the header. Zero values are the stated defaults.
type WriterConfig struct {
	KeyframeEvery time.Duration // of match time between keyframes: what a crash loses, and what a seek decodes; default 5 s
	MaxBytes      int64         // of the file; default 1 GiB
	MaxDuration   time.Duration // of match time; default 12 h
}

const (
	// segmentGoal is how many bytes of records end a segment early.
	segmentGoal = 4 << 20
	// endReserve is kept free for the end block: a result of 64 KiB, and names.
	endReserve = 256 << 10
)

func (cfg WriterConfig) withDefaults() WriterConfig {
	cfg.KeyframeEvery = cmp.Or(cfg.KeyframeEvery, 5*time.Second)
	cfg.MaxBytes = cmp.Or(cfg.MaxBytes, 1<<30)
	cfg.MaxDuration = cmp.Or(cfg.MaxDuration, 12*time.Hour)
	return cfg
}

// Writer writes a recording, tick by tick. It belongs to one goroutine.
type Writer struct {
	out      io.Writer
	ticks    *tickWriter
	every    uint32 // ticks in a segment
	maxTicks uint32
	maxBytes int64

	written int64
	block   []byte // records of the present segment
	packed  []byte
	first   uint32 // tick of the present segment's first record
	count   uint32 // of ticks in it
	last    uint32 // tick before the next
	total   uint32 // ticks taken
	full    bool
	played  roster
}

// NewWriter writes the head of a recording. The header's Version, if empty, becomes this build's.
func NewWriter(out io.Writer, h Header, cfg WriterConfig) (*Writer, error) {
	cfg = cfg.withDefaults()
	if h.Version == "" {
		h.Version = buildVersion()
	}
	ticks, err := newTickWriter(&h)
	if err != nil {
		return nil, err
	}
	w := &Writer{
		out: out, ticks: ticks, every: max(tick.Floor(cfg.KeyframeEvery, h.TickRate), 1), maxTicks: max(tick.Floor(cfg.MaxDuration, h.TickRate), 1),
		maxBytes: cfg.MaxBytes, last: h.Start,
	}
	w.every = min(w.every, maxTicks)
	for _, p := range h.Players {
		w.played.add(p)
	}
	return w, w.write(descriptor{kind: blockHead}, wrap(nil, h.encode()))
}

// Tick takes the next tick, of which nothing is kept. It returns [ErrFull], and takes nothing, when the recording may not grow any
// more; other errors are those of the file.
func (w *Writer) Tick(t *match.TickRecord) error {
	if t.Tick != w.last+1 {
		return fmt.Errorf("recording: tick %d does not come after tick %d", t.Tick, w.last)
	}
	if w.full = w.full || w.total >= w.maxTicks; w.full {
		return ErrFull
	}
	if w.count >= w.every || len(w.block) >= segmentGoal {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if w.count == 0 {
		w.first = t.Tick
		w.ticks.restart()
	}
	record := w.ticks.encode(t)
	if len(record) > maxRecord {
		w.full = true
		return ErrFull
	}
	for i := range t.Acts {
		if t.Acts[i].Kind == match.ActJoin {
			w.played.add(t.Acts[i].Player)
		}
	}
	w.block = wrap(w.block, record)
	w.last = t.Tick
	w.count++
	w.total++
	return nil
}

// flush writes the present segment. A segment for which there is no room is left out, and the recording is full.
func (w *Writer) flush() error {
	if w.count == 0 {
		return nil
	}
	d := descriptor{kind: blockSegment, first: w.first, ticks: w.count}
	err := w.write(d, w.block)
	w.block, w.count = w.block[:0], 0
	return err
}

// write packs a block and writes it behind its descriptor.
func (w *Writer) write(d descriptor, block []byte) error {
	var room [descriptorBytes]byte
	w.packed = packer.EncodeAll(block, append(w.packed[:0], room[:]...))
	packed := w.packed[descriptorBytes:]
	d.raw, d.packed, d.sum = uint32(len(block)), uint32(len(packed)), checksum(packed)
	if d.kind == blockSegment && w.written+int64(len(w.packed)+endReserve) > w.maxBytes {
		w.full = true
		return ErrFull
	}
	d.append(w.packed[:0])
	n, err := w.out.Write(w.packed)
	w.written += int64(n)
	return err
}

// Close writes what is left and the end, whose Players are filled in, and whose Cut becomes CutFull where the recording was full. It does not
// close the file.
func (w *Writer) Close(end End) error {
	if err := w.flush(); err != nil && err != ErrFull {
		return err
	}
	if w.full {
		end.Cut = cmp.Or(end.Cut, CutFull)
	}
	end.Players = w.played.names
	return w.write(descriptor{kind: blockEnd}, wrap(nil, end.encode()))
}

// Written is how many bytes the file has so far.
func (w *Writer) Written() int64 { return w.written }

// Ticks is how many ticks were taken so far.
func (w *Writer) Ticks() uint32 { return w.total }

// module is ours, whoever's program it is built into.
const module = "github.com/deltatick/deltatick"

// buildVersion is the version of deltatick that this program was built with, as far as its build knows it.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	if info.Main.Path == module {
		return info.Main.Version
	}
	for _, dep := range info.Deps {
		if dep.Path == module {
			return dep.Version
		}
	}
	return ""
}
