package cluster

import "context"

// Message is one that was published.
type Message struct {
	Topic   string
	Sender  string // of one engine
	Payload []byte // shared: not to be changed
}

// Bus carries messages between nodes, by topic. What one engine publishes to a topic by calls that follow each other comes in that order, at most once, to
// every feed that was there before, those of the same engine too. What a feed missed it is told of, by [ErrMissed] in its place; what is not
// to be lost is kept elsewhere and read again then.
type Bus interface {
	// Publish sends at most [MaxMessage] to a topic.
	Publish(ctx context.Context, topic string, payload []byte) error
	// Subscribe feeds a topic. It returns once messages come.
	Subscribe(ctx context.Context, topic string) (Feed[Message], error)
}
