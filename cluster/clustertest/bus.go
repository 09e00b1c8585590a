package clustertest

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

var busTests = []Test{
	{"MessagesComeInOrderOfTheirSender", messagesComeInOrderOfTheirSender},
	{"MessagesGoToTheirTopicOnly", messagesGoToTheirTopicOnly},
	{"SlowSubscriberIsToldOfTheGap", slowSubscriberIsToldOfTheGap},
	{"FeedEndsWithCloseAndWithItsEngine", feedEndsWithCloseAndWithItsEngine},
	{"TopicCanBeHadAgain", topicCanBeHadAgain},
}

func subscribe(t *testing.T, e cluster.Engine, topic string) cluster.Feed[cluster.Message] {
	t.Helper()
	f, err := e.Subscribe(ctx(t), topic)
	must(t, err)
	return f
}

func messagesComeInOrderOfTheirSender(t *testing.T, s Service) {
	const each = 200
	senders := []cluster.Engine{s.Open(), s.Open(), s.Open()}
	feeds := []cluster.Feed[cluster.Message]{subscribe(t, senders[0], "t"), subscribe(t, s.Open(), "t"), subscribe(t, senders[0], "t")}
	var all sync.WaitGroup
	for _, e := range senders {
		all.Go(func() {
			for i := range each {
				if err := e.Publish(ctx(t), "t", fmt.Append(nil, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for _, f := range feeds {
		next := map[string]int{}
		for range each * len(senders) {
			m, err := f.Next(ctx(t))
			must(t, err)
			if n, _ := strconv.Atoi(string(m.Payload)); n != next[m.Sender] || m.Topic != "t" {
				t.Fatalf("%q on %s, want %d", m.Payload, m.Topic, next[m.Sender])
			}
			next[m.Sender]++
		}
		if len(next) != len(senders) {
			t.Fatalf("%d senders, want %d", len(next), len(senders))
		}
	}
	all.Wait()
}

func messagesGoToTheirTopicOnly(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	one, two := subscribe(t, b, "one"), subscribe(t, b, "two {x}")
	must(t, a.Publish(ctx(t), "one", []byte{0, 255, ' '}))
	must(t, a.Publish(ctx(t), "two {x}", nil))
	must(t, a.Publish(ctx(t), "one", []byte("last")))
	for _, wanted := range []string{"\x00\xff ", "last"} {
		if m, err := one.Next(ctx(t)); err != nil || string(m.Payload) != wanted {
			t.Fatalf("got %q, %v, want %q", m.Payload, err, wanted)
		}
	}
	if m, err := two.Next(ctx(t)); err != nil || len(m.Payload) != 0 {
		t.Fatalf("got %q, %v", m.Payload, err)
	}
}

// slowSubscriberIsToldOfTheGap publishes more than a feed holds while nobody reads: each message comes at most once and in order, and where
// some are missing, it is said.
func slowSubscriberIsToldOfTheGap(t *testing.T, s Service) {
	const sent = 3000
	a, b := s.Open(), s.Open()
	f := subscribe(t, b, "t")
	for i := range sent {
		must(t, a.Publish(ctx(t), "t", fmt.Append(nil, i)))
	}
	// As soon as there is room again, messages come.
	stop := make(chan struct{})
	var publishing sync.WaitGroup
	publishing.Go(func() {
		for i := sent; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
			if err := a.Publish(ctx(t), "t", fmt.Append(nil, i)); err != nil {
				t.Error(err)
			}
		}
	})
	defer publishing.Wait()
	defer close(stop)
	missed := 0
	for next := 0; missed == 0; next++ {
		m, err := f.Next(ctx(t))
		gap := errors.Is(err, cluster.ErrMissed)
		if gap {
			m, err = f.Next(ctx(t))
		}
		must(t, err)
		n, _ := strconv.Atoi(string(m.Payload))
		if gap {
			missed = n - next
		}
		if n < next || n > next && !gap {
			t.Fatalf("got %d, want %d; told of a gap: %v", n, next, gap)
		}
	}
	t.Logf("%d were missed", missed)
}

func feedEndsWithCloseAndWithItsEngine(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	one, two := subscribe(t, b, "t"), subscribe(t, b, "t")
	must(t, a.Publish(ctx(t), "t", []byte("x")))
	for _, f := range []cluster.Feed[cluster.Message]{one, two} {
		_, err := f.Next(ctx(t))
		must(t, err)
	}
	one.Close()
	one.Close()
	_, err := one.Next(ctx(t))
	want(t, err, cluster.ErrClosed)
	short, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	_, err = two.Next(short)
	want(t, err, context.DeadlineExceeded)
	b.Close()
	_, err = two.Next(ctx(t))
	want(t, err, cluster.ErrClosed)
	_, err = b.Subscribe(ctx(t), "t")
	want(t, err, cluster.ErrClosed)
}

func topicCanBeHadAgain(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	for i := range 20 {
		f := subscribe(t, b, "t")
		must(t, a.Publish(ctx(t), "t", fmt.Append(nil, i)))
		if m, err := f.Next(ctx(t)); err != nil || string(m.Payload) != fmt.Sprint(i) {
			t.Fatalf("got %q, %v, want %d", m.Payload, err, i)
		}
		f.Close()
	}
}
