package invariant

// Sequence is the events of one session. Those that came twice or are missing the client keeps to itself and counts: see Ledger.Client. It
// belongs to one goroutine.
type Sequence struct {
	ledger *Ledger
	bot    int
	newest uint32
}

// NewSequence is for a session of a bot.
func NewSequence(l *Ledger, bot int) *Sequence { return &Sequence{ledger: l, bot: bot} }

// Event looks at the number of an event that was handed out.
func (s *Sequence) Event(seq uint32) {
	s.ledger.Check(Events, seq > s.newest, "bot %d: event %d after event %d", s.bot, seq, s.newest)
	s.newest = seq
}
