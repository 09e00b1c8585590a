package match

import (
	"sync"

	"github.com/deltatick/deltatick/protocol"
)

// pastKeeper has the memory in which captures hold the snapshots of the past, and what encodes these, so that a match that is saved again and again
// allocates them once. Any goroutine may use it.
type pastKeeper struct {
	schema    protocol.Schema
	snapshots sync.Pool // of *protocol.Snapshot
	coders    sync.Pool // of *pastCoder
}

// pastCoder encodes deltas as frames of snapshots have them.
type pastCoder struct {
	head *protocol.HeadEncoder
	body *protocol.BodyEncoder
}

func newPastKeeper(schema protocol.Schema) *pastKeeper {
	p := &pastKeeper{schema: schema}
	p.snapshots.New = func() any { return protocol.NewSnapshot(schema) }
	p.coders.New = func() any { return &pastCoder{protocol.NewHeadEncoder(), protocol.NewBodyEncoder(schema)} }
	return p
}

// copyOf returns a snapshot's copy, which [pastKeeper.encode] takes back.
func (p *pastKeeper) copyOf(snap *protocol.Snapshot) *protocol.Snapshot {
	own := p.snapshots.Get().(*protocol.Snapshot)
	own.CopyFrom(snap, p.schema)
	return own
}

// encode returns the frames of snapshots, each a delta from the one before it, and the hash of the last, the present, whose frame is not wanted. The
// snapshots are not the caller's any more.
func (p *pastKeeper) encode(past []*protocol.Snapshot) (frames [][]byte, hash uint32) {
	if len(past) == 0 {
		return nil, 0
	}
	coder := p.coders.Get().(*pastCoder)
	defer p.coders.Put(coder)
	before, present := past[:len(past)-1], past[len(past)-1]
	frames = make([][]byte, 0, len(before))
	var all []byte // one piece of memory for all of them
	var base *protocol.Snapshot
	for _, snap := range before {
		h := protocol.SnapshotHead{Tick: snap.Tick}
		if base != nil {
			h.Base = base.Tick
		}
		from := len(all)
		all = append(append(all, coder.head.Encode(h)...), coder.body.Encode(base, snap)...)
		frames = append(frames, all[from:len(all):len(all)])
		base = snap
	}
	hash = protocol.Hash(present, p.schema)
	for _, snap := range past {
		p.snapshots.Put(snap)
	}
	return frames, hash
}
