package recording

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"time"

	"github.com/deltatick/deltatick/match"
)

// Recorder writes a running match to a file. It is a match.Recorder: Begin, Tick and End are called by the match's goroutine, copy
// what they are given and never wait. [Recorder.Run] does the rest on a goroutine of its own.
type Recorder struct {
	cfg   RecorderConfig
	queue *queue
}

var _ match.Recorder = (*Recorder)(nil)

// RecorderConfig is what a [Recorder] is made from. Zero values are the stated defaults.
type RecorderConfig struct {
	// Open makes the file, called once, by Run; required.
	Open func(match.RecordHead) (io.WriteCloser, error)

	Writer WriterConfig
	// QueueTicks is how many ticks may wait for the file; default 300. Each takes the memory of a snapshot, once it was needed.
	QueueTicks int

	Now      func() time.Time // default time.Now
	Logger   *slog.Logger     // default: discard
	Counters *Counters        // default: its own
}

const defaultQueueTicks = 300

// NewRecorder makes a recorder. It starts nothing: whoever gives it to a match must let a goroutine Run it.
func NewRecorder(cfg RecorderConfig) *Recorder {
	cfg.QueueTicks = cmp.Or(cfg.QueueTicks, defaultQueueTicks)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Counters == nil {
		cfg.Counters = new(Counters)
	}
	return &Recorder{cfg: cfg, queue: newQueue(cfg.QueueTicks)}
}

// Begin takes the head. It is for the match, as are Tick and End.
func (r *Recorder) Begin(head match.RecordHead) {
	r.queue.begin(Header{RecordHead: head, Started: r.cfg.Now()})
}

// Tick copies a tick into the queue. When there is no room, the recording is over.
func (r *Recorder) Tick(t *match.TickRecord) { r.queue.put(t) }

// End says that no tick comes any more.
func (r *Recorder) End(result match.Result) { r.queue.finish(result) }

// Run writes the recording: it returns when the match is over and all is in the file, or the recording ended before. A file that takes
// its time holds Run up and nobody else; once the match is over, who waits for Run should do so for a bounded time. The error is the
// file's, or [ErrSlow] or [ErrFull].
func (r *Recorder) Run() error {
	counters := r.cfg.Counters
	counters.Running.Add(1)
	defer counters.Running.Add(-1)
	outcome, err := r.record()
	// Whatever the match still has to tell, nobody takes down.
	r.queue.close()
	counters.Ends[outcome].Add(1)
	if err != nil {
		r.cfg.Logger.Warn("recording ended before its match", "match", r.queue.header.Match, "outcome", outcome.String(), "err", err)
	}
	return err
}

func (r *Recorder) record() (Outcome, error) {
	<-r.queue.begun
	head := r.queue.header
	file, err := r.cfg.Open(head.RecordHead)
	if err != nil {
		return OutcomeFailed, err
	}
	outcome, err := r.write(file, head)
	if closeErr := file.Close(); closeErr != nil && outcome != OutcomeFailed {
		return OutcomeFailed, errors.Join(err, closeErr)
	}
	return outcome, err
}

// write writes what the queue gives until it gives no more.
func (r *Recorder) write(file io.Writer, head Header) (Outcome, error) {
	w, err := NewWriter(file, head, r.cfg.Writer)
	counted := int64(0)
	count := func() {
		r.cfg.Counters.Bytes.Add(uint64(w.Written() - counted))
		counted = w.Written()
	}
	if err != nil {
		return OutcomeFailed, err
	}
	for {
		e := r.queue.take()
		if e == nil {
			break
		}
		err := w.Tick(&e.record)
		r.queue.release(e)
		count()
		if errors.Is(err, ErrFull) {
			return r.close(w, count, End{Cut: CutFull}, OutcomeFull, ErrFull)
		}
		if err != nil {
			return OutcomeFailed, err
		}
		r.cfg.Counters.Ticks.Add(1)
	}
	result, slow := r.queue.ending()
	if slow {
		return r.close(w, count, End{Cut: CutSlow}, OutcomeSlow, ErrSlow)
	}
	return r.close(w, count, End{Result: result}, OutcomeComplete, nil)
}

func (r *Recorder) close(w *Writer, count func(), end End, outcome Outcome, err error) (Outcome, error) {
	closeErr := w.Close(end)
	count()
	if closeErr != nil {
		return OutcomeFailed, errors.Join(err, closeErr)
	}
	return outcome, err
}
