package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"runtime/pprof"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/cluster/redis"
	"github.com/deltatick/deltatick/games/arena"
	"github.com/deltatick/deltatick/games/swarm"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/server/node"
	"github.com/deltatick/deltatick/simulator/floor"
	"github.com/deltatick/deltatick/simulator/load"
	"github.com/deltatick/deltatick/simulator/machine"
)

// childArg is the first argument of a process that is a child; the second is its order.
const childArg = "child"

// order is what a child is to be. It says [started] on its standard output when it is that, then a [sample] for every line on its
// standard input, and ends when that does, so that no child outlives its parent.
type order struct {
	Role     string // roleServer, roleNode, roleFloor or roleLoad
	Redis    string // of roleNode
	Floor    floor.Config
	Load     load.Config
	Sessions int
	Profile  string // file for a CPU profile from the first sample to the second
	Heap     string // file for a heap profile at the last sample
}

const (
	roleServer = "server"
	roleNode   = "node" // a server whose lobbies and matches outlive it, by what Redis keeps of them
	roleFloor  = "floor"
	roleLoad   = "load"
)

// started is a child's first word.
type started struct {
	Addr netip.AddrPort // for the servers
}

// runChild returns the exit code.
func runChild(text string, in io.Reader, out, errOut io.Writer) int {
	var o order
	err := json.Unmarshal([]byte(text), &o)
	if err == nil {
		err = o.run(in, json.NewEncoder(out))
	}
	if err != nil {
		fmt.Fprintf(errOut, "cost: the %s: %v\n", o.Role, err)
		return 1
	}
	return 0
}

func (o order) run(in io.Reader, out *json.Encoder) error {
	ctx, stop := context.WithCancelCause(context.Background())
	defer stop(nil)
	switch o.Role {
	case roleServer, roleNode:
		listener, err := listen()
		if err != nil {
			return err
		}
		s, err := o.server(listener.Addr())
		if err != nil {
			return err
		}
		return o.serve(ctx, stop, listener, s.Handler(), s.Run, in, out, func(m *sample) { m.Ticks = s.Ticks() })
	case roleFloor:
		listener, err := listen()
		if err != nil {
			return err
		}
		f, err := floor.New(o.Floor)
		if err != nil {
			return err
		}
		run := func(ctx context.Context) error { f.Run(ctx); return nil }
		return o.serve(ctx, stop, listener, f, run, in, out, func(*sample) {})
	case roleLoad:
		l, err := load.New(o.Load)
		if err != nil {
			return err
		}
		go func() {
			// The answers come after the first word, which ready says.
			if err := l.Run(ctx, func() { _ = out.Encode(started{}); go o.answer(stop, in, out, func(m *sample) { m.Load = l.Sample() }) }); err != nil {
				stop(err)
			}
		}()
		<-ctx.Done()
		return cause(ctx)
	}
	return fmt.Errorf("no role %q", o.Role)
}

// listen takes a free port.
func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

// server makes the server that is measured.
func (o order) server(addr net.Addr) (*server.Server, error) {
	cfg := server.Config{
		Guests: true,
		Kinds:  []match.Kind{arena.Kind(), swarm.Kind()}, MaxSessions: o.Sessions, MaxLobbies: o.Sessions, DrainWait: time.Millisecond,
	}
	if o.Role == roleServer {
		return server.New(cfg)
	}
	engine, err := redis.Dial(redis.Config{URL: o.Redis})
	if err != nil {
		return nil, err
	}
	return node.New(node.Config{Server: cfg, Engine: engine, Secret: []byte(uuid.NewString()), URL: "ws://" + addr.String(), Matches: o.Sessions})
}

// serve is a server until standard input ends.
func (o order) serve(
	ctx context.Context, stop context.CancelCauseFunc, listener net.Listener, h http.Handler, run func(context.Context) error,
	in io.Reader, out *json.Encoder, fill func(*sample),
) error {
	if err := machine.Files(o.Sessions + spareFiles); err != nil {
		return err
	}
	front := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	go func() { stop(front.Serve(listener)) }()
	addr, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil {
		return err
	}
	if err := out.Encode(started{addr}); err != nil {
		return err
	}
	go o.answer(stop, in, out, fill)
	_ = run(ctx) // ended by the end of the input: what is then left over does not matter
	return errors.Join(cause(ctx), front.Close())
}

// spareFiles is what a process has open besides its connections, generously.
const spareFiles = 64

// answer gives a sample for every line, and stops the child when there are no more.
func (o order) answer(stop context.CancelCauseFunc, in io.Reader, out *json.Encoder, fill func(*sample)) {
	lines := bufio.NewScanner(in)
	for n := 0; lines.Scan(); n++ {
		if err := o.profile(n); err != nil {
			stop(err)
			return
		}
		s := newSample()
		fill(&s)
		if err := out.Encode(s); err != nil {
			stop(err)
			return
		}
	}
	stop(errDone)
}

var errDone = errors.New("input over")

// cause is why a child has ended, nil for the usual reason.
func cause(ctx context.Context) error {
	if err := context.Cause(ctx); !errors.Is(err, errDone) {
		return err
	}
	return nil
}

// profile writes what the order asks for around its n-th sample: the measured time is between numbers 1 and 2.
func (o order) profile(n int) error {
	switch {
	case n == 1 && o.Profile != "":
		file, err := os.Create(o.Profile)
		if err != nil {
			return err
		}
		return pprof.StartCPUProfile(file)
	case n == 2:
		pprof.StopCPUProfile()
		if o.Heap == "" {
			return nil
		}
		file, err := os.Create(o.Heap)
		if err != nil {
			return err
		}
		return errors.Join(pprof.Lookup("heap").WriteTo(file, 0), file.Close())
	}
	return nil
}
