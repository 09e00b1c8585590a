package node_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/memory"
	"github.com/deltatick/deltatick/games/dots"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/server/node"
	"github.com/deltatick/deltatick/session"
)

// watched is a service whose administrator is called root.
type watched struct {
	*testing.T
	ctx   context.Context
	store *memory.Store
	addrs map[string]string // by node
	log   *pages
	stops []func()
	waits []func()
}

var crown = server.Middleware{Connect: func(_ context.Context, who session.Identity) (session.Identity, error) {
	if who.Name == "root" {
		who.Roles = []string{server.RoleAdmin}
	}
	return who, nil
}}

func watchedConfig(id string, engine cluster.Engine, url string, lobbies bool) node.Config {
	cfg := node.Config{
		Engine: engine, Secret: []byte("the secret of the service"), ID: id, URL: url, Region: "eu", Version: "v1", NoLobbies: !lobbies,
		Server: server.Config{Kinds: []match.Kind{dots.Kind()}, Guests: true, Middleware: []server.Middleware{crown}, DrainWait: 3 * time.Second},
	}
	if !lobbies {
		cfg.Matches = 10
	}
	return cfg
}

// watch starts nodes: those of lobbies, and match servers.
func watch(t *testing.T, lobbies []string, servers ...string) *watched {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	w := &watched{T: t, ctx: ctx, store: memory.NewStore(memory.Config{}), addrs: map[string]string{}, log: new(pages)}
	t.Cleanup(func() {
		for _, f := range slices.Concat(w.stops, w.waits) {
			f()
		}
	})
	for _, id := range servers {
		w.start(id, false)
	}
	for _, id := range lobbies {
		w.start(id, true)
	}
	return w
}

func (w *watched) start(id string, lobbies bool) {
	w.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	engine := w.store.Open()
	w.addrs[id] = listener.Addr().String()
	cfg := watchedConfig(id, engine, "ws://"+w.addrs[id], lobbies)
	cfg.Server.Logger = slog.New(slog.NewJSONHandler(w.log, nil))
	s, err := node.New(cfg)
	if err != nil {
		w.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener, nil) }()
	w.stops = append(w.stops, stop)
	w.waits = append(w.waits, func() {
		if err := <-ended; err != nil {
			w.Errorf("%s: %v", id, err)
		}
		engine.Close()
	})
	w.until(id+" is ready", func() bool { return w.status(id, server.PathReady) == http.StatusOK })
}

func (w *watched) until(what string, so func() bool) {
	w.Helper()
	for !so() {
		select {
		case <-w.ctx.Done():
			w.Fatal("too late: ", what)
		case <-time.After(200 * time.Millisecond): // of requests there is a limit
		}
	}
}

