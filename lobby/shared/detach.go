package shared

import "github.com/deltatick/deltatick/lobby"

// Detach forgets a member whose session has gone to another node, without telling its lobby: there the member is whom [Directory.Rejoin] brings on that node. It
// returns the id of the newest chat message that the member has had here, which Rejoin there is told.
func (d *Directory) Detach(m lobby.Member) (said uint32) {
	d.Unwatch(m)
	g := d.guestOf(m)
	if g == nil {
		return 0
	}
	g.mu.Lock()
	said = g.said
	g.mu.Unlock()
	if id, stay := d.stayOf(m); id != "" {
		d.leave(g, stay)
	}
	d.drop(g)
	return said
}
