package recording_test

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// disk is a file in memory whose writes wait while the gate is closed, and fail when it is broken.
type disk struct {
	bytes.Buffer
	gate   chan struct{} // nil: open
	broken bool
	closed bool
}

var errDisk = errors.New("no space left")

func (d *disk) Write(b []byte) (int, error) {
	if d.gate != nil {
		<-d.gate
	}
	if d.broken {
		return 0, errDisk
	}
	return d.Buffer.Write(b)
}

func (d *disk) Close() error {
	d.closed = true
	return nil
}

func record(d *disk, counters *recording.Counters, queue int) *recording.Recorder {
	return recording.NewRecorder(recording.RecorderConfig{
		Open: func(match.RecordHead) (io.WriteCloser, error) { return d, nil }, Counters: counters, QueueTicks: queue,
	})
}

func TestADiskThatBlocksDelaysNoTickAndTheRecordingSaysThatItIsTruncated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, counters := &disk{gate: make(chan struct{})}, new(recording.Counters)
		recorder := record(d, counters, 50)
		written := make(chan error, 1)
		go func() { written <- recorder.Run() }()
		sim, head := newSim(t)
		recorder.Begin(head)
		// Were a tick to wait for the disk, it would wait for ever, and the bubble's clock, with all asleep, would end the test.
		for i := range uint32(500) {
			recorder.Tick(step(t, sim, i+1))
		}
		recorder.End(match.Result{Reason: match.ReasonEnded})
		synctest.Wait()
		if counters.Running.Load() != 1 || d.Len() != 0 {
			t.Fatal("the disk was not blocked")
		}
		close(d.gate)
		if err := <-written; !errors.Is(err, recording.ErrSlow) || !d.closed {
			t.Errorf("%v, file closed: %v", err, d.closed)
		}
		if counters.Ends[recording.OutcomeSlow].Load() != 1 || counters.Running.Load() != 0 {
			t.Error("not counted")
		}
		r := open(t, d.Bytes())
		if r.Torn() != nil || r.End().Cut != recording.CutSlow || r.End().Result.Reason != "" || r.Last() != 50 {
			t.Errorf("up to tick %d, end %+v, torn: %v", r.Last(), r.End(), r.Torn())
		}
		if report, err := recording.Verify(arena.Kind(), r); err != nil || report.Difference != nil {
			t.Errorf("%+v, %v", report, err)
		}
	})
}

func TestADiskThatFailsEndsTheRecordingOnly(t *testing.T) {
	counters := new(recording.Counters)
	sim, head := newSim(t)
	for name, recorder := range map[string]*recording.Recorder{
		"write": record(&disk{broken: true}, counters, 0),
		"open": recording.NewRecorder(recording.RecorderConfig{
			Open: func(match.RecordHead) (io.WriteCloser, error) { return nil, errDisk }, Counters: counters,
		}),
	} {
		recorder.Begin(head)
		if err := recorder.Run(); !errors.Is(err, errDisk) {
			t.Errorf("%s: %v", name, err)
		}
		recorder.Tick(step(t, sim, sim.Tick()+1))
		recorder.End(match.Result{})
	}
	if n := counters.Ends[recording.OutcomeFailed].Load(); n != 2 {
		t.Errorf("%d failures counted", n)
	}
}

func TestRecordingATickAllocatesNothingInTheMatch(t *testing.T) {
	recorder := record(&disk{}, new(recording.Counters), 64)
	sim, head := newSim(t)
	recorder.Begin(head)
	var r *match.TickRecord
	for i := range uint32(100) {
		r = step(t, sim, i+1)
	}
	// The writer does not run, so that what it allocates is not counted: the entries in the queue are used one by one. The first of
	// them have their memory made; to have warm ones, it runs now and then stops.
	warm := match.TickRecord{Tick: 1, Acts: r.Acts, Events: r.Events, Snapshot: r.Snapshot}
	recording.Warm(recorder, &warm, 64)
	if n := testing.AllocsPerRun(50, func() { recorder.Tick(&warm) }); n != 0 {
		t.Errorf("%v allocations per tick", n)
	}
}

func TestARestoredMatchIsMadeAgainFromItsCheckpoint(t *testing.T) {
	sim, _ := newSim(t)
	for i := range uint32(120) {
		step(t, sim, i+1)
	}
	checkpoint, err := sim.Checkpoint()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		recorder := record(d, new(recording.Counters), 0)
		m, seats, err := match.Restore(match.Config{Kind: arena.Kind(), Record: recorder}, checkpoint, nil)
		if err != nil || len(seats) != 2 {
			t.Fatalf("%d seats, %v", len(seats), err)
		}
		written := make(chan error, 1)
		go func() { written <- recorder.Run() }()
		ended := make(chan error, 1)
		go func() { ended <- m.Run(t.Context()) }()
		time.Sleep(5 * time.Second)
		m.Stop(match.ReasonShutdown)
		if err := errors.Join(<-ended, <-written); err != nil {
			t.Fatal(err)
		}
		r := open(t, d.Bytes())
		if r.First() != 121 || r.Last() < 400 || len(r.Header().Players) != 2 {
			t.Errorf("ticks %d to %d, players %v", r.First(), r.Last(), r.Header().Players)
		}
		if report, err := recording.Verify(arena.Kind(), r); err != nil || report.Difference != nil || report.Ticks != r.Last()-120 {
			t.Errorf("%+v, %v: %v", report, err, report.Difference)
		}
	})
}
