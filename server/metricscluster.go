package server

import "github.com/deltatick/deltatick/cluster/relay"

// elsewhere are the metrics of players whose matches are on other nodes, and of seats here whose players are.
func (c *collector) elsewhere(m sink) {
	if f := c.server.following; f != nil {
		n := &f.relayed
		m.gauge(descRelays, n.Relays.Load())
		m.count(descDirect, f.counters.offered.Load(), "offered")
		m.count(descDirect, f.counters.admitted.Load(), "admitted")
		m.count(descDirect, f.counters.fetched.Load(), "fell_back")
		m.gauge(descHere, f.counters.here.Load())
		m.count(descMoves, f.counters.moves.Load())
		resumed := n.Resumes.Load()
		m.count(descRelayConnects, n.Connects.Load()-resumed, "opened")
		m.count(descRelayConnects, resumed, "resumed")
		m.count(descRelayConnects, n.Failures.Load(), "failed")
		m.count(descRelayed, n.Frames.Load(), "frame")
		m.count(descRelayed, n.Snapshots.Load(), "snapshot")
		m.count(descRelayed, n.Events.Load(), "event")
		m.count(descRelayBytes, n.Bytes.Load())
		for _, reason := range relay.Drops() {
			m.count(descDrops, n.Drops[reason].Load(), "relay", reason.String())
		}
		m.count(descDrops, f.counters.takenOver.Load(), "follow", "taken_over")
		m.count(descDrops, f.counters.dropped.Load(), "follow", "nowhere")
		m.count(descDrops, f.counters.leftBehind.Load(), "follow", "left_behind")
	}
	if s := c.server.seats; s != nil {
		m.seats(s)
	}
}

func (m sink) seats(s *seats) {
	n := &s.counters
	m.gauge(descSeatSessions, n.open.Load())
	m.gauge(descSeatsDirect, n.direct.Load())
	m.count(descTickets, n.seated.Load(), "seated")
	m.count(descTickets, n.moved.Load(), "moved")
	m.count(descTickets, n.displaced.Load(), "displaced")
	m.count(descDrops, s.outboxes.dropped.load(), "outbox", "overflow")
	m.count(descDrops, s.outboxes.given.load(), "outbox", "uncalled")
}

var (
	descRelays        = describe("relays", "Players whose match is on another node and who are connected to it through this one.")
	descHere          = describe("followed_here", "Players whose match can move, and is on this node.")
	descMoves         = describe("match_moves_total", "Matches found elsewhere than before, once for each player.")
	descDirect        = describe("direct_total", "Players of this node on their way to the node of their match: offered, admitted with a ticket, fell_back to the relay.", "what")
	descRelayConnects = describe("relay_connections_total", "Connections of relays to other nodes, by outcome.", "outcome")
	descRelayed       = describe("relayed_total", "What relays have passed on: frames of players, snapshots, events.", "what")
	descRelayBytes    = describe("relayed_snapshot_bytes_total", "Bytes of snapshots that relays have passed on.")
	descSeatSessions  = describe("seat_sessions", "Sessions opened with a seat ticket, connected or away.")
	descSeatsDirect   = describe("seat_sessions_direct", "Of these those of players' own clients, beside the node that relays for them.")
	descTickets       = describe("seat_tickets_total", "What became of sessions opened with a seat ticket.", "outcome")
)
