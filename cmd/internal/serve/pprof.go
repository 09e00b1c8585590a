package serve

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// profiles serves /debug/pprof by itself, apart from players, until stop is called. An empty addr serves nothing.
func profiles(addr string) (bound net.Addr, stop func(), err error) {
	if addr == "" {
		return nil, func() {}, nil
	}
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, nil, fmt.Errorf("-pprof %s: %w", addr, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = srv.Serve(listener) // ends with stop; and players are served without profiles, too
	}()
	return listener.Addr(), func() {
		_ = srv.Close()
		<-served
	}, nil
}

// checkLoopback refuses an address that others than this machine could reach: profiles tell what is none of their business, and cost.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%q is not a loopback address, such as 127.0.0.1:6060", addr)
	}
	return nil
}
