package session_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func TestASecondTabDisplacesTheFirst(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		first, welcome := w.join("ann")
		s := w.session(0)
		link := s.OpenLink()
		second, _ := w.resume(welcome.Token, 0)
		if code := first.closed(); code != protocol.CloseDisplaced {
			t.Errorf("closed with %d", code)
		}
		synctest.Wait()
		if link.Send([]byte{0x91, 20}) || link.Ready() || link.Offer(nil, []byte{0x91, 21}) {
			t.Error("the first tab's link is alive")
		}
		link.Close(protocol.CloseSlow)
		emit(s, 1, 1)
		second.expectEvents(1, 1)
		time.Sleep(10 * time.Second) // nothing of the first tab's end comes late
		second.ping(1)
		if diff := cmp.Diff([]string{"connected ann", "resumed ann"}, w.house.heard()); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
		if n := w.counters.Resumes[session.ResumeDisplaced].Load(); n != 1 {
			t.Errorf("%d displacements counted", n)
		}
	})
}

func TestAStuckSocketIsDisplacedAtOnce(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		ws, _, err := w.connect(nil)
		if err != nil {
			t.Fatal(err)
		}
		defer ws.Close()
		if err := ws.WriteMessage(2, protocol.MustEncode(hello("ann"))); err != nil {
			t.Fatal(err)
		}
		_, frame, err := ws.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var welcome protocol.Welcome
		if err := protocol.Decode(frame, &welcome); err != nil {
			t.Fatal(err)
		}
		emit(w.session(0), 1, 3) // nobody reads them, so a write is stuck
		synctest.Wait()
		began := time.Now()
		second, _ := w.resume(welcome.Token, 0)
		second.expectEvents(1, 3)
		second.ping(3)
		if took := time.Since(began); took != 0 {
			t.Errorf("it took %v", took)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if n := w.hub.Connections(); n != 1 {
			t.Errorf("%d connections a second later", n)
		}
	})
}

// The first connection is in the middle of a request, and has sent another, when the second one takes the session.
func TestNoFrameOfADisplacedConnectionIsTaken(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		inside, release := make(chan struct{}), make(chan struct{})
		var asked []string
		w.house.request = func(_ *session.Session, q protocol.Request) (any, error) {
			asked = append(asked, q.Name) // in turn
			if q.Name == "slow" {
				close(inside)
				<-release
			}
			return nil, nil
		}
		first, welcome := w.joinWith("ann", func(ws *websocket.Conn) {
			ws.SetCloseHandler(func(int, string) error { return nil }) // it does not answer a close
		})
		request := func(name string) []byte {
			return protocol.MustEncode(protocol.Request{
				Kind: protocol.KindRequest, ID: 1, Channel: "lobby", Name: name, Payload: protocol.Raw{0xc0},
			})
		}
		first.raw(request("slow"))
		<-inside
		late := make(chan error)
		go func() { late <- first.write(request("late")) }()

		second, _ := w.resume(welcome.Token, 0)
		if code := first.closed(); code != protocol.CloseDisplaced {
			t.Errorf("closed with %d", code)
		}
		if diff := cmp.Diff([]string{"connected ann"}, w.house.heard()); diff != "" {
			t.Errorf("told while the request runs: (-want +got)\n%s", diff)
		}
		close(release)
		<-late
		second.ping(0)
		synctest.Wait()
		if diff := cmp.Diff([]string{"slow"}, asked); diff != "" {
			t.Errorf("asked: (-want +got)\n%s", diff)
		}
		if diff := cmp.Diff([]string{"resumed ann"}, w.house.heard()); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
	})
}

// While a request on the first connection holds everybody up, a second and a third take the session, one after the other.
func TestAConnectionDisplacedBeforeTheHouseHeardOfItIsNeverHeardOf(t *testing.T) {
	inWorld(t, nil, func(t *testing.T, w *world) {
		inside, release := make(chan struct{}), make(chan struct{})
		w.house.request = func(*session.Session, protocol.Request) (any, error) {
			close(inside)
			<-release
			return nil, nil
		}
		first, welcome := w.join("ann")
		first.raw(echo(1))
		<-inside
		second, again := w.resume(welcome.Token, 0)
		third, _ := w.resume(again.Token, 0)
		close(release)
		for _, c := range []*client{first, second} {
			if code := c.closed(); code != protocol.CloseDisplaced {
				t.Errorf("closed with %d", code)
			}
		}
		third.ping(0)
		synctest.Wait()
		if diff := cmp.Diff([]string{"connected ann", "resumed ann"}, w.house.heard()); diff != "" {
			t.Errorf("told: (-want +got)\n%s", diff)
		}
	})
}
