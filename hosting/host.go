package hosting

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Host is who runs the process. Its methods may be called by any goroutine, and but for Run return at once.
type Host interface {
	// Run tells the host what there is to tell, until [Host.Shutdown] has been told or ctx ends. It is called once. What was called for
	// before is told then.
	Run(ctx context.Context)
	// Ready says that players may come.
	Ready()
	// Health says that the process is well at this moment. It is called again and again, at least once a second, and not while the process is
	// unwell: a host may end one that has not been heard for some seconds, with all its matches.
	Health()
	// SetLoad says how much there is to do. It is called as often as one likes; what has not changed is not told again.
	SetLoad(Load)
	// Draining is closed when the host asks for the process to take nothing new, end what it has, and call Shutdown.
	Draining() <-chan struct{}
	// Drain says that the process does so, whoever asked for it. There is no way back.
	Drain()
	// Shutdown says that the process is about to end.
	Shutdown()
}

// Load is how much a process has to do. A room is what a group of players needs: a lobby and its match, or a match.
type Load struct {
	Rooms, RoomCapacity int
	Players             []string // ids, in order, each once
	PlayerCapacity      int
}

// Farewell is how long to wait for [Host.Run] to end after [Host.Shutdown], at most: a call that is being made, another, and a little.
const Farewell = 2*callTimeout + time.Second

// callTimeout bounds one call of a gateway or one run of a command. A sidecar that works answers in a few milliseconds.
const callTimeout = 5 * time.Second

// execPrefix goes before a command in the text of [Open].
const execPrefix = "exec:"

// Open makes the host that a text names: "none" or "", "agones", or "exec:" and a command with its arguments, separated by spaces. It starts
// nothing. lookup reads the environment, as os.LookupEnv does; log is where what cannot be told is noted.
func Open(text string, lookup func(string) (string, bool), log *slog.Logger) (Host, error) {
	command, isHook := strings.CutPrefix(text, execPrefix)
	switch {
	case text == "" || text == "none":
		return newNone(), nil
	case text == "agones":
		port, _ := lookup(EnvAgonesPort)
		return NewAgones(AgonesConfig{Port: port, Logger: log})
	case isHook:
		return NewHook(HookConfig{Command: strings.Fields(command), Logger: log})
	}
	return nil, fmt.Errorf("%q is not none, agones or %sCOMMAND", text, execPrefix)
}
