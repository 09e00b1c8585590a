package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Process is one that the fleet started, and may start again. Its methods are called by one goroutine at a time.
type Process struct {
	Name string
	Role string // what it is there for

	path  string
	args  []string
	env   []string
	log   io.Writer // what it says, beside tail
	ready string    // what it says when it can be used
	died  func(Death)

	cmd    *exec.Cmd
	asked  *atomic.Bool  // it was this program that ended it
	exited chan struct{} // closed when it is over, and that was told
	said   *tail
}

// Death is the end of a process that the fleet did not end.
type Death struct {
	Name string
	PID  int
	How  string // such as "exit status 1" and "signal: killed"
}

// String says all of it.
func (d Death) String() string { return fmt.Sprintf("%s (pid %d) has ended: %s", d.Name, d.PID, d.How) }

// Start runs the process and waits until it says that it is ready.
func (p *Process) Start(patience time.Duration) error {
	p.said = newTail(p.ready)
	p.cmd = exec.Command(p.path, p.args...)
	p.cmd.Env = append(os.Environ(), p.env...)
	p.cmd.Stdout = io.MultiWriter(p.said, p.log)
	p.cmd.Stderr = p.cmd.Stdout
	p.cmd.SysProcAttr = endWithParent()
	if err := p.cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	cmd, asked, exited := p.cmd, new(atomic.Bool), make(chan struct{})
	p.asked, p.exited = asked, exited
	go func() {
		defer close(exited)
		_ = cmd.Wait() // the error is the state's
		if p.died != nil && !asked.Load() {
			p.died(Death{p.Name, cmd.Process.Pid, cmd.ProcessState.String()})
		}
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-p.said.found:
		return nil
	case <-p.exited:
		return fmt.Errorf("%s ended before it was ready (%s):\n%s", p.Name, cmd.ProcessState, p.said)
	case <-timer.C:
		return errors.Join(fmt.Errorf("%s is not ready after %v:\n%s", p.Name, patience, p.said), p.Kill())
	}
}

// Running says whether it is started and has not ended.
func (p *Process) Running() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// PID is that of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Kill ends it as kill -9 does, and waits for its end.
func (p *Process) Kill() error { return p.end(syscall.SIGKILL) }

// Terminate asks it to end, as SIGTERM does, and waits for its end. One that has not ended after patience is killed, and that is an error.
func (p *Process) Terminate(patience time.Duration) error {
	unwilling := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	err := p.end(syscall.SIGTERM)
	if !unwilling.Stop() {
		err = errors.Join(err, fmt.Errorf("%s has not ended %v after SIGTERM:\n%s", p.Name, patience, p.said))
	}
	return err
}

// Dump ends it as SIGQUIT does: it says what all its goroutines are doing.
func (p *Process) Dump() error { return p.end(syscall.SIGQUIT) }

func (p *Process) end(signal syscall.Signal) error {
	if !p.Running() {
		return nil
	}
	p.asked.Store(true)
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	<-p.exited
	return nil
}

// Freeze stops it in its tracks (SIGSTOP): it takes connections, and answers nothing.
func (p *Process) Freeze() error { return p.signal(syscall.SIGSTOP) }

// Thaw lets it go on (SIGCONT).
func (p *Process) Thaw() error { return p.signal(syscall.SIGCONT) }

func (p *Process) signal(s syscall.Signal) error {
	if !p.Running() {
		return fmt.Errorf("%s does not run", p.Name)
	}
	return p.cmd.Process.Signal(s)
}

// Said is the last of what it said.
func (p *Process) Said() string { return p.said.String() }

// tail keeps the last of what is written, and notices a text.
type tail struct {
	want  []byte
	found chan struct{} // closed when the text was written

	mu   sync.Mutex
	kept []byte
	done bool
}

const tailBytes = 64 << 10

func newTail(want string) *tail { return &tail{want: []byte(want), found: make(chan struct{})} }

// Write implements [io.Writer].
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if !t.done && bytes.Contains(t.kept, t.want) {
		t.done = true
		close(t.found)
	}
	if len(t.kept) > 2*tailBytes {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-tailBytes:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.kept[max(0, len(t.kept)-tailBytes):])
}
