package cluster

import (
	"context"
	"fmt"
	"time"
)

// Lobby is a lobby's entry in the directory.
type Lobby struct {
	ID       string `json:"id"`    // that of its lease
	Owner    string `json:"owner"` // likewise
	Epoch    uint32 `json:"epoch"` // likewise
	Node     string `json:"node"`  // id of the node that has it
	Code     string `json:"code,omitempty"`
	Capacity int    `json:"capacity"` // seats
	Private  bool   `json:"private,omitempty"`
	Data     []byte `json:"data,omitempty"` // what else lists show, at most [MaxRecord]; the engine does not look into it
}

// LobbyChanges is what changed in the directory since the changes before. Each lobby is in it once, as it is now.
type LobbyChanges struct {
	Put     []Lobby  // ordered by id
	Removed []string // ordered
}

// Seats is what came of asking for a seat.
type Seats struct {
	Taken   int  // seats that are taken or held now
	Already bool // the user had one
}

// Lobbies is the directory of lobbies, and the seats in them.
//
// Two things give a user a seat. [Lobbies.Join] holds one, on any node, for a short while; the owner of the lobby makes it a member
// by naming it in the next PutLobby. The owner is the truth about who is in, the store sees to it that no race lets more in than there are seats.
type Lobbies interface {
	// PutLobby enters a lobby with its join code and its members, or says what has changed. Whoever was a member and is not named any
	// more is out; seats held by Join stay held. Who is watching is told, unless the entry is as it was. It is to be repeated at least every 12 hours.
	// [ErrTaken], [ErrFenced].
	PutLobby(ctx context.Context, lease Lease, lobby Lobby, members []string) error
	// Lobby looks one up. It may be one whose owner's lease has ended. [ErrNotFound].
	Lobby(ctx context.Context, id string) (Lobby, error)
	// LobbyByCode likewise, by join code.
	LobbyByCode(ctx context.Context, code string) (Lobby, error)
	// Lobbies lists all there are, private ones too, ordered by id.
	Lobbies(ctx context.Context) ([]Lobby, error)
	// WatchLobbies feeds the directory: first all that there is, then what changes. It needs no answer to begin with, has no gaps, and knows no [ErrMissed]: what a
	// slow reader or an absent store missed is made good by the next changes, which say how everything is now.
	WatchLobbies(ctx context.Context) (Feed[LobbyChanges], error)
	// Join holds a seat for a user for the time given. A user who has one keeps it, and it is held anew unless it is a member's. [ErrNotFound], [ErrFull].
	Join(ctx context.Context, lobby, user string, hold time.Duration) (Seats, error)
	// Leave gives a user's seat back. Giving back what the user does not have is done already.
	Leave(ctx context.Context, lobby, user string) error
	// Seated lists the users who are members or have a seat held, ordered. [ErrNotFound].
	Seated(ctx context.Context, lobby string) ([]string, error)
}

// Checked is a lobby as it is stored, with what its lease says.
func (l Lobby) Checked(lease Lease, members []string) (Lobby, error) {
	l.ID, l.Owner, l.Epoch = lease.ID, lease.Owner, lease.Epoch
	if err := lease.Check(KindLobby); err != nil {
		return l, err
	}
	if len(l.Node) > MaxID || len(l.Code) > MaxID {
		return l, fmt.Errorf("%w: node of %d bytes, code of %d, want at most %d", ErrInvalid, len(l.Node), len(l.Code), MaxID)
	}
	if l.Capacity < 0 || l.Capacity > MaxMembers || len(members) > MaxMembers {
		return l, fmt.Errorf("%w: %d seats, %d members, want at most %d", ErrInvalid, l.Capacity, len(members), MaxMembers)
	}
	for _, user := range members {
		if err := CheckName("member", user); err != nil {
			return l, err
		}
	}
	return l, CheckSize("lobby data", len(l.Data), MaxRecord)
}
