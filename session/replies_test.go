package session_test

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func once(id uint32, size int) protocol.Request {
	return protocol.Request{
		Kind: protocol.KindRequest, ID: id, Channel: "shop", Name: "buy", Once: true, Payload: protocol.MustEncode(map[string]int{"size": size}),
	}
}

// shop counts how often it was asked, by id, and answers with as many bytes as are wanted.
func shop(ran map[uint32]int) func(*session.Session, protocol.Request) (any, error) {
	return func(_ *session.Session, q protocol.Request) (any, error) {
		ran[q.ID]++
		var want struct {
			Size int `msgpack:"size"`
		}
		if err := protocol.Decode(q.Payload, &want); err != nil {
			return nil, err
		}
		if want.Size == 0 {
			return nil, protocol.Refuse(protocol.CodeForbidden, "too poor")
		}
		return map[string]any{"ran": ran[q.ID], "goods": make([]byte, want.Size)}, nil
	}
}

func TestARequestThatComesAgainRunsOnceAndGetsItsReplyAgain(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ran := map[uint32]int{}
		w.house.request = shop(ran)
		c, welcome := w.join("ann")
		var replies [][]byte
		for id, size := range []int{10, 0} {
			c.send(once(uint32(id+1), size))
			replies = append(replies, c.next())
		}
		for range 20 {
			c.cut()
			synctest.Wait()
			c, welcome = w.resume(welcome.Token, 0)
			for id, want := range replies {
				c.send(once(uint32(id+1), 10))
				if got := c.next(); !bytes.Equal(got, want) {
					t.Fatalf("reply % x, first it was % x", got, want)
				}
			}
		}
		c.send(once(1, 10)) // and on the same connection
		if got := c.next(); !bytes.Equal(got, replies[0]) {
			t.Errorf("reply % x, first it was % x", got, replies[0])
		}
		if ran[1] != 1 || ran[2] != 1 {
			t.Errorf("ran %v", ran)
		}
	})
}

func TestARequestThatIsRunningRunsOnce(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ran := map[uint32]int{}
		entered, leave := make(chan bool), make(chan bool)
		w.house.request = func(s *session.Session, q protocol.Request) (any, error) {
			entered <- true
			<-leave
			return shop(ran)(s, q)
		}
		c, welcome := w.join("ann")
		c.send(once(1, 10))
		<-entered
		newer, _ := w.resume(welcome.Token, 0)
		close(leave) // only now is there somebody to read the newer connection
		newer.send(once(1, 10))
		if r := expect[protocol.Reply](newer, protocol.KindReply); r.Error != nil || ran[1] != 1 {
			t.Errorf("%+v, ran %v", r, ran)
		}
	})
}

func TestARepeatedReplyIsFreeOfTheLimitOnANewConnection(t *testing.T) {
	edit := func(cfg *session.Config) { cfg.Requests = session.Limit{Rate: 0.001, Burst: 1, Strikes: 10} }
	inWorld(t, edit, func(t *testing.T, w *world) {
		ran := map[uint32]int{}
		w.house.request = shop(ran)
		c, welcome := w.join("ann")
		c.send(once(1, 10))
		c.next()
		c.cut()
		synctest.Wait()
		c, _ = w.resume(welcome.Token, 0)
		c.send(once(1, 10))
		if r := expect[protocol.Reply](c, protocol.KindReply); r.Error != nil {
			t.Errorf("%+v", r.Error)
		}
		c.send(once(1, 10))
		c.event() // the notice
		if r := expect[protocol.Reply](c, protocol.KindReply); r.Error == nil || r.Error.Code != protocol.CodeRateLimited {
			t.Errorf("again on the same connection: %+v", r.Error)
		}
	})
}

func TestRepliesAreGivenUpByNumberBytesAndAgeAndThenItIsTooLate(t *testing.T) {
	edit := func(cfg *session.Config) { cfg.Requests = session.Limit{Rate: 1000, Burst: 1000, Strikes: 1} }
	for name, tc := range map[string]struct {
		size, requests int
		wait           time.Duration
		gone           uint32 // so many of the first are too late
	}{
		"kept":       {size: 10, requests: 64},
		"by number":  {size: 10, requests: 70, gone: 6},
		"by bytes":   {size: 30 << 10, requests: 5, gone: 3},
		"too large":  {size: 65 << 10, requests: 1, gone: 1},
		"by age":     {size: 10, requests: 3, wait: 3*time.Minute + time.Second, gone: 3},
		"not so old": {size: 10, requests: 3, wait: 3*time.Minute - time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, edit, func(t *testing.T, w *world) {
				ran := map[uint32]int{}
				w.house.request = shop(ran)
				c, _ := w.join("ann")
				for id := range tc.requests {
					c.send(once(uint32(id+1), tc.size))
					c.next()
				}
				for waited := time.Duration(0); waited < tc.wait; waited += time.Second {
					time.Sleep(time.Second)
					c.ping(0)
				}
				for id := range uint32(tc.requests) {
					c.send(once(id+1, tc.size))
					r := expect[protocol.Reply](c, protocol.KindReply)
					if late := r.Error != nil && r.Error.Code == protocol.CodeTooLate; late != (id < tc.gone) || ran[id+1] != 1 {
						t.Errorf("request %d: %+v, ran %d times", id+1, r.Error, ran[id+1])
					}
				}
			})
		})
	}
}

func TestRequestsThatDoNotSayOnceRunEachTime(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ran := map[uint32]int{}
		w.house.request = shop(ran)
		c, _ := w.join("ann")
		for range 3 {
			q := once(1, 10)
			q.Once = false
			c.send(q)
			c.next()
		}
		q := once(0, 10) // without an id there is nothing to keep a reply under
		c.send(q)
		c.send(q)
		c.ping(0)
		if ran[1] != 3 || ran[0] != 2 {
			t.Errorf("ran %v", ran)
		}
	})
}
