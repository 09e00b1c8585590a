package recording_test

import (
	"bytes"
	"testing"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/recording"
)

// ticksOf is a match's ticks in memory of their own, to be written again and again.
func ticksOf(b *testing.B, n int) []*recording.Tick {
	return all(b, open(b, play(b, recording.WriterConfig{}, n, nil)))
}

// BenchmarkRecorderTick is what recording costs the match's goroutine in a tick.
func BenchmarkRecorderTick(b *testing.B) {
	ticks := ticksOf(b, 600)
	recorder := record(&disk{}, new(recording.Counters), 64)
	_, head := newSim(b)
	recorder.Begin(head)
	recording.Warm(recorder, &ticks[599].TickRecord, 64)
	b.ReportAllocs()
	for b.Loop() {
		recording.Warm(recorder, &ticks[599].TickRecord, 1)
	}
}

// BenchmarkWriterTick is what writing a tick costs the writer's goroutine, compression included.
func BenchmarkWriterTick(b *testing.B) {
	ticks := ticksOf(b, 600)
	_, head := newSim(b)
	b.ReportAllocs()
	var file bytes.Buffer
	var w *recording.Writer
	written := 0
	for i := 0; b.Loop(); i++ {
		if i%600 == 0 {
			if w != nil {
				if err := w.Close(recording.End{}); err != nil {
					b.Fatal(err)
				}
				written = file.Len()
			}
			file.Reset()
			var err error
			if w, err = recording.NewWriter(&file, recording.Header{RecordHead: head}, recording.WriterConfig{}); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Tick(&ticks[i%600].TickRecord); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(written)/600, "B/tick")
}

// BenchmarkVerifyTick is what making a tick again costs, reading and comparing included.
func BenchmarkVerifyTick(b *testing.B) {
	file := play(b, recording.WriterConfig{}, 600, nil)
	for n := 0; n < b.N; n += 600 {
		if report, err := recording.Verify(arena.Kind(), open(b, file)); err != nil || report.Difference != nil {
			b.Fatal(err, report.Difference)
		}
	}
}
