package replay

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/deltatick/deltatick/recording"
)

// serve shows a recording until it is interrupted.
func (p *program) serve(ctx context.Context, args []string) (err error) {
	fs := flag.NewFlagSet("serve FILE", flag.ContinueOnError)
	addr := fs.String("addr", "127.0.0.1:8091", "`host:port` to listen on; whoever can reach it can watch and steer")
	speed := fs.Float64("speed", 1, "`times` the recorded speed, 0.1 to 16")
	paused := fs.Bool("paused", false, "stand at the first tick until somebody plays it")
	files, err := p.flags(fs, args)
	if err != nil {
		return err
	}
	name, err := oneFile(files)
	if err != nil {
		return err
	}
	if !(*speed >= MinSpeed && *speed <= MaxSpeed) {
		return misused("-speed: %v is outside %v..%v", *speed, MinSpeed, MaxSpeed)
	}
	f, err := recording.OpenFile(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	playback, err := NewPlayback(f.Reader, *speed)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if *paused {
		playback.Pause()
	}
	log := slog.New(slog.NewTextHandler(p.errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))
	house, err := NewHouse(HouseConfig{Playback: playback, Logger: log})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", *addr)
	if err != nil {
		return fmt.Errorf("-addr %s: %w", *addr, err)
	}
	fmt.Fprintf(p.out, "showing %s: open http://%s in a browser\n", name, listener.Addr())
	return front(ctx, house, listener)
}

// front runs a house and its front door until ctx ends, or one of them does.
func front(ctx context.Context, house *House, listener net.Listener) error {
	door := &http.Server{Handler: house.Handler(), ReadHeaderTimeout: 5 * time.Second}
	running, end := context.WithCancel(ctx)
	defer end()
	served := make(chan error, 1)
	go func() {
		select {
		case <-house.Ready():
			served <- door.Serve(listener)
		case <-running.Done():
			served <- listener.Close()
		}
		end()
	}()
	err := house.Run(running)
	end()
	err = errors.Join(err, door.Close())
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	return err
}
