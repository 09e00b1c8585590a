package presence

// State is how present a user is. The greater is the better.
type State uint8

// The states, from the worst to the best.
const (
	Offline State = iota // no session is connected
	Away                 // connected, and said to be away
	Online               // connected, in no lobby
	Lobby                // in a lobby
	Match                // in a running match, as a player or a spectator
	states
)

// String is the state as clients are told it and as a metric label.
func (s State) String() string { return [...]string{"offline", "away", "online", "lobby", "match"}[s] }

// States lists all but [Offline], in which users are not counted.
func States() []State { return []State{Away, Online, Lobby, Match} }

// Presence is a user's state: the payload of the event "presence", and what replies hold.
type Presence struct {
	User  string `msgpack:"user"`
	State string `msgpack:"state"`
	// Since is when the state began, Unix ms; 0: not known, of a user who is offline. It grows with every change of a user: of two presences the one with
	// more is newer.
	Since int64 `msgpack:"since"`
}
