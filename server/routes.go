package server

import (
	"net/http"
	"net/http/pprof"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Paths of the service.
const (
	PathSocket  = "/ws"
	PathClient  = "/client.mjs"
	PathScript  = "/client.js"  // the same for a page without modules
	PathAdmin   = "/admin"      // the page of administrators
	PathKeys    = "/admin/keys" // tells that page whether any token could be good
	PathHealth  = "/healthz"
	PathReady   = "/readyz"
	PathMetrics = "/metrics"
)

func (s *Server) routes() (http.Handler, error) {
	ours, err := newAssets(s.cfg.Dev)
	if err != nil {
		return nil, err
	}
	var files http.Handler = ours
	if s.cfg.Pages != nil {
		files = withPages(s.cfg.Pages, ours.cache, ours)
	}
	registry, err := newRegistry(s)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodOptions} {
		mux.HandleFunc(method+" "+PathSocket, s.socket)
	}
	mux.HandleFunc("GET "+PathHealth, func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET "+PathReady, s.ready)
	mux.HandleFunc("GET "+PathKeys, s.keys)
	mux.Handle("GET "+PathMetrics, promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	if c := s.cfg.Cluster; c != nil && c.Mesh != nil && !c.Apart {
		mux.Handle("GET "+PathCluster, c.Mesh)
	}
	mux.Handle("GET /", files)
	if s.cfg.Dev {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux, nil
}

// InnerHandler serves what other nodes want of this one and nothing else, for a listener that they alone reach: the mesh, and the socket, which they dial
// for players who sit in matches here. It is to be served before Run and until Run has returned.
func (s *Server) InnerHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET "+PathSocket, s.hub)
	if c := s.cfg.Cluster; c != nil && c.Mesh != nil {
		mux.Handle("GET "+PathCluster, c.Mesh)
	}
	return mux
}

// socket takes WebSockets, and beside them the requests of links that have to do without (docs/PROTOCOL.md, section 12).
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	if websocket.IsWebSocketUpgrade(r) {
		s.hub.ServeHTTP(w, r)
		return
	}
	s.links.ServeHTTP(w, r)
}

// ready says whether players may be sent here. What the store does is nobody's business here: a node that is in the directory serves without it.
func (s *Server) ready(w http.ResponseWriter, _ *http.Request) {
	if s.draining.Load() {
		say(w, http.StatusServiceUnavailable, "draining")
		return
	}
	if c := s.cfg.Cluster; c != nil && c.Around != nil && !s.entered.Load() {
		say(w, http.StatusServiceUnavailable, "starting")
		return
	}
	say(w, http.StatusOK, "ready")
}

// keys says whether there is an authenticator. It is no secret: a token is refused where there is none.
func (s *Server) keys(w http.ResponseWriter, _ *http.Request) {
	if s.cfg.Auth == nil {
		say(w, http.StatusOK, "none")
		return
	}
	say(w, http.StatusOK, "some")
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// A client that went away does not want the answer.
	_, _ = w.Write([]byte(text + "\n"))
}
