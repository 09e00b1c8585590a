package server

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/recording"
)

// recordings makes a recorder for every match, each with a goroutine that writes its file. The server waits for them when it ends.
type recordings struct {
	cfg      Config
	counters *recording.Counters
	running  sync.WaitGroup
}

// newRecordings makes the directory, if anything is to be recorded.
func newRecordings(cfg Config) (*recordings, error) {
	r := &recordings{cfg: cfg, counters: new(recording.Counters)}
	if cfg.RecordDir == "" {
		return r, nil
	}
	if err := os.MkdirAll(cfg.RecordDir, 0o755); err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	return r, nil
}

// recorder is for a match that is about to be made; nil when nothing is recorded. When there is a match, its recorder must be run.
func (r *recordings) recorder(log *slog.Logger) *recording.Recorder {
	if r.cfg.RecordDir == "" {
		return nil
	}
	return recording.NewRecorder(recording.RecorderConfig{
		Open: r.open, Writer: recording.WriterConfig{MaxBytes: r.cfg.RecordMaxBytes}, Logger: log, Counters: r.counters,
	})
}

// run lets a goroutine write what a match's recorder takes down. What goes wrong, the recorder counts and logs.
func (r *recordings) run(recorder *recording.Recorder) {
	r.running.Go(func() { _ = recorder.Run() })
}

// open makes the file of a match, whose name sorts by time.
func (r *recordings) open(head match.RecordHead) (io.WriteCloser, error) {
	name := time.Now().UTC().Format("20060102T150405Z") + "-" + head.Game + "-" + head.Match + recording.Extension
	return os.OpenFile(filepath.Join(r.cfg.RecordDir, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
}

// wait returns when every recording is in its file, or after a time; it reports whether they all are.
func (r *recordings) wait(most time.Duration) bool {
	written := make(chan struct{})
	go func() {
		r.running.Wait()
		close(written)
	}()
	select {
	case <-written:
		return true
	case <-time.After(most):
		return false
	}
}

// Recorder is a recorder for a match that is about to run on this node, for which the server's Run waits at its end; nil when nothing is recorded.
func (s *Server) Recorder(matchID, lobby string) match.Recorder {
	r := s.matches.records.recorder(s.cfg.Logger.With("match", matchID, "lobby", lobby))
	if r == nil {
		return nil
	}
	s.matches.records.run(r)
	return r
}
