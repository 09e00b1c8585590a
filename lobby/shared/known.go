package shared

import (
	"errors"

	"github.com/deltatick/deltatick/cluster"
)

// known is a lobby of any node, as the store says.
type known struct {
	node  string
	epoch uint32
	code  string
	game  string
	users []string
	newer bool // its entry is a newer version's
}

// put takes in an entry that is new or has changed.
func (d *Directory) put(entry cluster.Lobby) {
	k := &known{node: entry.Node, epoch: entry.Epoch, code: entry.Code}
	r, err := parse(entry)
	if err == nil {
		k.game, k.users = r.Saved.Game, r.users()
	}
	k.newer = errors.Is(err, errNewer)
	d.mu.Lock()
	if old := d.known[entry.ID]; old != nil && old.epoch > entry.Epoch {
		d.mu.Unlock()
		return
	}
	d.unlearn(entry.ID)
	d.known[entry.ID] = k
	if k.code != "" {
		d.codes[k.code] = entry.ID
	}
	for _, user := range k.users {
		d.byUser[user] = entry.ID
	}
	d.cfg.Counters.Known.Store(int64(len(d.known)))
	v := d.visits[entry.ID]
	moved := v != nil && entry.Epoch > v.epoch
	d.mu.Unlock()
	switch {
	case err == nil:
		d.board.Put(r.Saved.Summary(), r.Opened, !entry.Private)
	case k.newer:
		d.board.Remove(entry.ID) // what this node knew of it is out of date
	default: // it is being opened
	}
	if moved {
		d.attach(entry.ID, true)
	}
}

// removed takes in that the store does not know a lobby any more. Members are asked after: its owner may still have it.
func (d *Directory) removed(id string) {
	d.mu.Lock()
	d.unlearn(id)
	d.cfg.Counters.Known.Store(int64(len(d.known)))
	d.mu.Unlock()
	d.board.Remove(id)
	d.attach(id, false)
}

// ownerOf is the node that has a lobby, as far as is known, and under which epoch; "": none is known. It needs mu.
func (d *Directory) ownerOf(id string) (node string, epoch uint32) {
	if k := d.known[id]; k != nil {
		return k.node, k.epoch
	}
	return "", 0
}

// foreign says whether this node cannot go on with the lobby, though another may: while nodes of two versions run, the older ones know neither the form in which
// the newer ones keep a lobby nor, perhaps, its game. Such a lobby is left alone; its members are told "unavailable" meanwhile, which they may try again. If no node
// has gone on with it [cluster.Retention] after its lease has ended, the store forgets it.
func (k *known) foreign(d *Directory) bool { return k.newer || k.game != "" && !d.offers(k.game) }

// unlearn needs mu.
func (d *Directory) unlearn(id string) {
	k := d.known[id]
	if k == nil {
		return
	}
	delete(d.known, id)
	if d.codes[k.code] == id {
		delete(d.codes, k.code)
	}
	for _, user := range k.users {
		if d.byUser[user] == id {
			delete(d.byUser, user)
		}
	}
}
