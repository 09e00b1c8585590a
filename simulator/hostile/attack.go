package hostile

import (
	"context"
	"slices"
	"time"
)

// Attack is a way to do a server harm.
type Attack struct {
	Name  string
	About string        // what is done, and what the server is to do about it
	Pause time.Duration // between two of one attacker

	Leaves bool // it goes without waiting for an answer

	once func(ctx context.Context, a *Attacker) error
}

// attacks are all there are. Each function does its attack once; its error is of no interest but to the log, since servers end such
// connections in all manner of ways.
var attacks = []Attack{
	{"flood", "sends inputs, pings and requests as fast as they go out, until the connection is closed; it must be", time.Second, false, flood},
	{"oversize", "sends frames that are too large, or claim to be; each must end its connection", 500 * time.Millisecond, false, oversize},
	{"malformed", "sends frames that are no msgpack, lie about lengths, or have values of the wrong kind; each must end its connection", 200 * time.Millisecond, false, malformed},
	{"truncate", "goes away in the middle of a frame, of a handshake, or of a request", 200 * time.Millisecond, true, truncate},
	{"slow-reader", "enters a match and reads nothing for three seconds; what waits for it must stay bounded", time.Second, false, slowReader},
	{"never-ack", "plays, and never says what it has got; it must be closed in time", time.Second, false, neverAck},
	{"replay", "comes back with a resume token that was spent; it must be refused", 300 * time.Millisecond, false, replay},
	{"thief", "comes with forged resume tokens for the seat of another; they must be refused", 300 * time.Millisecond, false, thief},
	{"join-race", "has eight connections join a lobby for two at once; two may get in", 500 * time.Millisecond, false, joinRace},
	{"vanish", "connects, comes as far as some step on the way into a match, and goes without a word", 100 * time.Millisecond, true, vanish},
}

// Attacks lists all attacks.
func Attacks() []Attack { return slices.Clone(attacks) }

// Named finds an attack by its name.
func Named(name string) (Attack, bool) {
	at := slices.IndexFunc(attacks, func(a Attack) bool { return a.Name == name })
	if at < 0 {
		return Attack{}, false
	}
	return attacks[at], true
}

// MaxSockets is how many connections an attacker has at once at most: the host of a lobby and eight who race for it.
const MaxSockets = 9
