package memory

import (
	"context"
	"slices"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/internal/feed"
)

// Publish implements [cluster.Bus].
func (e *Engine) Publish(ctx context.Context, topic string, payload []byte) error {
	if err := cluster.CheckName("topic", topic); err != nil {
		return err
	}
	if err := cluster.CheckSize("message", len(payload), cluster.MaxMessage); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m := cluster.Message{Topic: topic, Sender: e.sender, Payload: slices.Clone(payload)}
	s := e.store
	s.mu.Lock()
	defer s.mu.Unlock()
	for q := range s.topics[topic] {
		q.Push(m)
	}
	return nil
}

// Subscribe implements [cluster.Bus].
func (e *Engine) Subscribe(_ context.Context, topic string) (cluster.Feed[cluster.Message], error) {
	if err := cluster.CheckName("topic", topic); err != nil {
		return nil, err
	}
	s := e.store
	var q *feed.Queue[cluster.Message]
	q = feed.NewQueue[cluster.Message](s.queue, func() {
		s.mu.Lock()
		delete(s.topics[topic], q)
		if len(s.topics[topic]) == 0 {
			delete(s.topics, topic)
		}
		s.mu.Unlock()
		e.feeds.Remove(q)
	})
	s.mu.Lock()
	if s.topics[topic] == nil {
		s.topics[topic] = map[*feed.Queue[cluster.Message]]struct{}{}
	}
	s.topics[topic][q] = struct{}{}
	s.mu.Unlock()
	if err := e.feeds.Add(q); err != nil {
		q.Close()
		return nil, err
	}
	return q, nil
}
