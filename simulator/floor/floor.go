package floor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Config says what is written to whom.
type Config struct {
	Rooms int // at least 1
	Frame int // bytes of a frame's payload, at least 1
	Rate  int // frames a second for each connection; default 60
}

// Floor is the bare server. Make it with [New], let one goroutine [Floor.Run] it, and serve it over HTTP: connections name their room, from
// 0, as in /?room=7.
type Floor struct {
	rooms []room
	frame []byte
	rate  int
}

// room is who is written to in one tick.
type room struct {
	mu      sync.Mutex
	members []*websocket.Conn
}

// New makes a floor. It starts nothing.
func New(cfg Config) (*Floor, error) {
	cfg.Rate = cmp.Or(cfg.Rate, 60)
	if cfg.Rooms < 1 || cfg.Frame < 1 || cfg.Rate < 1 {
		return nil, fmt.Errorf("floor: %d rooms, frames of %d bytes, %d a second: want 1 or more of each", cfg.Rooms, cfg.Frame, cfg.Rate)
	}
	return &Floor{rooms: make([]room, cfg.Rooms), frame: make([]byte, cfg.Frame), rate: cfg.Rate}, nil
}

// Run writes until ctx ends. Rooms have their ticks at different places in the period, evenly spread, as a server's matches have.
func (f *Floor) Run(ctx context.Context) {
	period := time.Second / time.Duration(f.rate)
	var all sync.WaitGroup
	for i := range f.rooms {
		all.Go(func() { f.rooms[i].run(ctx, period*time.Duration(i)/time.Duration(len(f.rooms)), period, f.frame) })
	}
	all.Wait()
}

func (r *room) run(ctx context.Context, phase, period time.Duration, frame []byte) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(phase):
	}
	ticker := time.NewTicker(period)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			r.write(frame)
		}
	}
}

func (r *room) write(frame []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ws := range r.members {
		// A connection that cannot be written to cannot be read from either, and its reader takes it out.
		_ = ws.WriteMessage(websocket.BinaryMessage, frame)
	}
}

func (r *room) add(ws *websocket.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members = append(r.members, ws)
}

func (r *room) remove(ws *websocket.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members = slices.DeleteFunc(r.members, func(m *websocket.Conn) bool { return m == ws })
}

var upgrader websocket.Upgrader

// ServeHTTP takes a connection into its room and reads from it until it ends.
func (f *Floor) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	n, err := strconv.Atoi(q.URL.Query().Get("room"))
	if err == nil && (n < 0 || n >= len(f.rooms)) {
		err = errors.New("no such room")
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	ws, err := upgrader.Upgrade(w, q, nil)
	if err != nil {
		return // it has answered
	}
	defer ws.Close()
	f.rooms[n].add(ws)
	defer f.rooms[n].remove(ws)
	buf := make([]byte, 4096)
	for {
		_, r, err := ws.NextReader()
		if err != nil {
			return
		}
		for err == nil {
			_, err = r.Read(buf)
		}
	}
}
