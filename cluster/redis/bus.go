package redis

import (
	"context"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/internal/feed"
)

// numberedFor is how long the store counts the messages of a topic after the last one.
const numberedFor = time.Hour

// topicKeys are the count of a topic's messages, and its channel.
func (e *Engine) topicKeys(topic string) (count, channel string) {
	tag := "{" + e.prefix + ":topic:" + topic + "}"
	return tag + ":count", tag + ":messages"
}

// Publish implements [cluster.Bus]. The store counts a topic's messages, so that whoever misses one finds out.
func (e *Engine) Publish(ctx context.Context, topic string, payload []byte) error {
	if err := cluster.CheckName("topic", topic); err != nil {
		return err
	}
	if err := cluster.CheckSize("message", len(payload), cluster.MaxMessage); err != nil {
		return err
	}
	count, channel := e.topicKeys(topic)
	_, err := e.do(ctx, call{scriptPublish, []string{count, channel}, []string{e.sender, rueidis.BinaryString(payload), millis(numberedFor)}})
	return err
}

// Subscribe implements [cluster.Bus].
func (e *Engine) Subscribe(ctx context.Context, topic string) (cluster.Feed[cluster.Message], error) {
	if err := cluster.CheckName("topic", topic); err != nil {
		return nil, err
	}
	_, channel := e.topicKeys(topic)
	l := &counted[cluster.Message]{count: e.count, decode: func(p published) (cluster.Message, error) { return decodeMessage(topic, p) }}
	if err := subscribe(ctx, e, l, []string{channel}); err != nil {
		return nil, err
	}
	return l.queue, nil
}

// subscribe has a listener hear channels, and waits until all of them are there.
func subscribe[T any](ctx context.Context, e *Engine, l *counted[T], channels []string) error {
	ears := make([]*ear[T], len(channels))
	for i := range ears {
		ears[i] = &ear[T]{all: l, here: make(chan struct{})}
	}
	l.queue = feed.NewQueue[T](e.queue, func() {
		for i, channel := range channels {
			e.unlisten(channel, ears[i])
		}
		e.feeds.Remove(l.queue)
	})
	if err := e.feeds.Add(l.queue); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, e.timeout)
	defer cancel()
	for i, channel := range channels {
		if err := e.listen(ctx, channel, ears[i]); err != nil {
			l.queue.Close()
			return unavailable(err)
		}
	}
	for _, r := range ears {
		select {
		case <-r.here:
		case <-ctx.Done():
			l.queue.Close()
			return unavailable(ctx.Err())
		}
	}
	return nil
}

// counted hands over what comes on channels whose messages are numbered, and notices numbers that are missing.
type counted[T any] struct {
	count  *cluster.Counters
	queue  *feed.Queue[T]
	decode func(published) (T, error)
}

func (l *counted[T]) miss() {
	if l.queue.Miss() {
		l.count.Gaps.Add(1)
	}
}

func (l *counted[T]) push(v T) {
	dropped, gap := l.queue.Push(v)
	if gap {
		l.count.Gaps.Add(1)
	}
	if dropped {
		l.count.Dropped.Add(1)
	} else {
		l.count.Delivered.Add(1)
	}
}

// ear is a listener for one of its channels. All its fields but here belong to the station, which calls under the engine's mutex.
type ear[T any] struct {
	all  *counted[T]
	once sync.Once
	here chan struct{} // closed when messages come for the first time
	last uint64        // number; 0: none yet
}

func (r *ear[T]) joined() { r.once.Do(func() { close(r.here) }) }

func (r *ear[T]) lost() {
	r.last = 0
	r.all.miss()
}

func (r *ear[T]) heard(text string) {
	p, err := decodePublished(text)
	var value T
	if err == nil {
		value, err = r.all.decode(p)
	}
	if err != nil {
		r.all.count.Malformed.Add(1)
		r.all.miss()
		return
	}
	// A count that begins anew is one that the store gave up because nobody had published for long.
	if r.last != 0 && p.number != r.last+1 && p.number != 1 {
		r.all.miss()
	}
	r.last = p.number
	r.all.push(value)
}
