package redis

import (
	"context"
	"strconv"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// expiredAtOnce is how many leases of a shard Expired lists.
const expiredAtOnce = 64

// What scripts say of a write with a lease.
const (
	fenced   = 0
	done     = 1
	restored = 2
	lapsed   = 3
)

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func decimal[N uint32 | int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// leaseArgs are what a script needs to admit a write.
func leaseArgs(l cluster.Lease, more ...string) []string {
	return append([]string{l.ID, l.Owner, decimal(l.Epoch), millis(l.TTL)}, more...)
}

// Acquire implements [cluster.Leases].
func (e *Engine) Acquire(ctx context.Context, kind cluster.Kind, id, owner string, ttl time.Duration) (cluster.Lease, error) {
	l := cluster.Lease{Kind: kind, ID: id, Owner: owner, TTL: ttl, Until: cluster.UsableUntil(time.Now(), ttl)}
	if err := l.Check(kind); err != nil {
		return cluster.Lease{}, err
	}
	s := e.shardOf(kind, id)
	epoch, err := e.doInt(ctx, call{scriptAcquire, s.leaseKeys(s.key("floor")), []string{id, owner, millis(ttl)}})
	if err != nil {
		return cluster.Lease{}, err
	}
	if epoch == 0 {
		return cluster.Lease{}, cluster.ErrHeld
	}
	l.Epoch, err = decodeEpoch(epoch)
	return l, e.wrong(err)
}

// Renew implements [cluster.Leases], with one script for each shard.
func (e *Engine) Renew(ctx context.Context, leases ...cluster.Lease) []cluster.Renewal {
	asked := time.Now()
	renewals := make([]cluster.Renewal, len(leases))
	var calls []call
	var which [][]int // leases in each call
	at := map[string]int{}
	for i, l := range leases {
		renewals[i].Lease = l
		if renewals[i].Err = l.Check(l.Kind); renewals[i].Err != nil {
			continue
		}
		s := e.shardOf(l.Kind, l.ID)
		n, ok := at[s.tag]
		if !ok {
			n = len(calls)
			at[s.tag] = n
			calls, which = append(calls, call{scriptRenew, s.leaseKeys(), nil}), append(which, nil)
		}
		calls[n].args = append(calls[n].args, leaseArgs(l)...)
		which[n] = append(which[n], i)
	}
	results, err := e.doAll(ctx, calls)
	for n, list := range which {
		var codes []int64
		failed := err
		if failed == nil {
			codes, failed = e.ints(results[n], len(list))
		}
		for k, i := range list {
			if renewals[i].Err = failed; failed == nil {
				renewed(&renewals[i], codes[k], asked)
			}
		}
	}
	return renewals
}

func renewed(r *cluster.Renewal, code int64, asked time.Time) {
	if code == fenced {
		r.Err = cluster.ErrFenced
		return
	}
	r.Restored, r.Lapsed = code == restored, code == lapsed
	r.Lease.Until = cluster.UsableUntil(asked, r.Lease.TTL)
}

// Transfer implements [cluster.Leases].
func (e *Engine) Transfer(ctx context.Context, l cluster.Lease, owner string) (cluster.Lease, error) {
	if err := l.Check(l.Kind); err != nil {
		return cluster.Lease{}, err
	}
	if err := cluster.CheckName("owner", owner); err != nil {
		return cluster.Lease{}, err
	}
	s := e.shardOf(l.Kind, l.ID)
	epoch, err := e.doInt(ctx, call{scriptTransfer, s.leaseKeys(s.key("floor")), leaseArgs(l, owner)})
	if err != nil {
		return cluster.Lease{}, err
	}
	if epoch == 0 {
		return cluster.Lease{}, cluster.ErrFenced
	}
	l.Owner, l.Until = owner, time.Time{}
	l.Epoch, err = decodeEpoch(epoch)
	return l, e.wrong(err)
}

// Release implements [cluster.Leases].
func (e *Engine) Release(ctx context.Context, l cluster.Lease) error {
	if err := l.Check(l.Kind); err != nil {
		return err
	}
	s := e.shardOf(l.Kind, l.ID)
	keys := append(s.forgetKeys(), s.idKeys(l.Kind, l.ID)...)
	results, err := e.doAll(ctx, []call{{scriptRelease, keys, []string{l.ID, l.Owner, decimal(l.Epoch), s.tell}}})
	if err != nil {
		return err
	}
	parts, err := e.parts(results[0], 2)
	if err != nil {
		return err
	}
	if mine, err := parts[0].AsInt64(); err != nil || mine == fenced {
		return cluster.ErrFenced
	}
	if entry, _ := parts[1].ToString(); l.Kind == cluster.KindLobby && entry != "" {
		e.giveUpCodes(ctx, entry)
	}
	return nil
}

// Expired implements [cluster.Leases].
func (e *Engine) Expired(ctx context.Context, kind cluster.Kind) ([]cluster.Lease, error) {
	all := e.shardsOf(kind)
	calls := make([]call, len(all))
	for i, s := range all {
		calls[i] = call{scriptExpired, s.forgetKeys(), []string{decimal(expiredAtOnce), millis(e.retention), s.tell}}
	}
	results, err := e.doAll(ctx, calls)
	if err != nil {
		return nil, err
	}
	var expired []cluster.Lease
	for i, result := range results {
		parts, err := e.parts(result, 3)
		if err != nil {
			return nil, err
		}
		list, _ := parts[0].AsStrSlice()
		for ; len(list) >= 4; list = list[4:] {
			l, err := decodeLease(kind, list[0], list[1], list[2], list[3])
			if e.wrong(err) == nil {
				expired = append(expired, l)
			}
		}
		dropped, _ := parts[1].AsStrSlice()
		e.purge(ctx, kind, all[i], dropped)
		if entries, _ := parts[2].AsStrSlice(); kind == cluster.KindLobby {
			e.giveUpCodes(ctx, entries...)
		}
	}
	return expired, nil
}

// purge removes what forgotten leases had. If it fails, the keys' own expiry does it.
func (e *Engine) purge(ctx context.Context, kind cluster.Kind, s shard, ids []string) {
	leases, _ := s.leases()
	var calls []call
	for _, id := range ids {
		if keys := s.idKeys(kind, id); len(keys) > 0 {
			calls = append(calls, call{scriptPurge, append([]string{leases}, keys...), []string{id}})
		}
	}
	if len(calls) == 0 {
		return
	}
	if _, err := e.doAll(ctx, calls); err != nil {
		e.log.Warn("could not remove what expired", "kind", kind, "ids", len(ids), "err", err)
	}
}
