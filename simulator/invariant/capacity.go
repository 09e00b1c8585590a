package invariant

import client "github.com/deltatick/deltatick/client-go"

// Lobby looks at a lobby as a member sees it: its players are no more than its maximum, and no two of its members have one seat.
func (l *Ledger) Lobby(s *client.State) {
	players, seats := 0, map[int]string{}
	for _, m := range s.Members {
		if m.Role == "player" {
			players++
		}
		if m.Seat == 0 {
			continue
		}
		other, taken := seats[m.Seat]
		l.Check(Owner, !taken, "lobby %s: seat %d is that of %s and of %s", s.ID, m.Seat, other, m.User)
		seats[m.Seat] = m.User
	}
	l.Check(Capacity, players <= s.MaxPlayers, "lobby %s: %d players, at most %d", s.ID, players, s.MaxPlayers)
}

// Listed looks at lobbies as the list shows them.
func (l *Ledger) Listed(lobbies []client.Summary) {
	for _, s := range lobbies {
		l.Check(Capacity, s.Players <= s.MaxPlayers, "lobby %s in the list: %d players, at most %d", s.ID, s.Players, s.MaxPlayers)
	}
}
