package memory

import (
	"cmp"
	"context"
	"slices"

	"github.com/deltatick/deltatick/cluster"
)

// PutMatch implements [cluster.Matches].
func (e *Engine) PutMatch(ctx context.Context, l cluster.Lease, match cluster.Match) error {
	match, err := match.Checked(l)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.admit(l); err != nil {
		return err
	}
	s.putMatch(match)
	return nil
}

// putMatch enters a match that has been checked. It needs mu.
func (s *Store) putMatch(match cluster.Match) {
	match.Data, match.Failed = slices.Clone(match.Data), slices.Clone(match.Failed)
	s.matches[match.ID] = match
}

// Match implements [cluster.Matches].
func (e *Engine) Match(ctx context.Context, id string) (cluster.Match, error) {
	if err := ctx.Err(); err != nil {
		return cluster.Match{}, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	match, ok := s.matches[id]
	if !ok {
		return cluster.Match{}, cluster.ErrNotFound
	}
	return match, nil
}

// Matches implements [cluster.Matches].
func (e *Engine) Matches(ctx context.Context) ([]cluster.Match, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]cluster.Match, 0, len(s.matches))
	for _, match := range s.matches {
		all = append(all, match)
	}
	slices.SortFunc(all, func(a, b cluster.Match) int { return cmp.Compare(a.ID, b.ID) })
	return all, nil
}

// Save implements [cluster.Matches].
func (e *Engine) Save(ctx context.Context, saves ...cluster.Save) []error {
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	errs := make([]error, len(saves))
	for i, save := range saves {
		if errs[i] = save.Check(); errs[i] != nil {
			continue
		}
		if errs[i] = ctx.Err(); errs[i] == nil {
			errs[i] = s.save(save)
		}
	}
	return errs
}

// save needs mu.
func (s *Store) save(save cluster.Save) error {
	if _, err := s.admit(save.Lease); err != nil {
		return err
	}
	if save.Entry != nil {
		entry, err := save.Entry.Checked(save.Lease)
		if err != nil {
			return err
		}
		s.putMatch(entry)
	}
	kept := s.saved[save.Lease.ID]
	if kept == nil {
		kept = &cluster.Saved{}
		s.saved[save.Lease.ID] = kept
	}
	for _, in := range save.Inputs {
		kept.Inputs = slices.DeleteFunc(kept.Inputs, func(old cluster.Inputs) bool { return old.To >= in.From })
		size := len(in.Data)
		for _, old := range kept.Inputs {
			size += len(old.Data)
		}
		if covered := save.Checkpoint != nil && in.To <= save.Checkpoint.Tick; covered {
			continue
		}
		if size > cluster.MaxInputLog {
			return s.saveCheckpoint(kept, save, cluster.ErrFull)
		}
		in.Data = slices.Clone(in.Data)
		kept.Inputs = append(kept.Inputs, in)
	}
	return s.saveCheckpoint(kept, save, nil)
}

// saveCheckpoint keeps the checkpoint of a save, if it has one and it is the newest, and returns err.
func (s *Store) saveCheckpoint(kept *cluster.Saved, save cluster.Save, err error) error {
	cp := save.Checkpoint
	if cp == nil || kept.Epoch == save.Lease.Epoch && kept.Checkpoint.Tick > cp.Tick {
		return err
	}
	kept.Epoch = save.Lease.Epoch
	kept.Checkpoint = cluster.Checkpoint{Tick: cp.Tick, Data: slices.Clone(cp.Data)}
	kept.Inputs = slices.DeleteFunc(kept.Inputs, func(in cluster.Inputs) bool { return in.To <= cp.Tick })
	return err
}

// Saved implements [cluster.Matches].
func (e *Engine) Saved(ctx context.Context, match string) (cluster.Saved, error) {
	if err := ctx.Err(); err != nil {
		return cluster.Saved{}, err
	}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := s.saved[match]
	if kept == nil || kept.Epoch == 0 {
		return cluster.Saved{}, cluster.ErrNotFound
	}
	saved := *kept
	saved.Inputs = slices.Clone(kept.Inputs)
	return saved, nil
}
