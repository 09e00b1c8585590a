package main

import (
	"context"
	"fmt"
	"io"

	"github.com/deltatick/deltatick/simulator/load"
	"github.com/deltatick/deltatick/simulator/machine"
)

// idleRoom is how many connections share a lobby when all are idle.
const idleRoom = 8

// measureIdle prints what connections cost that wait in lobbies.
func measureIdle(ctx context.Context, cfg config, out io.Writer) error {
	rooms := max(1, cfg.idle/idleRoom)
	players := rooms * idleRoom
	if err := machine.Files(players + spareFiles); err != nil {
		return err
	}
	target := order{Role: roleServer, Sessions: players + 1, Heap: cfg.profile}
	l := load.Config{Rooms: rooms, Size: idleRoom, Game: cfg.game, Idle: true}
	return play(ctx, target, l, func(server, _ *process, empty sample) error {
		// As it is when they have just come, and again after a while of nothing but pings.
		now, err := server.sample()
		if err != nil {
			return err
		}
		if !sleep(ctx, cfg.warm+cfg.window) {
			return ctx.Err()
		}
		later, err := server.sample()
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%d connections, %d to a lobby, each with a ping a second\n", players, idleRoom)
		for _, row := range []struct {
			when string
			s    sample
		}{{"just in", now}, {fmt.Sprintf("%v later", cfg.warm+cfg.window), later}} {
			per := func(bytes float64) float64 { return bytes / float64(players) / 1e3 }
			fmt.Fprintf(out, "%-10s  %6.1f MB resident, %.1f before they came: %.1f kB for each (heap in use %.1f, stacks %.1f), %.2f goroutines for each\n",
				row.when, float64(row.s.RSS)/1e6, float64(empty.RSS)/1e6, per(float64(row.s.RSS-empty.RSS)), per(float64(row.s.Heap)-float64(empty.Heap)),
				per(float64(row.s.Stacks)-float64(empty.Stacks)), float64(row.s.Goroutines-empty.Goroutines)/float64(players))
		}
		return nil
	})
}