func (w *watched) status(id, path string) int {
	w.Helper()
	q, err := http.NewRequestWithContext(w.ctx, http.MethodGet, "http://"+w.addrs[id]+path, nil)
	if err != nil {
		w.Fatal(err)
	}
	q.Close = true
	answer, err := http.DefaultClient.Do(q)
	if err != nil {
		w.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// seen is a client at a node, and how its session ended.
type seen struct {
	*client.Client
	user  string
	ended chan error
}

func (w *watched) client(name, at string) *seen {
	w.Helper()
	connected := make(chan client.Session, 1)
	c, err := client.New(client.Config{
		URL: "ws://" + w.addrs[at] + "/ws", Name: name,
		Handlers: client.Handlers{Connected: func(s client.Session) {
			select {
			case connected <- s:
			default:
			}
		}},
	})
	if err != nil {
		w.Fatal(err)
	}
	p := &seen{Client: c, ended: make(chan error, 1)}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.ended <- c.Run(ctx)
	}()
	w.Cleanup(func() {
		stop()
		<-done
	})
	select {
	case s := <-connected:
		p.user = s.User
	case <-w.ctx.Done():
		w.Fatal(name, " is not connected")
	}
	return p
}

func (w *watched) refused(code string, err error) {
	w.Helper()
	refused := (*protocol.Error)(nil)
	if !errors.As(err, &refused) || refused.Code != code {
		w.Errorf("%v, want %s", err, code)
	}
}

// view is what an administrator is shown.
type view struct {
	Nodes   []nodeSeen `msgpack:"nodes"`
	Lobbies []lobbySeen
	Matches []struct {
		Match   string `msgpack:"match"`
		Lobby   string `msgpack:"lobby"`
		Node    string `msgpack:"node"`
		Epoch   uint32 `msgpack:"epoch"`
		State   string `msgpack:"state"`
		Players int    `msgpack:"players"`
	} `msgpack:"matches"`
	Sessions []struct {
		Name  string `msgpack:"name"`
		Node  string `msgpack:"node"`
		Match string `msgpack:"match"`
	} `msgpack:"sessions"`
}

type nodeSeen struct {
	Node     string `msgpack:"node"`
	Region   string `msgpack:"region"`
	Lobbies  bool   `msgpack:"lobbies"`
	Capacity int    `msgpack:"capacity"`
	Load     int    `msgpack:"load"`
	Draining bool   `msgpack:"draining"`
	Self     bool   `msgpack:"self"`
	Status   *struct {
		Draining bool `msgpack:"draining"`
		Sessions int  `msgpack:"sessions"`
	} `msgpack:"status"`
}

type lobbySeen struct {
	ID   string `msgpack:"id"`
	Node string `msgpack:"node"`
}

func (w *watched) look(root *seen) (v view) {
	w.Helper()
	var lobbies struct {
		Lobbies []lobbySeen `msgpack:"lobbies"`
	}
	for name, into := range map[string]interface{}{"nodes": &v, "status": &lobbies, "matches": &v, "sessions": &v} {
		if err := root.Call(w.ctx, "admin", name, nil, into); err != nil {
			w.Fatal(name, ": ", err)
		}
	}
	v.Lobbies = lobbies.Lobbies
	return v
}

// plays has a player open a lobby and start its match.
func (w *watched) plays(p *seen) {
	w.Helper()
	if _, err := p.Lobby().Create(w.ctx, client.NewLobby{Game: "dots"}); err != nil {
		w.Fatal(err)
	}
	if err := p.Lobby().Start(w.ctx); err != nil {
		w.Fatal(err)
	}
}

func TestAdministratorsOfOneNodeSeeAllAndKickOnAll(t *testing.T) {
	w := watch(t, []string{"lobby-1", "lobby-2"}, "match-1")
	root, ann := w.client("root", "lobby-1"), w.client("ann", "lobby-2")
	w.plays(ann)
	var v view
	w.until("all is shown", func() bool {
		v = w.look(root)
		return len(v.Nodes) == 3 && len(v.Lobbies) == 1 && len(v.Matches) == 1 && v.Matches[0].Players == 1 && len(v.Sessions) == 2
	})
	for i, id := range []string{"lobby-1", "lobby-2", "match-1"} {
		if n := v.Nodes[i]; n.Node != id || n.Region != "eu" || n.Lobbies != (i < 2) || (n.Capacity == 10) != (i == 2) || n.Status == nil || n.Self != (i == 0) {
			t.Errorf("node %+v", n)
		}
	}
	m, l := v.Matches[0], v.Lobbies[0]
	if l.Node != "lobby-2" || m.Node != "match-1" || m.Lobby != l.ID || m.State != "running" || m.Epoch == 0 {
		t.Errorf("lobby %+v, match %+v", l, m)
	}
	for _, s := range v.Sessions {
		if plays := s.Name == "ann"; (s.Node == "lobby-2") != plays || (s.Match == m.Match) != plays {
			t.Errorf("session %+v", s)
		}
	}
	for _, name := range []string{"nodes", "matches", "drain"} {
		w.refused(protocol.CodeForbidden, ann.Call(w.ctx, "admin", name, map[string]string{"node": "match-1"}, nil))
	}
	var done struct {
		Sessions int `msgpack:"sessions"`
	}
	if err := root.Call(w.ctx, "admin", "kick", map[string]string{"user": ann.user}, &done); err != nil || done.Sessions != 1 {
		t.Errorf("kicked %d, %v", done.Sessions, err)
	}
	closed := (*protocol.Closed)(nil)
	if err := <-ann.ended; !errors.As(err, &closed) || closed.Code != protocol.CloseKicked {
		t.Errorf("ended with %v", err)
	}
	w.until("nobody is left to kick", func() bool { return root.Call(w.ctx, "admin", "kick", map[string]string{"user": ann.user}, nil) != nil })
	w.refused(protocol.CodeNotFound, root.Call(w.ctx, "admin", "kick", map[string]string{"user": ann.user}, nil))
}

func TestANodeThatIsDrainedHandsOverWhatItHasAndStaysUp(t *testing.T) {
	w := watch(t, []string{"lobby-1", "lobby-2"}, "match-1", "match-2")
	root, ann := w.client("root", "lobby-1"), w.client("ann", "lobby-2")
	w.plays(ann)
	var before view
	w.until("the match runs", func() bool {
		before = w.look(root)
		return len(before.Matches) == 1 && before.Matches[0].Players == 1 && len(before.Lobbies) == 1
	})
	from := before.Matches[0]
	for _, id := range []string{from.Node, "lobby-2"} {
		if err := root.Call(w.ctx, "admin", "drain", map[string]string{"node": id}, nil); err != nil {
			t.Fatal(id, ": ", err)
		}
	}
	var after view
	w.until("it runs elsewhere, and so does its lobby", func() bool {
		after = w.look(root)
		return len(after.Matches) == 1 && after.Matches[0].Node != from.Node && after.Matches[0].Players == 1 &&
			len(after.Lobbies) == 1 && after.Lobbies[0].Node == "lobby-1" &&
			!slices.ContainsFunc(after.Nodes, func(n nodeSeen) bool { return (n.Load == 1) != (n.Node == after.Matches[0].Node) })
	})
	if m := after.Matches[0]; m.Match != from.Match || m.Epoch <= from.Epoch {
		t.Errorf("%+v has become %+v", from, m)
	}
	for _, n := range after.Nodes {
		if drained := n.Node == from.Node || n.Node == "lobby-2"; n.Draining != drained || n.Status == nil || n.Status.Draining != drained {
			t.Errorf("node %+v", n)
		}
		want := http.StatusOK
		if n.Draining {
			want = http.StatusServiceUnavailable
		}
		if ready, healthy := w.status(n.Node, server.PathReady), w.status(n.Node, server.PathHealth); ready != want || healthy != http.StatusOK {
			t.Errorf("%s: readyz %d, healthz %d", n.Node, ready, healthy)
		}
	}
	for id, code := range map[string]string{after.Matches[0].Node: protocol.CodeUnavailable, "lobby-1": protocol.CodeUnavailable, "nobody": protocol.CodeNotFound} {
		w.refused(code, root.Call(w.ctx, "admin", "drain", map[string]string{"node": id}, nil))
	}
	if err := ann.Lobby().Leave(w.ctx); err != nil {
		t.Errorf("who was there before cannot use the node any more: %v", err)
	}
	w.log.names(t, map[string][]string{
		"match placed": {"node", "match", "lobby", "peer"}, "match made": {"node", "match", "lobby", "epoch"}, "match moved": {"node", "match", "lobby", "to"},
		"match taken": {"node", "match", "lobby", "from"}, "lobby received": {"node", "lobby", "from"}, "node told to drain": {"node", "peer", "by"},
		"an administrator drains this node": {"node", "user"},
	})
}

// pages is a log that many write.
type pages struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *pages) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

