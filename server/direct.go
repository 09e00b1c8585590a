package server

import (
	"context"

	"github.com/deltatick/deltatick/cluster/ticket"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// This file is how a player's client comes to the node of its match by itself. The relay stays: it has the match's events, and everything else as soon as the
// client does not hear from that node any more.

// shortcut is where clients reach the node that a match runs on.
type shortcut struct {
	url   string // of its socket
	epoch uint32 // that the match has there
}

// shortcutTo finds out whether clients reach a node; nil: they do not, as far as is known.
func (f *following) shortcutTo(ctx context.Context, at place) *shortcut {
	if f.public == nil {
		return nil
	}
	address, err := f.public(ctx, at.node)
	if err != nil || address == "" {
		return nil
	}
	return &shortcut{address + PathSocket, at.epoch}
}

// show says where the client reaches the match from now on; nil: nowhere.
func (w *follow) show(to *shortcut) {
	w.linked.Lock()
	defer w.linked.Unlock()
	w.shortcut = to
	w.tell()
}

// direct is the payload of the event of that name.
type direct struct {
	Match string `msgpack:"match"`
	URL   string `msgpack:"url"`
}

// tell tells the player where the match can be reached, if it can. A page that was loaded anew does not know what was told before, so every connection
// is told. It needs linked.
func (w *follow) tell() {
	if w.shortcut == nil || w.link == nil {
		return
	}
	w.house.counters.offered.Add(1)
	w.emit(protocol.ChannelSession, protocol.EventDirect, protocol.MustEncode(&direct{w.seat.MatchID(), w.shortcut.url}), 0)
}

// admission is the answer to the request "direct".
type admission struct {
	URL    string `msgpack:"url"`
	Ticket string `msgpack:"ticket"`
	Epoch  uint32 `msgpack:"epoch"`
}

// admit gives the player's client a ticket.
func (w *follow) admit() (any, error) {
	w.linked.Lock()
	to := w.shortcut
	w.linked.Unlock()
	if to == nil {
		if box := w.now.Load(); box != nil {
			if _, here := box.way.(*match.Seat); here {
				return nil, errHere
			}
		}
		return nil, protocol.Refuse(protocol.CodeUnavailable, "the match cannot be reached but through this server")
	}
	text, err := w.house.issuer.Issue(ticket.Ticket{
		Match: w.seat.MatchID(), Seat: uint16(w.seat.ID()), User: w.user, Name: w.name, Epoch: to.epoch, Direct: true,
	})
	if err != nil {
		return nil, err
	}
	w.house.counters.admitted.Add(1)
	return &admission{to.url, text, to.epoch}, nil
}

var errHere = protocol.Refuse(protocol.CodeAlready, "the match runs on this server")

// fetch has the match's frames come through this node again.
func (w *follow) fetch() {
	w.house.counters.fetched.Add(1)
	if box := w.now.Load(); box != nil {
		if r, ok := box.way.(relayed); ok {
			r.Take()
		}
	}
}

// answerMatch answers a client's request on the channel "match".
func (p *player) answerMatch(q protocol.Request) (any, error) {
	if q.Name != protocol.RequestDirect && q.Name != protocol.RequestRelay {
		return nil, protocol.Refuse(protocol.CodeUnknownRequest, "no such request on this channel")
	}
	p.mu.Lock()
	way := p.way
	p.mu.Unlock()
	w, follows := way.(*follow)
	switch {
	case way == nil:
		return nil, protocol.Refuse(protocol.CodeNotFound, "you are in no match")
	case q.Name == protocol.RequestDirect && follows:
		return w.admit()
	case q.Name == protocol.RequestDirect:
		return nil, errHere
	case follows:
		w.fetch()
	}
	return nil, nil
}
