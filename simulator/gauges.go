package simulator

// gauges are what all bots of a run measure together.
type gauges struct {
	latency  *histogram // an input's sending to the first snapshot that had consumed it
	interval *histogram // between snapshots that arrive in one room
	age      *histogram // of the newest snapshot, each time an input is made
	slack    *histogram // by which inputs were early; late ones count as 0
	rejoin   *histogram // a socket's loss to the first snapshot over the next
	chat     *histogram // a message's saying to its being heard, by its speaker too
	foretold *histogram // how far off predicted rows were, in the game's units; one counts as 1 ms
	presence *histogram // from a bot's saying that it is away, or back, to that being seen by another
}

func newGauges() *gauges {
	return &gauges{
		latency: newHistogram(), interval: newHistogram(), age: newHistogram(), slack: newHistogram(), rejoin: newHistogram(), chat: newHistogram(),
		presence: newHistogram(), foretold: newHistogram(),
	}
}
