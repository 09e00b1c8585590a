package serve

import (
	"context"
	"sync"
	"time"

	"github.com/deltatick/deltatick/hosting"
	"github.com/deltatick/deltatick/server"
)

// beat is how often the host hears that the server is well, and what it has to do.
const beat = time.Second

// serveHosted lets a service run for a host: the service is told to end when ctx ends or the host asks for it, and the host is told of all that
// happens from ready to the end. A room is a lobby, or a match if there are
// no lobbies. service calls ready when players may come, and returns when nothing of it runs any more.
func serveHosted(ctx context.Context, host hosting.Host, s *server.Server, noLobbies bool, service func(ctx context.Context, ready func()) error) error {
	talk, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	var keeping sync.WaitGroup
	defer keeping.Wait() // last: those ended by the others
	defer hangUp()
	told := make(chan struct{})
	go func() {
		defer close(told)
		host.Run(talk)
	}()
	keeping.Go(func() { keep(talk, host, s, noLobbies) })
	until, drain := context.WithCancel(ctx)
	defer drain()
	keeping.Go(func() {
		select {
		case <-until.Done():
		case <-host.Draining():
			drain()
		}
		host.Drain()
	})
	err := service(until, host.Ready)
	host.Shutdown()
	select {
	case <-told:
	case <-time.After(hosting.Farewell):
		hangUp()
		<-told
	}
	return err
}

// keep tells the host once in each beat how much there is to do and, while matches are on time, that the server is well, until ctx ends.
func keep(ctx context.Context, host hosting.Host, s *server.Server, noLobbies bool) {
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	var pulse hosting.Pulse
	for {
		load := s.Load()
		told := hosting.Load{Rooms: load.Lobbies, RoomCapacity: load.MaxLobbies, Players: load.Users, PlayerCapacity: load.MaxSessions}
		if noLobbies {
			told.Rooms, told.RoomCapacity = load.Matches, load.MaxMatches
		}
		host.SetLoad(told)
		if pulse.OnTime(hosting.Beat{At: time.Now(), Loops: load.Matches, Rate: load.TickRate, Ticks: load.Ticks}) {
			host.Health()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
