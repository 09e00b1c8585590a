package fleet

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config is what a [Fleet] is made from. Zero values are the stated defaults.
type Config struct {
	Lobbies int      // lobby nodes; default 2
	Matches int      // match servers; default 2; below 0: none, lobby nodes run matches
	Addr    string   // of the balancer; default 127.0.0.1:0
	Redis   string   // redis-server to start; default "redis-server" of the path
	Args    []string // further flags of every node
	Wires   bool     // each node reaches Redis over a [Wire] of its own
	Bin     string   // folder with the programs server and matchserver; default: they are built
	Log     io.Writer
	Died    func(Death) // told of each process that ends by itself, or by somebody else, before Close; by goroutines of their own. Default: nobody

	Patience time.Duration // for one process to be ready; default 30 s
}

// Fleet is a running service.
type Fleet struct {
	Redis   *Process
	Lobbies []*Process
	Matches []*Process

	cfg      Config
	balancer *Balancer
	wires    map[*Process]*Wire
	dir      string // of what it needs on disk; removed by Close
	redis    string // URL

	mu  sync.Mutex
	out map[*Process]bool // taken out of the balancer
}

// Start builds what is needed and starts everything. The error says which process could not be started, with what it said; nothing is left running then.
func Start(cfg Config) (f *Fleet, err error) {
	cfg.Lobbies, cfg.Matches = cmp.Or(cfg.Lobbies, 2), cmp.Or(cfg.Matches, 2)
	cfg.Addr, cfg.Redis = cmp.Or(cfg.Addr, "127.0.0.1:0"), cmp.Or(cfg.Redis, "redis-server")
	cfg.Patience = cmp.Or(cfg.Patience, 30*time.Second)
	if cfg.Log == nil {
		cfg.Log = io.Discard
	}
	f = &Fleet{cfg: cfg, out: map[*Process]bool{}, wires: map[*Process]*Wire{}}
	defer func() {
		if err != nil {
			f.Close()
			f = nil
		}
	}()
	if f.dir, err = os.MkdirTemp("", "deltatick-fleet-"); err != nil {
		return f, err
	}
	if cfg.Bin == "" {
		if err := Build(f.dir); err != nil {
			return f, err
		}
		f.cfg.Bin = f.dir
	}
	if err := f.startRedis(); err != nil {
		return f, err
	}
	if err := f.startNodes(); err != nil {
		return f, err
	}
	f.balancer, err = NewBalancer(cfg.Addr, f.open)
	return f, err
}

// Build builds the programs of a fleet into a folder.
func Build(dir string) error {
	for _, program := range []string{"server", "matchserver"} {
		build := exec.Command("go", "build", "-o", filepath.Join(dir, program), "github.com/deltatick/deltatick/cmd/"+program)
		if said, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", program, err, said)
		}
	}
	return nil
}

func (f *Fleet) startRedis() error {
	port, err := freePort()
	if err != nil {
		return err
	}
	f.redis = redisScheme + "127.0.0.1:" + strconv.Itoa(port)
	f.Redis = &Process{
		Name: "redis", Role: "store", path: f.cfg.Redis, ready: "Ready to accept connections", log: io.Discard, died: f.cfg.Died,
		args: []string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", f.dir},
	}
	return f.Redis.Start(f.cfg.Patience)
}

func (f *Fleet) startNodes() error {
	secret := make([]byte, 32)
	rand.Read(secret)
	file := filepath.Join(f.dir, "secret")
	if err := os.WriteFile(file, []byte(hex.EncodeToString(secret)), 0o600); err != nil {
		return err
	}
	shared := []string{"-cluster-secret-file", file}
	for i := range f.cfg.Matches {
		p, err := f.node("matchserver", fmt.Sprintf("match-%d", i+1), shared)
		if err != nil {
			return err
		}
		f.Matches = append(f.Matches, p)
	}
	for i := range f.cfg.Lobbies {
		more := shared
		if f.cfg.Matches > 0 {
			more = append(slices.Clone(shared), "-matches", "0")
		}
		p, err := f.node("server", fmt.Sprintf("lobby-%d", i+1), more)
		if err != nil {
			return err
		}
		f.Lobbies = append(f.Lobbies, p)
	}
	started := make(chan error, len(f.Matches)+len(f.Lobbies))
	for _, p := range f.Nodes() {
		go func() { started <- p.Start(f.cfg.Patience) }()
	}
	var err error
	for range cap(started) {
		err = errors.Join(err, <-started)
	}
	return err
}

// node makes a node's process. It keeps its port over restarts.
func (f *Fleet) node(program, id string, flags []string) (*Process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	addr := "127.0.0.1:" + strconv.Itoa(port)
	store, wire := f.redis, (*Wire)(nil)
	if f.cfg.Wires {
		if wire, err = NewWire(strings.TrimPrefix(f.redis, redisScheme)); err != nil {
			return nil, err
		}
		store = redisScheme + wire.Addr()
	}
	args := slices.Concat([]string{"-addr", addr, "-node", id, "-public-url", "ws://" + addr, "-redis", store}, flags, f.cfg.Args)
	p := &Process{
		Name: id, Role: roles[program], path: filepath.Join(f.cfg.Bin, program), args: args, ready: "msg=ready", log: prefixed(f.cfg.Log, id+": "),
		env: []string{"DELTATICK_LOG_FORMAT=text"}, died: f.cfg.Died,
	}
	if wire != nil {
		f.wires[p] = wire
	}
	return p, nil
}

var roles = map[string]string{"server": "lobby node", "matchserver": "match server"}

const redisScheme = "redis://"

// Wire is what a node reaches Redis over; nil unless Config.Wires asks for them.
func (f *Fleet) Wire(p *Process) *Wire { return f.wires[p] }

// freePort finds a port on loopback.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

// Nodes are all nodes.
func (f *Fleet) Nodes() []*Process { return slices.Concat(f.Matches, f.Lobbies) }

// Addr is where clients find the service: the balancer, which sends each connection to any lobby node.
func (f *Fleet) Addr() string { return f.balancer.Addr() }

// AddrOf is where a node listens.
func (f *Fleet) AddrOf(p *Process) string { return p.args[1] }

// RedisURL is where the nodes find Redis.
func (f *Fleet) RedisURL() string { return f.redis }

// Out has the balancer send nobody to a lobby node any more, as an operator does before a node is stopped; in says that it may again.
func (f *Fleet) Out(p *Process) (in func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out[p] = true
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.out, p)
	}
}

// open are the lobby nodes that the balancer may send somebody to.
func (f *Fleet) open() (addrs []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.Lobbies {
		if !f.out[p] {
			addrs = append(addrs, f.AddrOf(p))
		}
	}
	return addrs
}

// Close ends everything that was started.
func (f *Fleet) Close() {
	if f.balancer != nil {
		f.balancer.Close()
	}
	for _, p := range f.Nodes() {
		_ = p.Kill()
	}
	if f.Redis != nil {
		_ = f.Redis.Kill()
	}
	for _, w := range f.wires {
		w.Close()
	}
	if f.dir != "" {
		_ = os.RemoveAll(f.dir)
	}
}

// prefixed writes each line with a prefix.
func prefixed(to io.Writer, prefix string) io.Writer { return &prefixer{to: to, prefix: prefix} }

type prefixer struct {
	to     io.Writer
	prefix string
	mu     sync.Mutex
	rest   string // of a line that has not ended
}

func (p *prefixer) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := strings.SplitAfter(p.rest+string(b), "\n")
	p.rest = lines[len(lines)-1]
	for _, line := range lines[:len(lines)-1] {
		if _, err := io.WriteString(p.to, p.prefix+line); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
