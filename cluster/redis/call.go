package redis

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/rueidis"

	"github.com/deltatick/deltatick/cluster"
)

// maxUnderWay is how many calls wait for the store at once. When it stalls, those beyond are refused straight away.
const maxUnderWay = 256

// maxBatch is how many scripts go out together; the client's ring has 1024 places.
const maxBatch = 256

// call is a script to be run.
type call struct {
	script script
	keys   []string
	args   []string
}

// do runs one script.
func (e *Engine) do(ctx context.Context, c call) (rueidis.RedisMessage, error) {
	results, err := e.doAll(ctx, []call{c})
	if err != nil {
		return rueidis.RedisMessage{}, err
	}
	return e.message(results[0])
}

// doInt runs a script whose result is a whole number.
func (e *Engine) doInt(ctx context.Context, c call) (int64, error) {
	m, err := e.do(ctx, c)
	if err != nil {
		return 0, err
	}
	n, err := m.AsInt64()
	if err != nil {
		return 0, e.wrong(malformed("%v", err))
	}
	return n, nil
}

// doAll runs scripts in one go. Its own error is that none has been answered; a script that was may have failed by itself, which message says.
//
// The client's own waiting has no bound in some cases (a full ring, a connection being made), so it is done by a goroutine of its own, and
// the caller goes when its time is over.
func (e *Engine) doAll(ctx context.Context, calls []call) ([]rueidis.RedisResult, error) {
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	select {
	case e.under <- struct{}{}:
	default:
		e.count.Overloaded.Add(1)
		return nil, fmt.Errorf("%w: %d calls are waiting for it", cluster.ErrUnavailable, maxUnderWay)
	}
	answer := make(chan []rueidis.RedisResult, 1)
	if !e.running.start(func() {
		defer func() { <-e.under }()
		answer <- e.run(ctx, calls)
	}) {
		<-e.under
		return nil, cluster.ErrClosed
	}
	select {
	case results := <-answer:
		return results, nil
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
}

// run sends scripts by name, and with their text those the store does not know.
func (e *Engine) run(ctx context.Context, calls []call) []rueidis.RedisResult {
	results := make([]rueidis.RedisResult, 0, len(calls))
	for len(calls) > 0 {
		n := min(len(calls), maxBatch)
		results = append(results, e.runBatch(ctx, calls[:n])...)
		calls = calls[n:]
	}
	return results
}

func (e *Engine) runBatch(ctx context.Context, calls []call) []rueidis.RedisResult {
	commands := make(rueidis.Commands, len(calls))
	for i, c := range calls {
		commands[i] = e.client.B().Evalsha().Sha1(c.script.sha).Numkeys(int64(len(c.keys))).Key(c.keys...).Arg(c.args...).Build()
	}
	results := e.client.DoMulti(ctx, commands...)
	var unknown []int
	commands = nil
	for i, c := range calls {
		if err, ok := rueidis.IsRedisErr(results[i].Error()); ok && err.IsNoScript() {
			unknown = append(unknown, i)
			commands = append(commands, e.client.B().Eval().Script(c.script.body).Numkeys(int64(len(c.keys))).Key(c.keys...).Arg(c.args...).Build())
		}
	}
	if len(unknown) > 0 {
		for i, result := range e.client.DoMulti(ctx, commands...) {
			results[unknown[i]] = result
		}
	}
	return results
}

// message is what a script returned; nil is a message, too.
func (e *Engine) message(result rueidis.RedisResult) (rueidis.RedisMessage, error) {
	m, err := result.ToMessage()
	if err == nil || rueidis.IsRedisNil(err) {
		return m, nil
	}
	var refused *rueidis.RedisError
	if errors.As(err, &refused) && strings.HasPrefix(refused.Error(), "WRONGTYPE ") {
		return m, e.wrong(malformed("%v", err))
	}
	if errors.As(err, &refused) && isFault(refused.Error()) {
		return m, fmt.Errorf("cluster: redis: %w", err)
	}
	return m, unavailable(err)
}

// isFault says whether an error that the store answered will be the same next time: of a script, or of what a user may do. The others are of a store that
// is starting, failing over, full, or held up.
func isFault(text string) bool {
	for _, passing := range []string{
		"LOADING", "BUSY", "READONLY", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "MOVED", "ASK", "NOREPLICAS", "OOM", "MISCONF", "NOSCRIPT", "UNBLOCKED", "IOERR",
	} {
		if strings.HasPrefix(text, passing) {
			return false
		}
	}
	return true
}

// lists runs a script on several shards, and returns the strings it returned on all of them.
func (e *Engine) lists(ctx context.Context, calls []call) ([]string, error) {
	results, err := e.doAll(ctx, calls)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, result := range results {
		list, err := e.strings(result)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// strings is a script's list of strings.
func (e *Engine) strings(result rueidis.RedisResult) ([]string, error) {
	m, err := e.message(result)
	if err != nil {
		return nil, err
	}
	list, err := m.AsStrSlice()
	if err != nil {
		return nil, e.wrong(malformed("%v", err))
	}
	return list, nil
}

// parts is a script's list of so many results.
func (e *Engine) parts(result rueidis.RedisResult, want int) ([]rueidis.RedisMessage, error) {
	m, err := e.message(result)
	if err != nil {
		return nil, err
	}
	parts, err := m.ToArray()
	if err == nil && len(parts) != want {
		err = fmt.Errorf("%d results, want %d", len(parts), want)
	}
	if err != nil {
		return nil, e.wrong(malformed("%v", err))
	}
	return parts, nil
}

// ints is a script's list of so many whole numbers.
func (e *Engine) ints(result rueidis.RedisResult, want int) ([]int64, error) {
	m, err := e.message(result)
	if err != nil {
		return nil, err
	}
	list, err := m.AsIntSlice()
	if err == nil && len(list) != want {
		err = fmt.Errorf("%d results, want %d", len(list), want)
	}
	if err != nil {
		return nil, e.wrong(malformed("%v", err))
	}
	return list, nil
}

// names are those in a script's list of them.
func (e *Engine) names(list []string) []string {
	names, others := decodeNames(list)
	e.count.Malformed.Add(uint64(others))
	return names
}

// wrong counts what is malformed, and returns the error.
func (e *Engine) wrong(err error) error {
	if errors.Is(err, cluster.ErrMalformed) {
		e.count.Malformed.Add(1)
	}
	return err
}
