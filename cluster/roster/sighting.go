package roster

import (
	"slices"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// Sighting is a node as it was in the directory last.
type Sighting struct {
	cluster.Node
	Seen time.Time // when it was there last: for one that is there, no longer ago than this node has looked
}

// rememberFor is how long a node is remembered that is not in the directory any more.
const rememberFor = time.Minute

// sight notes who is there. It needs mu.
func (r *Roster) sight(now time.Time) {
	for id, s := range r.seen {
		if now.Sub(s.Seen) > rememberFor {
			delete(r.seen, id)
		}
	}
	for _, n := range r.others {
		r.seen[n.ID] = Sighting{n, now}
	}
}

// Sightings lists all nodes that are known to be there, this one too, and those that were there in the last minute, ordered by id. It is for those who
// look after a service.
func (r *Roster) Sightings() []Sighting {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := []Sighting{{r.self, time.Now()}}
	for _, s := range r.seen {
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b Sighting) int { return byID(a.Node, b.Node) })
	return all
}
