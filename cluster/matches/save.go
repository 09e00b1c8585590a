package matches

import (
	"context"
	"errors"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/match"
)

// saving is what the goroutine that saves knows of a match.
type saving struct {
	pending bool             // a capture has been asked for
	next    time.Time        // when one is due
	put     time.Time        // when the entry is due to be put without a checkpoint
	backlog []cluster.Inputs // not saved yet
	bytes   int              // of it
	linked  time.Time        // when somebody was last connected
}

// unkeptEvery is how often to try whether a game whose state could not be kept can be now: it may have been too large.
const unkeptEvery = 10 * time.Second

const (
	// batchBytes and batchMatches bound what is saved in one go, so that it is done within an engine's timeout.
	batchBytes   = 1 << 20
	batchMatches = 256
	// maxBacklog is how many bytes of inputs of a match wait while the store is away. After that a checkpoint has to do.
	maxBacklog = cluster.MaxInputLog / 2
)

// saveAll saves all matches here, again and again, until ctx ends.
func (h *Host) saveAll(ctx context.Context) {
	ticker := time.NewTicker(h.cfg.FlushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		now := time.Now()
		h.prune(now)
		h.saveRound(ctx, now)
	}
}

// saveRound saves what has come up in all matches.
func (h *Host) saveRound(ctx context.Context, now time.Time) {
	var batch []cluster.Save
	var whose []*running
	bytes := 0
	flush := func() {
		for i, err := range h.cfg.Engine.Save(ctx, batch...) {
			whose[i].saved(&batch[i], err)
		}
		batch, whose, bytes = batch[:0], whose[:0], 0
	}
	for _, r := range h.all() {
		if r.moving.Load() {
			continue
		}
		r.look(now)
		save, size := r.collect(now)
		if save.Entry == nil && save.Checkpoint == nil && len(save.Inputs) == 0 {
			continue
		}
		batch, whose, bytes = append(batch, save), append(whose, r), bytes+size
		if len(batch) >= batchMatches || bytes >= batchBytes {
			flush()
		}
	}
	if len(batch) > 0 {
		flush()
	}
}

// entryEvery is how often a match's entry is put where no checkpoint takes it along sooner. A store that has come back empty gets to know a lease by whatever
// is written first with it, and then nobody is told that it had lost the rest.
const entryEvery = 2 * time.Second

// collect is what is to be saved of a match now, and how many bytes that is.
func (r *running) collect(now time.Time) (save cluster.Save, size int) {
	s := &r.saving
	chunks, lost := r.log.take()
	if r.unkept.Load() {
		chunks = nil
	}
	for _, c := range chunks {
		s.bytes += len(c.Data)
	}
	s.backlog = append(s.backlog, chunks...)
	if lost || s.bytes > maxBacklog {
		r.dropBacklog()
	}
	if r.putAgain.Swap(false) {
		s.next = now
		if r.unkept.Load() || r.over.Load() { // no checkpoint will take it along
			s.put = now
		}
	}
	if !s.pending && !now.Before(s.next) && !r.over.Load() {
		s.pending = r.match.Capture(r.captures) == nil
		s.next = now.Add(r.host.cfg.CheckpointEvery)
		if r.unkept.Load() {
			s.next = now.Add(unkeptEvery)
		}
	}
	save = cluster.Save{Lease: r.held.Lease(), Inputs: s.backlog}
	select {
	case c := <-r.captures:
		s.pending = false
		save.Checkpoint = r.checkpoint(c)
	default:
	}
	if cp := save.Checkpoint; cp != nil {
		size = len(cp.Data)
		for len(s.backlog) > 0 && s.backlog[0].To <= cp.Tick {
			s.bytes -= len(s.backlog[0].Data)
			s.backlog = s.backlog[1:]
		}
		save.Inputs = s.backlog
	}
	// An entry goes with its checkpoint: whoever finds one finds the other.
	if save.Checkpoint != nil || !now.Before(s.put) {
		entry := r.listed()
		save.Entry = &entry
		s.put = now.Add(entryEvery)
	}
	return save, size + s.bytes
}

// dropBacklog gives up inputs that could not be saved. The next checkpoint is to make good for them.
func (r *running) dropBacklog() {
	s := &r.saving
	r.host.cfg.Counters.InputsDropped.Add(int64(len(s.backlog)))
	s.backlog, s.bytes, s.next = nil, 0, time.Time{}
}

// checkpoint makes one of a capture, nil if the game cannot be kept.
func (r *running) checkpoint(c match.Capture) *cluster.Checkpoint {
	data, err := c.Bytes()
	if err == nil {
		err = cluster.CheckSize("checkpoint", len(data), cluster.MaxCheckpoint)
	}
	if err == nil {
		r.unkept.Store(false)
		return &cluster.Checkpoint{Tick: c.Tick(), Data: data}
	}
	if !r.unkept.Swap(true) {
		r.host.cfg.Counters.Unkept.Add(1)
		r.logger.Error("this match will be lost with its node", "err", err)
	}
	return nil
}

// saved takes what came of a save.
func (r *running) saved(save *cluster.Save, err error) {
	s, counters := &r.saving, r.host.cfg.Counters
	switch {
	case err == nil:
		counters.Inputs.Add(int64(len(save.Inputs)))
		for _, in := range save.Inputs {
			counters.InputBytes.Add(int64(len(in.Data)))
		}
		if save.Checkpoint != nil {
			r.savedAt.Store(time.Now().UnixNano())
			counters.Checkpoints.Add(1)
			counters.CheckpointBytes.Add(int64(len(save.Checkpoint.Data)))
		}
		s.backlog, s.bytes = nil, 0
	case errors.Is(err, cluster.ErrFenced):
		if !r.moving.Load() {
			r.fenced.Store(true)
			r.match.Abandon(r.host.cfg.Close)
		}
	case errors.Is(err, cluster.ErrFull), errors.Is(err, cluster.ErrInvalid):
		counters.SavesFailed.Add(1)
		r.dropBacklog()
	default:
		counters.SavesFailed.Add(1)
		if save.Entry != nil && save.Checkpoint == nil {
			s.put = time.Time{}
		}
		if save.Checkpoint != nil {
			s.next = time.Time{}
		}
	}
}

// look ends a match that nobody wants any more.
func (r *running) look(now time.Time) {
	s := &r.saving
	if r.match.Linked() > 0 {
		s.linked = now
		return
	}
	r.mu.Lock()
	asked := r.asked
	r.mu.Unlock()
	patience := r.host.cfg.Match.Grace + r.host.cfg.OrphanAfter
	if now.Sub(s.linked) > patience && now.Sub(asked) > patience && !r.over.Load() {
		s.linked = now
		r.host.cfg.Counters.Orphans.Add(1)
		r.logger.Warn("match ended: nobody is connected and no lobby asks")
		r.match.Stop(match.ReasonShutdown)
	}
}
