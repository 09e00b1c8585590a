package redis

import (
	"cmp"
	"context"

	"github.com/redis/rueidis"

	"github.com/deltatick/deltatick/cluster"
)

// PutMatch implements [cluster.Matches].
func (e *Engine) PutMatch(ctx context.Context, l cluster.Lease, match cluster.Match) error {
	match, err := match.Checked(l)
	if err != nil {
		return err
	}
	return e.put(ctx, l, match)
}

// Match implements [cluster.Matches].
func (e *Engine) Match(ctx context.Context, id string) (cluster.Match, error) {
	text, err := e.get(ctx, e.shardOf(cluster.KindMatch, id).key("entries"), id)
	if err != nil {
		return cluster.Match{}, err
	}
	match, err := decodeMatch(text)
	if err == nil && match.ID != id {
		match, err = cluster.Match{}, malformed("entry of another match")
	}
	return match, e.wrong(err)
}

// Matches implements [cluster.Matches].
func (e *Engine) Matches(ctx context.Context) ([]cluster.Match, error) {
	calls := make([]call, 0, shards)
	for _, s := range e.shardsOf(cluster.KindMatch) {
		calls = append(calls, call{scriptEntries, []string{s.key("entries")}, nil})
	}
	texts, err := e.lists(ctx, calls)
	if err != nil {
		return nil, err
	}
	return decodeAll(e, texts, decodeMatch, func(a, b cluster.Match) int { return cmp.Compare(a.ID, b.ID) }), nil
}

// Save implements [cluster.Matches], with one script for each match.
func (e *Engine) Save(ctx context.Context, saves ...cluster.Save) []error {
	errs := make([]error, len(saves))
	var calls []call
	var which []int
	for i, save := range saves {
		c, err := e.saveCall(save)
		if errs[i] = err; err == nil {
			calls, which = append(calls, c), append(which, i)
		}
	}
	if len(calls) == 0 {
		return errs
	}
	results, err := e.doAll(ctx, calls)
	for n, i := range which {
		if errs[i] = err; err == nil {
			errs[i] = e.saveResult(results[n])
		}
	}
	return errs
}

func (e *Engine) saveCall(save cluster.Save) (call, error) {
	if err := save.Check(); err != nil {
		return call{}, err
	}
	entry, tick, data := "", "", ""
	if save.Entry != nil {
		checked, err := save.Entry.Checked(save.Lease)
		if err != nil {
			return call{}, err
		}
		if entry, err = encodeEntry(checked); err != nil {
			return call{}, err
		}
	}
	if cp := save.Checkpoint; cp != nil {
		tick, data = decimal(cp.Tick), rueidis.BinaryString(cp.Data)
	}
	args := leaseArgs(save.Lease, millis(e.keepFor), decimal(cluster.MaxInputLog), entry, tick, data)
	for _, in := range save.Inputs {
		args = append(args, decimal(in.From), decimal(in.To), rueidis.BinaryString(in.Data))
	}
	s := e.shardOf(cluster.KindMatch, save.Lease.ID)
	keys := append(s.leaseKeys(s.key("entries")), s.idKeys(cluster.KindMatch, save.Lease.ID)...)
	return call{scriptSave, keys, args}, nil
}

func (e *Engine) saveResult(result rueidis.RedisResult) error {
	const full = 2
	m, err := e.message(result)
	if err != nil {
		return err
	}
	code, err := m.AsInt64()
	switch {
	case err != nil:
		return e.wrong(malformed("%v", err))
	case code == fenced:
		return cluster.ErrFenced
	case code == full:
		return cluster.ErrFull
	}
	return nil
}

// Saved implements [cluster.Matches].
func (e *Engine) Saved(ctx context.Context, match string) (cluster.Saved, error) {
	s := e.shardOf(cluster.KindMatch, match)
	m, err := e.do(ctx, call{scriptSaved, s.idKeys(cluster.KindMatch, match), nil})
	if err != nil {
		return cluster.Saved{}, err
	}
	if m.IsNil() {
		return cluster.Saved{}, cluster.ErrNotFound
	}
	saved, err := readSaved(m)
	return saved, e.wrong(err)
}

func readSaved(m rueidis.RedisMessage) (cluster.Saved, error) {
	parts, err := m.ToArray()
	if err != nil || len(parts) != 4 {
		return cluster.Saved{}, malformed("%d parts of a checkpoint, want 4: %v", len(parts), err)
	}
	var texts [3]string
	for i := range texts {
		if texts[i], err = parts[i].ToString(); err != nil {
			return cluster.Saved{}, malformed("%v", err)
		}
	}
	log, err := parts[3].AsStrSlice()
	if err != nil {
		return cluster.Saved{}, malformed("%v", err)
	}
	return decodeSaved(texts[0], texts[1], texts[2], log)
}
