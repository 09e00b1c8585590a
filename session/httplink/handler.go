package httplink

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

const idBytes = 16 // of randomness

// Config is what a [Handler] is made from. Zero values are the stated defaults.
type Config struct {
	Hub     *session.Hub // which serves the links; required
	Origins []string     // as session.Config.Origins

	PollWait     time.Duration // for which a poll is held when there is nothing to fetch; default 10 s
	BodyTimeout  time.Duration // for a POST's body to arrive; default 10 s
	WriteTimeout time.Duration // for what is fetched to be written; default 10 s
	FetchTimeout time.Duration // from the end of one GET to the next: after it the link is lost; default 3 s

	Random io.Reader // link names; must be cryptographic; default crypto/rand.Reader
}

// Handler serves links. It starts nothing but what the hub starts for a connection.
type Handler struct {
	cfg Config

	Opened  atomic.Uint64 // links ever
	Unknown atomic.Uint64 // requests about a link that there is not, or not any more
	Refused atomic.Uint64 // requests that were not let in, or not understood

	// Guarded by mu.
	mu    sync.Mutex
	links map[string]*link
}

// New makes a handler.
func New(cfg Config) (*Handler, error) {
	if cfg.Hub == nil {
		return nil, errors.New("httplink: no hub")
	}
	cfg.FetchTimeout = cmp.Or(cfg.FetchTimeout, 3*time.Second)
	for name, d := range map[string]*time.Duration{
		"FetchTimeout": &cfg.FetchTimeout, "PollWait": &cfg.PollWait, "BodyTimeout": &cfg.BodyTimeout, "WriteTimeout": &cfg.WriteTimeout,
	} {
		if *d = cmp.Or(*d, 10*time.Second); *d < time.Millisecond {
			return nil, fmt.Errorf("httplink: %s %v: want 1ms or more", name, *d)
		}
	}
	if cfg.Random == nil {
		cfg.Random = rand.Reader
	}
	return &Handler{cfg: cfg, links: map[string]*link{}}, nil
}

// Links is how many links are open.
func (h *Handler) Links() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.links)
}

// ServeHTTP takes the requests of links. Answers: 201 with the link's name, 200 with records, 204 for records taken; 400 for what is not
// understood, 403 for a foreign origin, 429 or 503 as [session.Hub.Enter] has it, 404 for a link that is not there, 409 beside another request of the same kind, 413 for
// a body that is too big.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !session.OriginAllowed(h.cfg.Origins, r) {
		h.refuse(w, http.StatusForbidden, "origin not allowed")
		return
	}
	allowOrigin(w, r)
	w.Header().Set("Cache-Control", "no-store, no-transform")
	id := r.Header.Get(protocol.HeaderLink)
	switch {
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
		return
	case r.Method == http.MethodPost && id == "":
		h.open(w, r)
		return
	case r.Method != http.MethodPost && r.Method != http.MethodGet:
		w.Header().Set("Allow", "GET, POST, OPTIONS")
		h.refuse(w, http.StatusMethodNotAllowed, "want GET or POST")
		return
	case id == "":
		h.refuse(w, http.StatusBadRequest, "want a WebSocket handshake, or a "+protocol.HeaderLink+" header")
		return
	}
	l := h.find(id)
	switch {
	case l == nil:
		h.Unknown.Add(1)
		http.Error(w, "no such link", http.StatusNotFound)
	case r.Method == http.MethodPost:
		h.up(w, r, l)
	default:
		h.down(w, r, l)
	}
}

// open makes a link, which hears of what the request's body has.
func (h *Handler) open(w http.ResponseWriter, r *http.Request) {
	leave, entered := h.cfg.Hub.Enter(w, r)
	if !entered {
		return
	}
	served := false
	defer func() {
		if !served {
			leave()
		}
	}()
	body, ok := h.body(w, r, protocol.MaxHelloFrame+protocol.RecordHead)
	if !ok {
		return
	}
	var name [idBytes]byte
	if _, err := io.ReadFull(h.cfg.Random, name[:]); err != nil {
		http.Error(w, "no randomness", http.StatusInternalServerError)
		return
	}
	l := newLink(base64.RawURLEncoding.EncodeToString(name[:]), nil)
	l.remove = func() { h.forget(l) }
	h.mu.Lock()
	h.links[l.id] = l
	h.mu.Unlock()
	h.Opened.Add(1)
	serve, err := h.cfg.Hub.Accept(l)
	if err != nil {
		http.Error(w, "going away", http.StatusServiceUnavailable)
		return
	}
	l.named.Store(true)
	l.unfetched = time.AfterFunc(h.cfg.FetchTimeout, func() { _ = l.Close() })
	served = true
	go func(ctx context.Context) {
		defer leave()
		_ = serve(ctx) // how a connection ended is counted and logged; there is nobody else to tell
	}(context.WithoutCancel(r.Context()))
	l.up.Lock()
	defer l.up.Unlock()
	if !h.deliver(w, r, l, body) {
		return
	}
	w.WriteHeader(http.StatusCreated)
	_, _ = io.WriteString(w, l.id) // a client that is gone opens no GET, and the hub sees to the rest
}

func (h *Handler) find(id string) *link {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.links[id]
}

func (h *Handler) forget(l *link) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.links, l.id)
}

func (h *Handler) refuse(w http.ResponseWriter, status int, why string) {
	h.Refused.Add(1)
	http.Error(w, why, status)
}

// allowOrigin lets the page of another origin, which has been found to be allowed, read the answer (Fetch standard, CORS protocol).
func allowOrigin(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return
	}
	head := w.Header()
	head.Set("Access-Control-Allow-Origin", origin)
	head.Add("Vary", "Origin")
	if r.Method == http.MethodOptions {
		head.Set("Access-Control-Allow-Methods", "GET, POST")
		head.Set("Access-Control-Allow-Headers", protocol.HeaderLink+", "+protocol.HeaderDown+", Content-Type")
		head.Set("Access-Control-Max-Age", "600")
	}
}
