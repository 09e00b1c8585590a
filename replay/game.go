package replay

import (
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/recording"
)

// screen is the game that shows a playback. It has no inputs, and its only player is who opened the lobby.
type screen struct {
	playback *Playback
}

// screenKind is the recorded game's kind as far as clients see it.
func screenKind(p *Playback) match.Kind {
	h := p.reader.Header()
	return match.Kind{
		Name: h.Game, Title: h.Title, MaxPlayers: 1, New: func() match.Game { return &screen{p} },
	}
}

func (s *screen) Setup(setup *match.Setup) error {
	for i, table := range s.playback.reader.Header().Schema {
		match.AddRows(setup, table, func(rows *protocol.Rows) { s.playback.fill(i, table.Fields, rows) })
	}
	return nil
}

func (s *screen) Join(*match.Tick, match.Player) {}

func (s *screen) Leave(*match.Tick, match.Player) {}

func (s *screen) Step(t *match.Tick) {
	s.playback.advance(t.Number(), func(name string, payload []byte) {
		// The file can be of anyone's making: what no game could have emitted is left out.
		_, err := recording.PayloadValue(payload)
		if err == nil && len(payload) <= protocol.MaxPayload && protocol.ValidIdent(name) && name != protocol.EventExit {
			t.Emit(name, protocol.OrNil(payload))
		}
	})
}
