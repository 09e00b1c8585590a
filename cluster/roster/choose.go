package roster

import (
	"cmp"
	"errors"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// Want says which nodes a match may run on.
type Want struct {
	Region  string   // "": any
	Version string   // "": any
	Without []string // ids of nodes that were tried
}

// ErrNoRoom: no node that may run it has room for another match.
var ErrNoRoom = errors.New("roster: no node has room for another match")

// Pick chooses a node for a match: of two random ones with room, none of them draining, the one whose ticks are in time, and else the one that is less full.
// That spreads load nearly as well as asking all, and does not send everything to the one that looked best a moment ago (Mitzenmacher, "The Power of
// Two Choices in Randomized Load Balancing", 2001). What was given to a node counts until its own word is heard again. Of two alike, this node
// is taken: what runs here needs no network. [ErrNoRoom].
func (r *Roster) Pick(want Want) (cluster.Node, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var room []cluster.Node
	for _, n := range append(slices.Clone(r.others), r.self) {
		n.Load += r.given[n.ID]
		if n.Load < n.Capacity && !n.Draining && fits(want.Region, n.Region) && fits(want.Version, n.Version) && !slices.Contains(want.Without, n.ID) {
			room = append(room, n)
		}
	}
	if len(room) == 0 {
		return cluster.Node{}, ErrNoRoom
	}
	rand.Shuffle(len(room), func(i, j int) { room[i], room[j] = room[j], room[i] })
	best := slices.MinFunc(room[:min(2, len(room))], r.rank)
	r.given[best.ID]++
	return best, nil
}

func fits(wanted, has string) bool { return wanted == "" || wanted == has }

// rank puts the better of two nodes first.
func (r *Roster) rank(a, b cluster.Node) int {
	here := func(n cluster.Node) int {
		if n.ID == r.self.ID {
			return 0
		}
		return 1
	}
	full := func(n cluster.Node) float64 { return float64(n.Load) / float64(n.Capacity) }
	return cmp.Or(cmp.Compare(a.Late/lateStep, b.Late/lateStep), cmp.Compare(full(a), full(b)), cmp.Compare(here(a), here(b)))
}

// lateStep is how much later ticks have to begin before a node counts as worse: a quarter of a tick at 60 Hz.
const lateStep = 4 * time.Millisecond

// Heir is the node that is to take something over, of those that are known and can: for each thing the one whose hash with it is highest (rendezvous hashing), so that
// nodes that see the same others agree, and what one node leaves is spread over all. false: none can.
func (r *Roster) Heir(thing string, can func(cluster.Node) bool) (cluster.Node, bool) {
	var heir cluster.Node
	var highest uint64
	found := false
	for _, n := range r.Nodes() {
		if n.Draining || !can(n) {
			continue
		}
		if h := hash(thing, n.ID); !found || h > highest {
			heir, highest, found = n, h, true
		}
	}
	return heir, found
}

func hash(thing, node string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(thing))
	h.Write([]byte{0})
	h.Write([]byte(node))
	x := h.Sum64() // whose high bits hardly know the last bytes: mixed as in MurmurHash3's finalizer
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

func byID(a, b cluster.Node) int { return cmp.Compare(a.ID, b.ID) }
