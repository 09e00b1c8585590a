package simulator_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
)

// house is a small deltatick server of one game, in memory: lobbies, matches at 60 Hz, sessions that come back.
type house struct {
	faults faults
	srv    *clienttest.Server
	work   sync.WaitGroup
	stop   context.CancelFunc

	mu      sync.Mutex
	guests  map[string]*guest // by newest token
	lobbies map[string]*lobby
	serial  int
}

type guest struct {
	name   string
	user   string
	gone   bool // said bye, or away for longer than the grace
	away   bool
	lobby  *lobby
	seat   uint16
	conn   *clienttest.Conn
	events []protocol.Event

	epoch uint32
	base  *protocol.Snapshot // nil: a keyframe is due
	enter bool               // an enter is due
	input uint32
	slack int32
	taken uint32 // events of its own
}

type lobby struct {
	id      string
	name    string
	places  int
	said    int // messages
	members []*guest
	match   int
	asked   int // for a rematch
	stop    context.CancelFunc
	began   time.Time
}

var (
	worldSchema = protocol.Schema{{Name: "ships", Fields: protocol.Fields{
		{Name: "x", Kind: protocol.FieldInt, Max: 1600}, {Name: "seat", Kind: protocol.FieldInt, Max: 99}, {Name: "alive", Kind: protocol.FieldBool}}}}
	inputFields = protocol.Fields{{Name: "turn", Kind: protocol.FieldInt, Min: -1, Max: 1}, {Name: "fire", Kind: protocol.FieldBool}}
)

func newHouse(ctx context.Context, f faults) *house {
	ctx, stop := context.WithCancel(ctx)
	h := &house{faults: f, srv: clienttest.NewServer(), stop: stop, guests: map[string]*guest{}, lobbies: map[string]*lobby{}}
	h.work.Go(func() {
		for {
			conn, err := h.srv.Accept(ctx)
			if err != nil {
				return
			}
			h.work.Go(func() { h.serve(ctx, conn) })
		}
	})
	return h
}

func (h *house) close() {
	h.stop()
	h.srv.Close()
	h.work.Wait()
}

func (h *house) serve(ctx context.Context, conn *clienttest.Conn) {
	defer conn.Cut()
	var g *guest
	defer func() { h.lost(ctx, g, conn) }()
	hello, err := conn.Hello()
	if err != nil {
		return
	}
	var ok bool
	if g, ok = h.welcome(conn, hello); !ok {
		return
	}
	values := make([]int32, len(inputFields))
	r := protocol.NewReader()
	for {
		kind, frame, err := conn.Next()
		if err != nil {
			return
		}
		switch kind {
		case protocol.KindPing:
			if ping, err := r.Ping(frame); err == nil {
				h.mu.Lock()
				taken := g.taken
				h.mu.Unlock()
				if h.faults.callAgain {
					taken = 0
				}
				_ = conn.Send(&protocol.Pong{Kind: protocol.KindPong, Time: ping.Time, Taken: taken})
			}
		case protocol.KindInput:
			if head, err := r.Input(frame, values); err == nil {
				h.take(g, head.Tick)
			}
		case protocol.KindResync:
			h.mu.Lock()
			g.base = nil
			h.mu.Unlock()
		case protocol.KindSend:
			if e, err := r.Send(frame); err == nil {
				h.sendOn(g, e)
			}
		case protocol.KindRequest:
			if req, err := r.Request(frame); err == nil {
				h.answer(ctx, g, conn, req)
			}
		case protocol.KindBye:
			h.mu.Lock()
			g.gone = true
			h.mu.Unlock()
			_ = conn.Close(protocol.CloseNormal)
			return
		}
	}
}

// lost keeps the place of a guest whose connection is over for the grace.
func (h *house) lost(ctx context.Context, g *guest, conn *clienttest.Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if g == nil || g.conn != conn {
		return
	}
	g.away = true
	if h.faults.grace == 0 {
		return
	}
	h.work.Go(func() {
		select {
		case <-time.After(h.faults.grace):
		case <-ctx.Done():
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		g.gone = g.gone || g.conn == conn
	})
}

// welcome finds or makes the guest, and says what it missed.
func (h *house) welcome(conn *clienttest.Conn, hello protocol.Hello) (*guest, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.serial++
	token := fmt.Sprint("token ", h.serial)
	if hello.Resume == nil {
		g := &guest{name: hello.Auth[1], user: fmt.Sprint("user ", h.serial), conn: conn}
		h.guests[token] = g
		return g, conn.Welcome(h.greeting(g, token, false)) == nil
	}
	g := h.guests[hello.Resume.Token]
	if g == nil {
		_ = conn.Close(protocol.CloseResumeExpired)
		return nil, false
	}
	h.guests[token] = g
	if !h.faults.twoTabs {
		_ = g.conn.Close(protocol.CloseDisplaced)
	}
	g.conn, g.base, g.away = conn, nil, false
	if conn.Welcome(h.greeting(g, token, true)) != nil {
		return nil, false
	}
	for _, ev := range g.events {
		if ev.Seq > hello.Resume.Seq || h.faults.eventTwice {
			_ = conn.Send(&ev)
		}
	}
	g.enter = g.seat != 0 && !h.faults.noReturn
	if h.faults.otherSeat {
		g.seat += 50
	}
	return g, true
}

func (h *house) greeting(g *guest, token string, resumed bool) protocol.Welcome {
	w := protocol.Welcome{
		Session: g.user, User: g.user, Name: g.name, Token: token, Resumed: resumed, Grace: uint32(h.faults.grace.Milliseconds()),
	}
	if !h.faults.callAgain {
		w.Taken = g.taken
	}
	if resumed && h.faults.stranger {
		w.Session = "another"
	}
	return w
}

func (h *house) take(g *guest, tick uint32) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if g.lobby != nil && tick > g.input {
		g.input = tick
		g.slack = int32(time.Until(g.lobby.due(tick)).Milliseconds())
	}
}

