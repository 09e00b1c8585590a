package simulator

// Role is what the bots of a group do with their sessions.
type Role string

// The roles.
const (
	Player Role = "player" // plays the matches of its lobby; the default
	Sitter Role = "sitter" // sits in a lobby whose match nobody starts
	Hopper Role = "hopper" // goes from one of its group's lobbies to another, and makes one where there is none

	// Rejoiner plays as a Player does, and about every Group.Rejoin leaves its match in one of three ways and comes back: see rejoin.go.
	Rejoiner Role = "rejoiner"
)

// plays reports whether bots of the role play matches.
func (r Role) plays() bool { return r == Player || r == Rejoiner }

// Roles lists all roles.
func Roles() []Role { return []Role{Player, Sitter, Hopper, Rejoiner} }
