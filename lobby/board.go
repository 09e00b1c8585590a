package lobby

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/deltatick/deltatick/protocol"
)

// Board is lobbies as those outside see them, and who watches them. A [Directory] has one of its own lobbies. All methods may be called by
// any goroutine; [Board.Flush] by one, so that updates go out in order.
type Board struct {
	counters *Counters

	// Guarded by mu, which is never held across a call to a member.
	mu       sync.Mutex
	entries  map[string]*boardEntry
	watchers map[Member]struct{}
	changed  map[string]struct{} // lobbies that changed, appeared or vanished since the last update
	told     map[string]struct{} // lobbies that some watcher may know
	rev      uint32
}

// boardEntry is a lobby on the board.
type boardEntry struct {
	order   int64 // of opening
	summary Summary
	listed  bool
}

// NewBoard makes an empty board, which counts its watchers and updates.
func NewBoard(counters *Counters) *Board {
	return &Board{
		counters: counters, entries: map[string]*boardEntry{}, watchers: map[Member]struct{}{},
		changed: map[string]struct{}{}, told: map[string]struct{}{},
	}
}

// Put says how a lobby is now. Those of lower order come first in lists; one that is not listed is for [Board.All] only.
func (b *Board) Put(s Summary, order int64, listed bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.entries[s.ID]
	if e == nil {
		e = new(boardEntry)
		b.entries[s.ID] = e
	}
	if *e == (boardEntry{order, s, listed}) {
		return
	}
	if e.listed || listed {
		b.changed[s.ID] = struct{}{}
	}
	*e = boardEntry{order, s, listed}
}

// Remove says that a lobby is no more.
func (b *Board) Remove(id string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if e := b.entries[id]; e != nil && e.listed {
		b.changed[id] = struct{}{}
	}
	delete(b.entries, id)
}

// List returns those that are listed.
func (b *Board) List() List {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.snapshot()
}

// All lists all lobbies, private ones too, the oldest first.
func (b *Board) All() []Overseen {
	b.mu.Lock()
	defer b.mu.Unlock()
	entries := sorted(slices.Collect(maps.Values(b.entries)))
	all := make([]Overseen, len(entries))
	for i, e := range entries {
		all[i] = Overseen{e.summary, !e.listed}
	}
	return all
}

// Watch is List, and from now on the member gets an event for every [Update] with a greater Rev, until Unwatch. The first may be on its way
// to the client before the list is.
func (b *Board) Watch(m Member) List {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, already := b.watchers[m]; !already {
		b.watchers[m] = struct{}{}
		b.counters.Watchers.Add(1)
	}
	snapshot := b.snapshot()
	for _, s := range snapshot.Lobbies {
		b.told[s.ID] = struct{}{}
	}
	return snapshot
}

// Unwatch ends what Watch began. An update that is just being sent may still come.
func (b *Board) Unwatch(m Member) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, watches := b.watchers[m]; watches {
		delete(b.watchers, m)
		b.counters.Watchers.Add(-1)
	}
}

// Flush tells all watchers what changed since the last time.
func (b *Board) Flush() {
	update, watchers := b.takeUpdate()
	if len(watchers) == 0 {
		return
	}
	b.counters.Updates.Add(1)
	payload := protocol.MustEncode(&update)
	for _, m := range watchers {
		m.Emit(protocol.ChannelLobby, eventList, payload, 0)
	}
}

// takeUpdate returns what changed and whom to tell, nobody when nothing did.
func (b *Board) takeUpdate() (Update, []Member) {
	b.mu.Lock()
	defer b.mu.Unlock()
	u := Update{Upsert: []Summary{}, Removed: []string{}}
	var entries []*boardEntry
	for id := range b.changed {
		_, told := b.told[id]
		if e := b.entries[id]; e != nil && e.listed {
			entries = append(entries, e)
			b.told[id] = struct{}{}
		} else if told {
			u.Removed = append(u.Removed, id)
			delete(b.told, id)
		}
	}
	clear(b.changed)
	u.Upsert = append(u.Upsert, summaries(entries)...)
	slices.Sort(u.Removed)
	if len(u.Upsert)+len(u.Removed) == 0 {
		return u, nil
	}
	b.rev++
	u.Rev = b.rev
	return u, slices.Collect(maps.Keys(b.watchers))
}

// snapshot needs mu.
func (b *Board) snapshot() List {
	var entries []*boardEntry
	for _, e := range b.entries {
		if e.listed {
			entries = append(entries, e)
		}
	}
	return List{Lobbies: summaries(entries), Rev: b.rev}
}

func summaries(entries []*boardEntry) []Summary {
	all := make([]Summary, 0, len(entries))
	for _, e := range sorted(entries) {
		all = append(all, e.summary)
	}
	return all
}

func sorted(entries []*boardEntry) []*boardEntry {
	slices.SortFunc(entries, func(a, b *boardEntry) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.summary.ID, b.summary.ID))
	})
	return entries
}
