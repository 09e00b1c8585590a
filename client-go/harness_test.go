package client_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	"go.uber.org/goleak"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a running client and the server it talks to, both in memory and in virtual time.
type rig struct {
	*testing.T
	srv    *clienttest.Server
	c      *client.Client
	ctx    context.Context
	cancel context.CancelCauseFunc
	ended  chan error // Run's result
	aside  sync.WaitGroup
}

var errTestOver = errors.New("test over")

// bubble runs test with a rig in virtual time.
func bubble(t *testing.T, cfg client.Config, test func(r *rig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := &rig{T: t, srv: clienttest.NewServer(), ended: make(chan error, 1)}
		cfg.URL, cfg.NetDial = clienttest.URL, r.srv.Dial
		if cfg.Rand == nil {
			cfg.Rand = rand.New(rand.NewPCG(1, 2))
		}
		var err error
		if r.c, err = client.New(cfg); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		r.ctx, r.cancel = ctx, cancel
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			r.ended <- r.c.Run(ctx)
		}()
		defer func() {
			cancel(errTestOver)
			<-stopped
			r.srv.Close()
			r.aside.Wait()
		}()
		test(r)
	})
}

// accept takes the next connection and its hello.
func (r *rig) accept() (*clienttest.Conn, protocol.Hello) {
	r.Helper()
	conn, err := r.srv.Accept(r.ctx)
	r.must(err)
	hello, err := conn.Hello()
	r.must(err)
	return conn, hello
}

// welcome takes the next connection and welcomes it, as a resume if it asked for one.
func (r *rig) welcome(w protocol.Welcome) (*clienttest.Conn, protocol.Hello) {
	r.Helper()
	conn, hello := r.accept()
	w.Resumed = hello.Resume != nil
	r.must(conn.Welcome(w))
	synctest.Wait()
	return conn, hello
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// pongs answers pings until the connection ends, so that the link stays alive while a test lets time pass.
func (r *rig) pongs(conn *clienttest.Conn) {
	r.aside.Go(func() {
		for {
			frame, err := conn.NextOf(protocol.KindPing)
			if err != nil {
				return
			}
			ping, err := protocol.NewReader().Ping(frame)
			if err != nil || conn.Send(&protocol.Pong{Kind: protocol.KindPong, Time: ping.Time}) != nil {
				return
			}
		}
	})
}

type ship struct {
	X, Y    float32 `sync:"min=0,max=1600,step=0.01"`
	Heading float64 `sync:"angle,bits=12"`
	HP      uint8
	Alive   bool
	Name    string `sync:"max=24"`
}

type controls struct {
	Turn   int8 `sync:"min=-1,max=1"`
	Thrust bool
	Aim    float64 `sync:"angle,bits=10"`
}

var (
	shipPlan  = mustPlan(reflect.TypeFor[ship]())
	inputPlan = mustPlan(reflect.TypeFor[controls]())
	schema    = protocol.Schema{{Name: "ships", Fields: shipPlan.Fields}, {Name: "none"}}
)

func mustPlan(t reflect.Type) *protocol.Plan {
	p, err := protocol.PlanOf(t, 60)
	if err != nil {
		panic(err)
	}
	return p
}

func enter(epoch uint32, seat uint16) *protocol.Enter {
	return &protocol.Enter{
		Kind: protocol.KindEnter, Epoch: epoch, Match: "m1", Game: "arena", Seat: seat, TickRate: 60, Tick: 100,
		HashEvery: 4, Tables: schema, Inputs: inputPlan.Fields,
	}
}

// world makes a snapshot of ships with ids 1, 2, ...
func world(tick uint32, ships ...ship) *protocol.Snapshot {
	s := protocol.NewSnapshot(schema)
	s.Reset(tick)
	s.Tables[0].Resize(len(ships), schema[0].Fields)
	for i := range ships {
		s.Tables[0].IDs[i] = uint32(i + 1)
		shipPlan.Quantise(&s.Tables[0], i, unsafe.Pointer(&ships[i]))
	}
	return s
}

// snapshot is the frame that turns base, nil for a keyframe, into cur.
func snapshot(epoch uint32, base, cur *protocol.Snapshot) []byte {
	head := protocol.SnapshotHead{Epoch: epoch, Tick: cur.Tick, Hash: protocol.Hash(cur, schema), HasHash: true}
	if base != nil {
		head.Base = base.Tick
	}
	return frameOf(head, base, cur)
}

func frameOf(head protocol.SnapshotHead, base, cur *protocol.Snapshot) []byte {
	frame := append([]byte(nil), protocol.NewHeadEncoder().Encode(head)...)
	return append(frame, protocol.NewBodyEncoder(schema).Encode(base, cur)...)
}

func event(seq uint32, channel, name string, payload any) *protocol.Event {
	return &protocol.Event{Kind: protocol.KindEvent, Seq: seq, Channel: channel, Name: name, Payload: protocol.MustEncode(payload)}
}

// settle lets everything that can happen without time passing happen.
func settle() { synctest.Wait() }

func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
