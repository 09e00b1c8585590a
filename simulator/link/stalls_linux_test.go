package link_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/deltatick/deltatick/simulator/link"
)

// A stall on this link is about 1.25 x 120 + 5 + 17 = 172 ms long, well over what counts as one. What runs over the real network and over the model: messages of some bytes at a steady rate, on several connections, with a
// share of the packets lost at random both ways.
const (
	realWay      = 60 * time.Millisecond // one way, by the relay
	realLoss     = 2.0                   // percent, by iptables
	realBytes    = 64
	realGap      = time.Second / 60
	realMessages = 15 * 60 // 15 s
	realConns    = 8
	stallOver    = 150 * time.Millisecond
)

// inNamespace is set for the process that the test runs in namespaces of its own.
const inNamespace = "LINK_TEST_IN_NAMESPACE"

// course is how a stream fared.
type course struct {
	Late   []time.Duration // of each message, over the quickest one
	Stalls int             // gaps of more than stallOver between arrivals
}

func (c *course) add(sent, arrived []time.Duration) {
	quickest := arrived[0] - sent[0]
	for i := range sent {
		quickest = min(quickest, arrived[i]-sent[i])
	}
	for i := range sent {
		c.Late = append(c.Late, arrived[i]-sent[i]-quickest)
		if i > 0 && arrived[i]-arrived[i-1] > stallOver {
			c.Stalls++
		}
	}
}

func (c *course) quantile(q float64) time.Duration {
	slices.Sort(c.Late)
	return c.Late[int(q*float64(len(c.Late)-1))]
}

// The model's stalls are held to those of the kernel's TCP: two network namespaces with a TUN device each, a relay between them that delays every
// packet, and iptables that drops packets at random, so that the loss, its discovery and the retransmission are the kernel's. It needs Linux with
// user namespaces (or root), /dev/net/tun, and the commands ip and iptables. In CI their lack is a failure.
func TestTheStallsAreThoseOfRealTCP(t *testing.T) {
	if os.Getenv(inNamespace) != "" {
		t.Skip("this process is a part of the test")
	}
	if testing.Short() {
		t.Skip("takes 15 s of real time")
	}
	actual, err := overRealTCP()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("needs user namespaces or root, /dev/net/tun, ip and iptables: %v", err)
		}
		t.Skipf("needs user namespaces or root, /dev/net/tun, ip and iptables: %v", err)
	}
	var model course
	for c := range uint64(realConns) {
		d := link.NewDirection(link.Profile{RTT: 2 * realWay, Loss: realLoss}, 0, 0, 1, c)
		sent := make([]time.Duration, realMessages)
		for i := range sent {
			sent[i] = time.Duration(i) * realGap
		}
		model.add(sent, stream(d, realMessages, realBytes, realGap))
	}
	t.Logf("messages late by, kernel and model: p90 %v and %v, p95 %v and %v, p99 %v and %v; stalls %d and %d",
		actual.quantile(.9), model.quantile(.9), actual.quantile(.95), model.quantile(.95), actual.quantile(.99), model.quantile(.99),
		actual.Stalls, model.Stalls)
	const factor = 2 // other work on the machine makes what is real later: 1.2 where there is little
	for _, figure := range []struct {
		name          string
		kernel, model float64
	}{
		{"p95 of lateness, ms", actual.quantile(.95).Seconds() * 1000, model.quantile(.95).Seconds() * 1000},
		{"p99 of lateness, ms", actual.quantile(.99).Seconds() * 1000, model.quantile(.99).Seconds() * 1000},
	} {
		if ratio := figure.model / figure.kernel; !(ratio < factor && ratio > 1/factor) {
			t.Errorf("%s: kernel %.0f, model %.0f, which is not within a factor of %v", figure.name, figure.kernel, figure.model, factor)
		}
	}
	if ratio := float64(model.Stalls) / float64(actual.Stalls); !(ratio < factor && ratio > 1/factor) {
		t.Errorf("kernel %d stalls, model %d, which is not within a factor of %v", actual.Stalls, model.Stalls, factor)
	}
}

