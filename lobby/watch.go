package lobby

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

// List returns the public lobbies.
func (d *Directory) List() List { return d.board.List() }

// Watch is [Board.Watch] of the directory's lobbies.
func (d *Directory) Watch(m Member) List { return d.board.Watch(m) }

// Unwatch is [Board.Unwatch].
func (d *Directory) Unwatch(m Member) { d.board.Unwatch(m) }
