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
	"os/exec"
	"time"

	"github.com/deltatick/deltatick/simulator/floor"
	"github.com/deltatick/deltatick/simulator/machine"
)

// floorArg is the first argument of a process that is a floor; the second is its floor.Config. It says its address on its standard output, then the CPU
// time that it has used for every line on its standard input, and ends when that does, so that it does not outlive its parent.
const floorArg = "floor"

// runFloor returns the exit code.
func runFloor(text string, in io.Reader, out, errOut io.Writer) int {
	if err := serveFloor(text, in, json.NewEncoder(out)); err != nil {
		fmt.Fprintln(errOut, "simulator: the floor:", err)
		return 1
	}
	return 0
}

func serveFloor(text string, in io.Reader, out *json.Encoder) error {
	var cfg floor.Config
	if err := json.Unmarshal([]byte(text), &cfg); err != nil {
		return err
	}
	f, err := floor.New(cfg)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	front := &http.Server{Handler: f, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = front.Serve(listener) }() // ended below
	go f.Run(ctx)
	addr, err := netip.ParseAddrPort(listener.Addr().String())
	if err != nil {
		return err
	}
	if err := out.Encode(addr); err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if err := out.Encode(machine.CPUTime()); err != nil {
			return err
		}
	}
	return errors.Join(lines.Err(), front.Close())
}

// floorProcess is a floor as its parent sees it.
type floorProcess struct {
	cmd   *exec.Cmd
	ask   io.WriteCloser
	reply *json.Decoder
	addr  netip.AddrPort
}

// startFloor starts a floor in a process of its own, so that what it costs is not mixed with what its players do.
func startFloor(ctx context.Context, cfg floor.Config) (*floorProcess, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(cfg)
	if err != nil {
		return nil, err
	}
	p := &floorProcess{cmd: exec.CommandContext(ctx, self, floorArg, string(text))}
	p.cmd.Stderr = os.Stderr
	p.cmd.WaitDelay = 5 * time.Second
	if p.ask, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.reply = json.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if err := p.reply.Decode(&p.addr); err != nil {
		return nil, errors.Join(err, p.end())
	}
	return p, nil
}

// cpu asks the floor what it has used.
func (p *floorProcess) cpu() (used time.Duration, err error) {
	if _, err = io.WriteString(p.ask, "\n"); err == nil {
		err = p.reply.Decode(&used)
	}
	return used, err
}

func (p *floorProcess) end() error {
	_ = p.ask.Close() // one that is gone already is what is wanted
	return p.cmd.Wait()
}