// names checks that there are these lines, and that they name what they are about, each once.
func (p *pages) names(t *testing.T, wanted map[string][]string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for line := range bytes.Lines(p.text.Bytes()) {
		var entry map[string]interface{}
		if err := json.Unmarshal(line, &entry); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"node", "match", "lobby", "user", "session"} {
			if bytes.Count(line, []byte(`"`+name+`":`)) > 1 && entry["by"] == nil {
				t.Errorf("%s twice in %s", name, line)
			}
		}
		message, _ := entry["msg"].(string)
		for _, name := range wanted[message] {
			if entry[name] == nil || entry[name] == "" {
				t.Errorf("no %s in %s", name, line)
			}
		}
		delete(wanted, message)
	}
	for message := range wanted {
		t.Errorf("%q is not logged", message)
	}
}

// fickle is a store that can be away.
type fickle struct {
	cluster.Engine
	away atomic.Bool
}

func (f *fickle) Acquire(ctx context.Context, kind cluster.Kind, id, owner string, ttl time.Duration) (cluster.Lease, error) {
	if f.away.Load() {
		return cluster.Lease{}, cluster.ErrUnavailable
	}
	return f.Engine.Acquire(ctx, kind, id, owner, ttl)
}

func (f *fickle) PutNode(ctx context.Context, lease cluster.Lease, n cluster.Node) error {
	if f.away.Load() {
		return cluster.ErrUnavailable
	}
	return f.Engine.PutNode(ctx, lease, n)
}

func (f *fickle) Nodes(ctx context.Context) ([]cluster.Node, error) {
	if f.away.Load() {
		return nil, cluster.ErrUnavailable
	}
	return f.Engine.Nodes(ctx)
}

func TestANodeIsReadyFromItsEntryInTheDirectoryOnWhateverBecomesOfTheStore(t *testing.T) {
	for name, lobbies := range map[string]bool{"lobbies": true, "match server": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := &fickle{Engine: memory.New(memory.Config{})}
			defer store.Close()
			s, err := node.New(watchedConfig("n", store, "ws://127.0.0.1:1", lobbies))
			if err != nil {
				t.Fatal(err)
			}
			status := func(path string) int {
				answer := httptest.NewRecorder()
				s.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
				return answer.Code
			}
			store.away.Store(true)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- s.Run(ctx) }()
			if status(server.PathReady) != http.StatusServiceUnavailable || status(server.PathHealth) != http.StatusOK {
				t.Errorf("before it is in the directory: readyz %d, healthz %d", status(server.PathReady), status(server.PathHealth))
			}
			store.away.Store(false)
			w := &watched{T: t, ctx: ctx}
			w.until("it is in the directory", func() bool {
				nodes, err := store.Nodes(ctx)
				return err == nil && len(nodes) == 1 && status(server.PathReady) == http.StatusOK
			})
			store.away.Store(true)
			if status(server.PathReady) != http.StatusOK || status(server.PathHealth) != http.StatusOK {
				t.Errorf("while the store is away: readyz %d, healthz %d", status(server.PathReady), status(server.PathHealth))
			}
			store.away.Store(false)
			stop()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if status(server.PathReady) != http.StatusServiceUnavailable || status(server.PathHealth) != http.StatusOK {
				t.Errorf("when it has drained: readyz %d, healthz %d", status(server.PathReady), status(server.PathHealth))
			}
		})
	}
}
