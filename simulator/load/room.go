package load

import (
	"context"
	"fmt"
	"sync"

	"github.com/deltatick/deltatick/protocol"
)

// room is players who share a lobby. The first to come is the host: it makes the lobby, and starts the match when all others are in.
type room struct {
	number int
	size   int

	host   sync.Once
	open   chan struct{} // closed when the lobby is there
	id     string        // set before
	joined chan struct{} // one for each player but the host; has room for all
}

func newRoom(number, size int) *room {
	return &room{number: number, size: size, open: make(chan struct{}), joined: make(chan struct{}, size)}
}

// enter brings a player into the lobby, and, unless the room is idle, its match under way.
func (r *room) enter(ctx context.Context, p *player) error {
	hosting := false
	r.host.Do(func() { hosting = true })
	if hosting {
		return r.create(ctx, p)
	}
	select {
	case <-r.open:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := p.ask("join", map[string]string{"id": r.id}, nil); err != nil {
		return fmt.Errorf("join: %w", err)
	}
	r.joined <- struct{}{}
	return nil
}

func (r *room) create(ctx context.Context, p *player) error {
	var reply struct {
		Lobby struct {
			ID string `msgpack:"id"`
		} `msgpack:"lobby"`
	}
	err := p.ask("create", map[string]any{
		"game": p.cfg.Game, "name": fmt.Sprintf("load %d", r.number), "max_players": r.size, "start": "host", "settings": p.cfg.Settings,
	}, &reply)
	if err != nil {
		return fmt.Errorf("create: %w", err)
	}
	r.id = reply.Lobby.ID
	close(r.open)
	if p.cfg.Idle {
		return nil
	}
	for range r.size - 1 {
		select {
		case <-r.joined:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := p.ask("start", nil, nil); err != nil {
		return fmt.Errorf("start: %w", err)
	}
	return nil
}

// ask makes a lobby request and waits for its reply. A match may have begun before the reply comes, so no frame of it is lost here.
func (p *player) ask(name string, payload, reply any) error {
	raw, err := protocol.Encode(payload)
	if err != nil {
		return err
	}
	p.asked++
	err = p.send(protocol.MustEncode(protocol.Request{
		Kind: protocol.KindRequest, ID: p.asked, Channel: protocol.ChannelLobby, Name: name, Payload: raw,
	}))
	if err != nil {
		return err
	}
	for {
		kind, frame, err := p.next()
		switch {
		case err != nil:
			return err
		case kind != protocol.KindReply:
			if err := p.take(kind, frame); err != nil {
				return err
			}
			continue
		}
		r, err := p.reader.Reply(frame)
		switch {
		case err != nil:
			return err
		case r.Error != nil:
			return r.Error
		case reply == nil:
			return nil
		}
		return protocol.Decode(r.Payload, reply)
	}
}
