package lobby

import (
	"cmp"
	"maps"
	"slices"

	"github.com/deltatick/deltatick/protocol"
)

// List is the public lobbies at one moment, the oldest first.
type List struct {
	Lobbies []Summary `msgpack:"lobbies"`
	// Rev is that of the newest [Update] which the list holds: one with more comes on top of it, others are in it already.
	Rev uint32 `msgpack:"rev"`
}

// Update is what changed in the list since the update before.
type Update struct {
	Upsert  []Summary `msgpack:"upsert"`
	Removed []string  `msgpack:"removed"` // ids
	Rev     uint32    `msgpack:"rev"`     // one more than the update before
}

// list is what watchers know. Guarded by Directory.mu.
type list struct {
	watchers map[Member]struct{}
	changed  map[string]struct{} // lobbies that changed, appeared or vanished since the last update
	told     map[string]struct{} // lobbies that some watcher may know
	rev      uint32
}

func newList() list {
	return list{watchers: map[Member]struct{}{}, changed: map[string]struct{}{}, told: map[string]struct{}{}}
}

// List returns the public lobbies.
func (d *Directory) List() List {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.snapshot()
}

// Watch is [Directory.List], and from now on the member gets an event for every [Update] with a greater Rev, until [Directory.Unwatch].
// The first may be on its way to the client before the list is.
func (d *Directory) Watch(m Member) List {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list.watchers[m] = struct{}{}
	d.cfg.Counters.Watchers.Store(int64(len(d.list.watchers)))
	snapshot := d.snapshot()
	for _, s := range snapshot.Lobbies {
		d.list.told[s.ID] = struct{}{}
	}
	return snapshot
}

// Unwatch ends what Watch began. An update that is just being sent may still come.
func (d *Directory) Unwatch(m Member) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.list.watchers, m)
	d.cfg.Counters.Watchers.Store(int64(len(d.list.watchers)))
}

// publish brings the directory's picture of a lobby up to date. Private lobbies are not listed.
func (d *Directory) publish(id string, s Summary, listed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e := d.lobbies[id]
	if e.summary == s && e.listed == listed {
		return
	}
	if e.listed || listed {
		d.list.changed[id] = struct{}{}
	}
	e.summary, e.listed = s, listed
}

// flush tells all watchers what changed since the last time. Only Run calls it, so updates go out in order.
func (d *Directory) flush() {
	update, watchers := d.takeUpdate()
	if len(watchers) == 0 {
		return
	}
	d.cfg.Counters.Updates.Add(1)
	payload := protocol.MustEncode(&update)
	for _, m := range watchers {
		m.Emit(protocol.ChannelLobby, eventList, payload, 0)
	}
}

// takeUpdate returns what changed and whom to tell, nobody when nothing did.
func (d *Directory) takeUpdate() (Update, []Member) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := Update{Upsert: []Summary{}, Removed: []string{}}
	var entries []*entry
	for id := range d.list.changed {
		_, told := d.list.told[id]
		if e := d.lobbies[id]; e != nil && e.listed {
			entries = append(entries, e)
			d.list.told[id] = struct{}{}
		} else if told {
			u.Removed = append(u.Removed, id)
			delete(d.list.told, id)
		}
	}
	clear(d.list.changed)
	u.Upsert = append(u.Upsert, summaries(entries)...)
	slices.Sort(u.Removed)
	if len(u.Upsert)+len(u.Removed) == 0 {
		return u, nil
	}
	d.list.rev++
	u.Rev = d.list.rev
	return u, slices.Collect(maps.Keys(d.list.watchers))
}

// snapshot needs mu.
func (d *Directory) snapshot() List {
	var entries []*entry
	for _, e := range d.lobbies {
		if e.listed {
			entries = append(entries, e)
		}
	}
	return List{Lobbies: summaries(entries), Rev: d.list.rev}
}

func summaries(entries []*entry) []Summary {
	slices.SortFunc(entries, func(a, b *entry) int { return cmp.Compare(a.order, b.order) })
	all := make([]Summary, 0, len(entries))
	for _, e := range entries {
		all = append(all, e.summary)
	}
	return all
}
