package invariant

import (
	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

// Client looks at what a client has counted of frames that it had no use for, which it shows to nobody else; once for each client, when it is
// done, as bot says whose it is.
func (l *Ledger) Client(s client.Stats, bot int) {
	l.Add(Hash, s.Desyncs, s.Desyncs, "bot %d: %d view hashes differed", bot, s.Desyncs)
	if n := s.Drops[client.DropStaleTick]; n > 0 {
		l.Add(Ticks, n, n, "bot %d: %d snapshots were no newer than the one before", bot, n)
	}
	if n := s.Resyncs[protocol.ResyncBody]; n > 0 {
		l.Add(Ticks, n, n, "bot %d: %d bodies could not be decoded", bot, n)
	}
	// After another fault deltas are expected that the client has no baseline for, until the keyframe it asked for comes.
	if n := s.Resyncs[protocol.ResyncBaseline]; n > 0 && s.Resyncs[protocol.ResyncHash]+s.Resyncs[protocol.ResyncBody] == 0 {
		l.Add(Ticks, n, n, "bot %d: %d snapshots were measured from one that was not sent before them", bot, n)
	}
	if n := s.EventGaps; n > 0 {
		l.Add(Events, n, n, "bot %d: %d events are missing", bot, n)
	}
	if n := s.Drops[client.DropDuplicateEvent]; n > 0 {
		l.Add(Events, n, n, "bot %d: %d events came twice", bot, n)
	}
}