// overRealTCP runs this test's binary in namespaces of its own.
func overRealTCP() (*course, error) {
	for _, tool := range []string{"ip", "iptables"} {
		if _, err := exec.LookPath(tool); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command("/proc/self/exe", "-test.run=^TestInNamespaces$", "-test.count=1")
	cmd.Env = append(os.Environ(), inNamespace+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	_, text, _ := strings.Cut(string(out), "course: ")
	text, _, _ = strings.Cut(text, "\n")
	var c course
	if err := json.Unmarshal([]byte(text), &c); err != nil || len(c.Late) == 0 {
		return nil, fmt.Errorf("no course in %.300q: %w", out, err)
	}
	return &c, nil
}

// TestInNamespaces is the part of the test above that runs in namespaces.
func TestInNamespaces(t *testing.T) {
	if os.Getenv(inNamespace) == "" {
		t.Skip("is run by TestTheStallsAreThoseOfRealTCP")
	}
	near, far := newPlace(t, "10.9.0.1", "10.9.0.2"), newPlace(t, "10.9.0.2", "10.9.0.1")
	go relay(near.tun, far.tun)
	go relay(far.tun, near.tun)
	var listener net.Listener
	far.do(func() (err error) {
		listener, err = net.Listen("tcp4", "10.9.0.2:7000")
		return err
	})
	conns, accepted := make([]net.Conn, realConns), make([]net.Conn, realConns)
	// The usual congestion control, whatever this machine's is.
	dialer := net.Dialer{Timeout: 20 * time.Second, Control: func(_, _ string, c syscall.RawConn) (err error) {
		_ = c.Control(func(fd uintptr) {
			err = syscall.SetsockoptString(int(fd), syscall.IPPROTO_TCP, syscall.TCP_CONGESTION, "cubic")
		})
		return err
	}}
	for i := range conns {
		near.do(func() (err error) {
			conns[i], err = dialer.Dial("tcp4", "10.9.0.2:7000")
			return err
		})
		var err error
		if accepted[i], err = listener.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	// Lost only from here on, so that all connections begin alike.
	for _, p := range []*place{near, far} {
		p.do(func() error {
			return run("iptables", "-A", "INPUT", "-p", "tcp", "-m", "statistic", "--mode", "random",
				"--probability", fmt.Sprint(realLoss/100), "-j", "DROP")
		})
	}
	var mu sync.Mutex
	var all course
	var work sync.WaitGroup
	began := time.Now()
	for i := range conns {
		sent, arrived := make([]time.Duration, realMessages), make([]time.Duration, realMessages)
		work.Go(func() {
			message := make([]byte, realBytes)
			for n := range sent {
				time.Sleep(time.Until(began.Add(time.Duration(n) * realGap)))
				binary.BigEndian.PutUint32(message, uint32(n))
				sent[n] = time.Since(began)
				if _, err := conns[i].Write(message); err != nil {
					t.Error(err)
					return
				}
			}
		})
		work.Go(func() {
			message := make([]byte, realBytes)
			for n := range arrived {
				if _, err := io.ReadFull(accepted[i], message); err != nil {
					t.Error(err)
					return
				}
				arrived[n] = time.Since(began)
			}
			mu.Lock()
			defer mu.Unlock()
			all.add(sent, arrived)
		})
	}
	work.Wait()
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\ncourse: %s\n", text)
	os.Exit(0) // the relays read from devices that nothing closes
}

// place is a network namespace: an OS thread that is in it.
type place struct {
	t    *testing.T
	tun  *os.File
	jobs chan func()
}

// newPlace makes a namespace with an address that reaches another one.
func newPlace(t *testing.T, addr, peer string) *place {
	p := &place{t: t, jobs: make(chan func())}
	go func() {
		runtime.LockOSThread() // for good: what this thread starts and opens is in its namespace
		for job := range p.jobs {
			job()
		}
	}()
	p.do(func() (err error) {
		if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
			return err
		}
		if p.tun, err = openTUN("tun0"); err != nil {
			return err
		}
		if err := run("ip", "addr", "add", addr, "peer", peer, "dev", "tun0"); err != nil {
			return err
		}
		return run("ip", "link", "set", "tun0", "up")
	})
	return p
}

// do does something in the namespace.
func (p *place) do(job func() error) {
	p.t.Helper()
	done := make(chan error)
	p.jobs <- func() { done <- job() }
	if err := <-done; err != nil {
		p.t.Fatal(err)
	}
}

func run(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %v: %w: %s", name, args, err, out)
	}
	return nil
}

// openTUN makes a TUN device whose packets are read and written bare (linux/if_tun.h).
func openTUN(name string) (*os.File, error) {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("/dev/net/tun: %w", err)
	}
	const ifNameSize, reqSize, iffTUN, iffNoPI = 16, 40, 1, 0x1000
	var req [reqSize]byte
	copy(req[:ifNameSize-1], name)
	binary.NativeEndian.PutUint16(req[ifNameSize:], iffTUN|iffNoPI)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&req))); errno != 0 {
		return nil, fmt.Errorf("TUNSETIFF: %w", errno)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// relay carries packets one way, each as late as the next.
func relay(from, to *os.File) {
	type late struct {
		at   time.Time
		data []byte
	}
	under := make(chan late, 4096)
	go func() {
		for p := range under {
			time.Sleep(time.Until(p.at))
			_, _ = to.Write(p.data)
		}
	}()
	buf := make([]byte, 2048)
	for {
		n, err := from.Read(buf)
		if err != nil {
			return
		}
		under <- late{time.Now().Add(realWay), slices.Clone(buf[:n])}
	}
}
