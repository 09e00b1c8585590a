package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// process is a child as its parent sees it.
type process struct {
	role  string
	cmd   *exec.Cmd
	ask   io.WriteCloser
	reply *json.Decoder
}

// start starts a child and waits until it is what it was ordered to be.
func start(ctx context.Context, o order) (*process, started, error) {
	p, first, err := launch(ctx, o)
	if err != nil {
		return nil, first, fmt.Errorf("the %s: %w", o.Role, err)
	}
	return p, first, nil
}

func launch(ctx context.Context, o order) (*process, started, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, started{}, err
	}
	text, err := json.Marshal(o)
	if err != nil {
		return nil, started{}, err
	}
	p := &process{role: o.Role, cmd: exec.CommandContext(ctx, self, childArg, string(text))}
	p.cmd.Stderr = os.Stderr
	p.cmd.WaitDelay = 5 * time.Second
	if p.ask, err = p.cmd.StdinPipe(); err != nil {
		return nil, started{}, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, started{}, err
	}
	p.reply = json.NewDecoder(out)
	if err := p.cmd.Start(); err != nil {
		return nil, started{}, err
	}
	var first started
	if err := p.reply.Decode(&first); err != nil {
		return nil, first, errors.Join(err, p.end())
	}
	return p, first, nil
}

// sample asks the child for one.
func (p *process) sample() (s sample, err error) {
	if _, err = io.WriteString(p.ask, "\n"); err == nil {
		err = p.reply.Decode(&s)
	}
	if err != nil {
		err = fmt.Errorf("the %s: %w", p.role, err)
	}
	return s, err
}

// end lets the child end and waits for it.
func (p *process) end() error {
	_ = p.ask.Close() // a child that is gone already is what is wanted
	return p.cmd.Wait()
}