func (l *lobby) due(tick uint32) time.Time {
	return l.began.Add(time.Duration(tick) * time.Second / 60)
}

func (h *house) answer(ctx context.Context, g *guest, conn *clienttest.Conn, req protocol.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var payload any
	var refusal *protocol.Error
	switch req.Name {
	case "games":
		payload = map[string]any{"games": []any{
			map[string]any{"name": "tag", "min_players": 1, "max_players": 16},
			map[string]any{"name": "duel", "min_players": 2, "max_players": 2,
				"settings": []any{map[string]any{"name": "lives", "min": 1, "max": 9}}},
		}}
	case "create":
		if h.faults.noLobbies {
			refusal = protocol.Refuse(protocol.CodeUnavailable, "draining")
			break
		}
		var create struct {
			Name   string `msgpack:"name"`
			Places int    `msgpack:"max_players"`
		}
		_ = protocol.Decode(req.Payload, &create)
		h.serial++
		g.lobby = &lobby{id: fmt.Sprint("lobby ", h.serial), name: create.Name, places: create.Places, members: []*guest{g}}
		if h.faults.overfull {
			g.lobby.places--
		}
		h.lobbies[g.lobby.id] = g.lobby
		payload = map[string]any{"lobby": h.state(g.lobby)}
	case "join":
		var join struct {
			ID string `msgpack:"id"`
		}
		_ = protocol.Decode(req.Payload, &join)
		g.lobby = h.lobbies[join.ID]
		if !slices.Contains(g.lobby.members, g) {
			g.lobby.members = append(g.lobby.members, g)
		}
		if g.lobby.stop != nil {
			h.seat(g)
		}
		payload = map[string]any{"lobby": h.state(g.lobby)}
		h.tellState(g.lobby)
	case "leave": // its place stays, for it to come back
		h.tell(g, "match", "exit", map[string]any{"match": g.lobby.matchName(), "reason": "left"})
		g.seat = 0
	case "list", "watch":
		payload = map[string]any{"lobbies": h.list()}
	case "say":
		var say struct {
			Text string `msgpack:"text"`
		}
		_ = protocol.Decode(req.Payload, &say)
		payload = h.say(g, say.Text)
	case "start":
		h.start(ctx, g.lobby)
	case "rematch":
		if g.lobby.asked++; g.lobby.asked == len(g.lobby.members) {
			h.start(ctx, g.lobby)
		}
	}
	_ = conn.Send(&protocol.Reply{Kind: protocol.KindReply, ID: req.ID, Error: refusal, Payload: protocol.MustEncode(payload)})
}

// sendOn tells everybody in the lobby of a guest's event.
func (h *house) sendOn(g *guest, e protocol.Send) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Seq <= g.taken && !h.faults.callAgain {
		return
	}
	g.taken = max(g.taken, e.Seq)
	if h.faults.callMissing && e.Seq == 2 || h.faults.callSilent && e.Seq >= 3 {
		return
	}
	var payload map[string]any
	_ = protocol.Decode(e.Payload, &payload)
	for _, m := range g.lobby.members {
		h.tell(m, e.Channel, "called", payload)
		if h.faults.callTwice && e.Seq == 2 {
			h.tell(m, e.Channel, "called", payload)
		}
	}
}

func (h *house) tellState(l *lobby) {
	for _, m := range l.members {
		h.tell(m, "lobby", "state", h.state(l))
	}
}

func (h *house) state(l *lobby) map[string]any {
	members := []any{}
	for _, m := range l.members {
		seat := m.seat
		switch {
		case h.faults.twinMembers:
			seat = 1
		case h.faults.lostSeat && m.away:
			seat = 0
		}
		members = append(members, map[string]any{"user": m.user, "role": "player", "seat": seat})
	}
	return map[string]any{"id": l.id, "name": l.name, "max_players": l.places, "members": members}
}

func (h *house) list() []any {
	lobbies := []any{}
	for _, id := range slices.Sorted(maps.Keys(h.lobbies)) {
		l := h.lobbies[id]
		if h.faults.kept || slices.ContainsFunc(l.members, func(g *guest) bool { return !g.gone }) {
			lobbies = append(lobbies, map[string]any{"id": l.id, "name": l.name, "players": len(l.members), "max_players": l.places})
		}
	}
	return lobbies
}

// say tells everybody in the lobby, and returns the message for its speaker's reply.
func (h *house) say(from *guest, text string) any {
	l := from.lobby
	l.said++
	message := map[string]any{"id": l.said, "user": from.user, "name": from.name, "text": text, "at": time.Now().UnixMilli()}
	if h.faults.chatSilent && l.said >= 3 {
		return message
	}
	for _, m := range l.members {
		if !h.faults.chatMissing || l.said != 2 || m == from {
			h.tell(m, "chat", "message", message)
		}
		if h.faults.chatTwice && l.said == 2 {
			h.tell(m, "chat", "message", message)
		}
	}
	return message
}

// tell sends a reliable event and keeps it.
func (h *house) tell(g *guest, channel, name string, payload any) {
	ev := protocol.Event{Kind: protocol.KindEvent, Seq: uint32(len(g.events) + 1), Channel: channel, Name: name, Payload: protocol.MustEncode(payload)}
	g.events = append(g.events, ev)
	if h.faults.eventMissing && ev.Seq == 3 {
		return
	}
	_ = g.conn.Send(&ev)
}
