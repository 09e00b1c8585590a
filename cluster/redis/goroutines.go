package redis

import "sync"

// goroutines are those that an engine has started. Once it refuses, no more are, so that what waits for them waits for the last. The zero value is ready.
type goroutines struct {
	mu      sync.Mutex
	refuses bool
	running sync.WaitGroup
}

// start starts a goroutine, or says that it may not.
func (g *goroutines) start(f func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.refuses {
		return false
	}
	g.running.Go(f)
	return true
}

func (g *goroutines) refuse() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.refuses = true
}

func (g *goroutines) wait() { g.running.Wait() }
