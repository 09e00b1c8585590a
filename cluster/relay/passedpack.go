package relay

//lint:file-ignore U1000 msgpack finds the _msgpack field by reflection.

// PackedPassed is a [Passed] on its way to the node where its player goes on. The zero value is that of one who has had nothing.
type PackedPassed struct {
	_msgpack struct{} `msgpack:",as_array"`

	Epoch, Tick, Order, Until uint32
	Had                       []PackedEvent // the oldest first
}

// PackedEvent is an event in it.
type PackedEvent struct {
	_msgpack struct{} `msgpack:",as_array"`

	Tick, Order, Epoch uint32
	Name               string
	Payload            []byte
}

// MaxPacked is how many msgpack values a [PackedPassed] has at most.
const MaxPacked = 6 + 6*passedEvents

// Pack returns what it knows, with payloads that are not copied.
func (p *Passed) Pack() PackedPassed {
	out := PackedPassed{Epoch: p.epoch, Tick: p.tick, Order: p.order, Until: p.until, Had: make([]PackedEvent, 0, len(p.had))}
	for _, h := range p.had {
		out.Had = append(out.Had, PackedEvent{Tick: h.tick, Order: h.order, Epoch: h.epoch, Name: h.name, Payload: h.payload})
	}
	return out
}

// Unpack is the reverse. Of more than there is room for it takes the newest.
func (x PackedPassed) Unpack() Passed {
	p := Passed{epoch: x.Epoch, tick: x.Tick, order: x.Order, until: x.Until}
	first := len(x.Had)
	for first > 0 && len(x.Had)-first < passedEvents && p.bytes+len(x.Had[first-1].Payload) <= passedBytes {
		first--
		p.bytes += len(x.Had[first].Payload)
	}
	for _, e := range x.Had[first:] {
		p.had = append(p.had, had{e.Tick, e.Order, e.Epoch, e.Name, e.Payload})
	}
	return p
}

// Epoch is that under which the newest event was told; 0: there was none.
func (p *Passed) Epoch() uint32 { return p.epoch }
