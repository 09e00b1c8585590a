package shared

import "github.com/deltatick/deltatick/lobby"

// Detach forgets a member whose session has gone to another node, without telling its lobby: there the member is whom [Directory.Rejoin] brings on that node. It
// returns the member's lobby, "" for none, and the id of the newest chat message that it has had here: Rejoin there is told.
func (d *Directory) Detach(m lobby.Member) (in string, said uint32) {
	d.Unwatch(m)
	g := d.guestOf(m)
	if g == nil {
		return "", 0
	}
	g.mu.Lock()
	said = g.said
	g.mu.Unlock()
	in, stay := d.stayOf(m)
	if in != "" {
		d.leave(g, stay)
	}
	d.drop(g)
	return in, said
}
