package server_test

import (
	"regexp"
	"runtime"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

// drops is how often somebody comes, does what leaves traces, and is cut off.
const drops = 10_000

func TestTenThousandDropsLeaveNoPlayerChannelTypistOrPresenceBehind(t *testing.T) {
	bubble(t, server.Config{Grace: 2 * time.Second, MaxSessions: drops, MaxLobbies: drops}, func(h *house) {
		before := runtime.NumGoroutine()
		for i := range drops {
			h.comeTypeAndDrop()
			if i%500 == 499 {
				time.Sleep(time.Second) // some of the graces end beside the connects
			}
		}
		time.Sleep(20 * time.Second) // grace, typing, what limits of chats take to be full again, presence's own grace
		text := body(h.get("/metrics"))
		for _, name := range []string{
			"sessions", "connections", "lobbies", "lobby_members", "players", "matches", "addresses", "list_watchers",
			"chat_typing", "chat_users", "chat_messages_kept", "presence_known_users", "presence_users", "presence_watches", "channel_members", "channel_rooms",
		} {
			samples := regexp.MustCompile(`(?m)^deltatick_`+name+`(?:\{[^}]*\})? (\S+)$`).FindAllStringSubmatch(text, -1)
			if len(samples) == 0 {
				t.Errorf("no metric %s", name)
			}
			for _, s := range samples {
				if s[1] != "0" {
					t.Errorf("%s is left", s[0])
				}
			}
		}
		if after := runtime.NumGoroutine(); after > before+5 { // the front's connection for the metrics, and its like
			t.Errorf("%d goroutines, %d before", after, before)
		}
	})
}

// comeTypeAndDrop is a guest who opens a lobby, types in its chat, watches somebody, and is gone.
func (h *house) comeTypeAndDrop() {
	h.Helper()
	dialer := websocket.Dialer{NetDialContext: h.net.dial}
	ws, resp, err := dialer.DialContext(h.ctx, "ws://memory/ws", nil)
	h.must(err)
	_ = resp.Body.Close() // there is none after a handshake
	say := func(frame any) { h.must(ws.WriteMessage(websocket.BinaryMessage, protocol.MustEncode(frame))) }
	ask := func(id uint32, channel, name string, payload map[string]any) {
		say(&protocol.Request{Kind: protocol.KindRequest, ID: id, Channel: channel, Name: name, Payload: protocol.MustEncode(payload)})
	}
	say(&protocol.Hello{Kind: protocol.KindHello, Version: protocol.Version, Client: "churn", Codecs: []string{protocol.CodecMP}, Auth: []string{"guest", "ann"}})
	ask(1, "lobby", "create", map[string]any{"game": "tally", "private": true})
	ask(2, "chat", "typing", map[string]any{"on": true})
	ask(3, "presence", "watch", map[string]any{"users": []string{"somebody"}, "lobby": true})
	for answered := 0; answered < 3; {
		_, frame, err := ws.ReadMessage()
		h.must(err)
		if kind, _ := protocol.PeekKind(frame); kind != protocol.KindReply {
			continue
		}
		reply, err := protocol.NewReader().Reply(frame)
		h.must(err)
		if reply.Error != nil {
			h.Fatal(reply.Error)
		}
		answered++
	}
	h.must(ws.NetConn().Close())
}
