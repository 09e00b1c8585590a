package relay_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/cluster/relay"
	"github.com/deltatick/deltatick/protocol"
)

// arrivals is the player's connection.
type arrivals chan struct{}

func (arrivals) Codec() string            { return protocol.CodecPacked }
func (arrivals) Send([]byte) bool         { return true }
func (arrivals) Close(protocol.CloseCode) {}
func (a arrivals) Offer(_, _ []byte) bool { a <- struct{}{}; return true }

// mirror is a node that answers each input with a snapshot of 400 bytes.
func mirror(b *testing.B) (url string) {
	b.Helper()
	upgrader := websocket.Upgrader{}
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			return
		}
		defer ws.Close()
		snapshot := append([]byte{0x98, byte(protocol.KindSnapshot)}, make([]byte, 398)...)
		for {
			_, frame, err := ws.ReadMessage()
			if err != nil {
				return
			}
			answers := [][]byte{snapshot}
			switch kind, _ := protocol.PeekKind(frame); kind {
			case protocol.KindHello:
				answers = [][]byte{
					protocol.MustEncode(protocol.Welcome{Kind: protocol.KindWelcome, Version: protocol.Version, Token: "t", Codec: protocol.CodecPacked}),
					protocol.MustEncode(protocol.Enter{Kind: protocol.KindEnter, Epoch: 1}),
				}
			case protocol.KindPing:
				answers = nil
			}
			for _, answer := range answers {
				if ws.WriteMessage(websocket.BinaryMessage, answer) != nil {
					return
				}
			}
		}
	}))
	b.Cleanup(node.Close)
	return "ws" + strings.TrimPrefix(node.URL, "http")
}

// BenchmarkRoundTrip is from an input to the snapshot that answers it over loopback: by a WebSocket of its own, and through a relay, which is what a
// relay adds to the same between the player and this node.
func BenchmarkRoundTrip(b *testing.B) {
	input := append([]byte{0x95, byte(protocol.KindInput)}, make([]byte, 40)...)
	b.Run("direct", func(b *testing.B) {
		ws, _, err := websocket.DefaultDialer.Dial(mirror(b), nil)
		if err != nil {
			b.Fatal(err)
		}
		defer ws.Close()
		b.ReportAllocs()
		for b.Loop() {
			if err := ws.WriteMessage(websocket.BinaryMessage, input); err != nil {
				b.Fatal(err)
			}
			if _, _, err := ws.ReadMessage(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("relay", func(b *testing.B) {
		r, err := relay.New(relay.Config{
			URL: mirror(b), Epoch: 1, Auth: func() ([]string, error) { return nil, nil }, Emit: func(protocol.Event) bool { return true }, Silence: time.Minute,
		})
		if err != nil {
			b.Fatal(err)
		}
		link := make(arrivals, 1)
		r.Attach(link)
		if err := r.Connect(b.Context()); err != nil {
			b.Fatal(err)
		}
		served := make(chan error, 1)
		go func() { served <- r.Serve(b.Context()) }()
		b.ReportAllocs()
		for b.Loop() {
			_ = r.Input(time.Time{}, nil, input)
			<-link
		}
		r.Close(true)
		<-served
	})
}
