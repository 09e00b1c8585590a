package shared

import "github.com/deltatick/deltatick/lobby"

// Detach forgets a member whose session has gone to another node, without telling its lobby: there the member is whom [Directory.Rejoin] brings on that node.
func (d *Directory) Detach(m lobby.Member) {
	d.Unwatch(m)
	g := d.guestOf(m)
	if g == nil {
		return
	}
	if id, stay := d.stayOf(m); id != "" {
		d.leave(g, stay)
	}
	d.drop(g)
}
