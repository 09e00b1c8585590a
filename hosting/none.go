package hosting

import (
	"context"
	"sync"
)

// none is a host that nobody is behind.
type none struct {
	once sync.Once
	over chan struct{}
}

func newNone() *none { return &none{over: make(chan struct{})} }

func (n *none) Run(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-n.over:
	}
}

func (n *none) Ready()                    {}
func (n *none) Health()                   {}
func (n *none) SetLoad(Load)              {}
func (n *none) Draining() <-chan struct{} { return nil }
func (n *none) Drain()                    {}
func (n *none) Shutdown()                 { n.once.Do(func() { close(n.over) }) }
