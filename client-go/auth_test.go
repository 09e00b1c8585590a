package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// wallet gives credentials ["jwt", "token-1"], ["jwt", "token-2"], ...
type wallet struct {
	mu     sync.Mutex
	given  int
	broken error
}

func (w *wallet) auth(context.Context) ([]string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return nil, w.broken
	}
	w.given++
	return []string{"jwt", fmt.Sprint("token-", w.given)}, nil
}

func (w *wallet) breakWith(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = err
}

func TestEveryHelloHasFreshCredentials(t *testing.T) {
	w := new(wallet)
	bubble(t, client.Config{Auth: w.auth}, func(r *rig) {
		conn, hello := r.welcome(protocol.Welcome{})
		if !slices.Equal(hello.Auth, []string{"jwt", "token-1"}) {
			t.Errorf("auth %v", hello.Auth)
		}
		if s := r.c.Session(); !s.Expires.IsZero() {
			t.Errorf("expires at %v", s.Expires)
		}
		_ = conn.Close(protocol.CloseAuthExpired)
		_, hello = r.welcome(protocol.Welcome{Expires: 1_800_000_000_123})
		if hello.Resume == nil || !slices.Equal(hello.Auth, []string{"jwt", "token-2"}) {
			t.Errorf("auth %v, resume %v", hello.Auth, hello.Resume)
		}
		if s := r.c.Session(); !s.Expires.Equal(time.UnixMilli(1_800_000_000_123)) {
			t.Errorf("expires at %v", s.Expires)
		}
	})
}

func TestCredentialsThatHaveExpiredAtTheFirstHelloAreRenewed(t *testing.T) {
	w := new(wallet)
	bubble(t, client.Config{Auth: w.auth}, func(r *rig) {
		conn, _ := r.accept()
		_ = conn.Close(protocol.CloseAuthExpired)
		if _, hello := r.welcome(protocol.Welcome{}); !slices.Equal(hello.Auth, []string{"jwt", "token-2"}) {
			t.Errorf("auth %v", hello.Auth)
		}
	})
}

// askToRenew sends the event that asks for newer credentials.
func askToRenew(seq uint32) *protocol.Event {
	return event(seq, "session", "renew", map[string]int{"within": 60_000})
}

func TestCredentialsAreRenewedWhenTheServerAsks(t *testing.T) {
	w := new(wallet)
	bubble(t, client.Config{Auth: w.auth}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.must(conn.Send(askToRenew(1)))
		r.must(conn.Send(askToRenew(2))) // while the first is being done
		req, payload := r.request(conn)
		if req.Channel != "session" || req.Name != "renew" || fmt.Sprint(payload["auth"]) != "[jwt token-2]" {
			t.Errorf("request %s %s %v", req.Channel, req.Name, payload)
		}
		r.reply(conn, req.ID, nil, map[string]int64{"expires": 1_800_000_000_123})
		pass(time.Second)
		if s := r.c.Session(); !s.Expires.Equal(time.UnixMilli(1_800_000_000_123)) {
			t.Errorf("expires at %v", s.Expires)
		}
		r.must(conn.Send(askToRenew(3)))
		if req, payload := r.request(conn); fmt.Sprint(payload["auth"]) != "[jwt token-3]" {
			t.Errorf("request %s %s %v", req.Channel, req.Name, payload)
		}
		conn.Cut() // before the reply: nobody waits for it
		r.welcome(protocol.Welcome{})
	})
}

func TestAGuestHasNothingToRenew(t *testing.T) {
	bubble(t, client.Config{Name: "ann"}, func(r *rig) {
		conn, hello := r.welcome(protocol.Welcome{})
		if !slices.Equal(hello.Auth, []string{"guest", "ann"}) {
			t.Errorf("auth %v", hello.Auth)
		}
		r.must(conn.Send(askToRenew(1)))
		r.must(conn.Send(&protocol.Event{Kind: protocol.KindEvent, Seq: 2, Channel: "game", Name: "x", Payload: protocol.OrNil(nil)}))
		pass(200 * time.Millisecond)
		_ = conn.Close(protocol.CloseAuthExpired)
		var closed *protocol.Closed
		if err := <-r.ended; !errors.As(err, &closed) || closed.Code != protocol.CloseAuthExpired {
			t.Errorf("Run ended with %v", err)
		}
		r.ended <- nil
		for {
			kind, _, err := conn.Next()
			if err != nil {
				break
			}
			if kind == protocol.KindRequest {
				t.Error("a request")
			}
		}
	})
}

func TestCredentialsThatCannotBeHadEndTheFirstDialAndDelayALaterOne(t *testing.T) {
	trouble := errors.New("no issuer")
	w := &wallet{broken: trouble}
	bubble(t, client.Config{Auth: w.auth}, func(r *rig) {
		if err := <-r.ended; !errors.Is(err, client.ErrUnreachable) || !errors.Is(err, trouble) {
			t.Errorf("Run ended with %v", err)
		}
		r.ended <- nil
	})
	w = new(wallet)
	bubble(t, client.Config{Auth: w.auth}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		w.breakWith(trouble)
		conn.Cut()
		pass(time.Minute)
		w.breakWith(nil)
		if _, hello := r.welcome(protocol.Welcome{}); hello.Resume == nil {
			t.Error("came back without its token")
		}
	})
}
