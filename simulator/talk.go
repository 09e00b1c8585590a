package simulator

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/invariant"
)

// talk says something in the lobby about every Group.Talk, as somebody who types would, until ctx ends. What is said tells its number
// and its time, by which those who hear it check that it came once and in order, and how long it took.
func (v *visit) talk(ctx context.Context) {
	rng := v.rand(forTalk)
	for sleep(ctx, about(v.crowd.Talk, rng)) {
		lobby := v.client.Lobby().State()
		if lobby == nil {
			continue
		}
		err := v.client.Chat().Typing(ctx, true)
		if err == nil && sleep(ctx, min(v.crowd.Talk/4, time.Second)) {
			var confirmed client.ChatMessage
			now := time.Now()
			v.spoken++
			if confirmed, err = v.client.Chat().Say(ctx, said{number: v.spoken, at: now}.text()); err == nil {
				v.guard.chats.Said(lobby.ID, invariant.Said{ID: confirmed.ID, Asked: now})
			}
		}
		var refused *protocol.Error
		if errors.As(err, &refused) && refused.Code != protocol.CodeNotFound { // that one: it left the lobby meanwhile
			v.tally.fail(FailedChat, "%v", refused)
			return
		}
	}
}

// said is what a bot says.
type said struct {
	number uint64 // 1, 2, 3, ... in a visit; one that was not said for certain is left out
	at     time.Time
}

func (s said) text() string { return fmt.Sprintf("message %d of %d", s.number, s.at.UnixNano()) }

// readSaid is the reverse of text; ok is false for what no bot said.
func readSaid(text string) (s said, ok bool) {
	number, at, ok := strings.Cut(strings.TrimPrefix(text, "message "), " of ")
	if !ok {
		return s, false
	}
	n, err := strconv.ParseUint(number, 10, 64)
	nanos, err2 := strconv.ParseInt(at, 10, 64)
	return said{n, time.Unix(0, nanos)}, err == nil && err2 == nil
}

// heard measures a message, and holds the server to its promise: each once and in order of its speaker. User ids are of one session
// each, since bots are guests.
func (t *tally) heard(m client.ChatMessage, now time.Time) {
	s, ok := readSaid(m.Text)
	if !ok {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if last := t.heardOf[m.User]; s.number <= last {
		t.failLocked(FailedChat, "message %d of %s after message %d", s.number, m.Name, last)
	}
	t.heardOf[m.User] = s.number
	if t.window.contains(now) {
		t.gauges.chat.add(now.Sub(s.at))
	}
}
