package server

import (
	"sync"
	"time"
)

// lastWords is how long a match has to tell a player that the seat is over, after the lobby has said so. A lobby that has been taken over says so as well, of
// players who are on their way to the node that has it now: then the match says nothing, and the player is soon back, or goes on with the relay from there.
const lastWords = 5 * time.Second

// ending is how a [follow] ends: when the lobby has said that the seat is not the player's any more, and the match has told the player so, or has had the time for it.
type ending struct {
	leave func() // ends it; it may be called again

	mu     sync.Mutex
	begun  bool        // the lobby has said so
	exited bool        // the player has been told
	over   bool        // leave has been called
	timer  *time.Timer // of the last begin
}

// begin is for the lobby's word.
func (e *ending) begin() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.begun = true
	if e.exited {
		e.now()
		return
	}
	e.timer = time.AfterFunc(lastWords, func() { e.due() })
}

// now needs mu.
func (e *ending) now() {
	e.over = true
	e.leave()
}

// exit is for the match's word.
func (e *ending) exit() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.exited = true
	if e.begun {
		e.now()
	}
}

// revoke takes the lobby's word back, since it says now that the player has the seat. It reports false if it is too late for that.
func (e *ending) revoke() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.over || !e.begun {
		return false
	}
	e.begun = false
	e.timer.Stop()
	return true
}

// due ends what is to end by now, and reports whether there was such.
func (e *ending) due() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.begun {
		e.now()
	}
	return e.begun
}
