package main

import (
	"io"
	"sync"
)

// lines lets several goroutines write whole lines.
type lines struct {
	mu sync.Mutex
	to io.Writer
}

// Write implements [io.Writer].
func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}
