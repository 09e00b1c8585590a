package server

import (
	"time"

	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/lobby/shared"
	"github.com/deltatick/deltatick/session"
)

// cluster are the metrics of one of several nodes, but for those of players whose matches are elsewhere; a server that is alone has none of them.
func (c *collector) cluster(m sink) {
	s, of := c.server, c.server.cfg.Cluster
	if of == nil {
		return
	}
	c.mesh(m)
	c.nodes(m)
	c.host(m)
	c.store(m)
	if s.cfg.Cluster.shared() {
		c.sharedLobbies(m)
		c.abroad(m)
		arrived, anew := s.sessions.Resumes[session.ResumeArrived].Load(), s.sessions.Anew.Load()
		m.count(descSessionMoves, arrived-min(arrived, anew), "whole")
		m.count(descSessionMoves, anew, "anew")
		m.count(descSessionMoves, s.sessions.Emigrated.Load(), "left")
	}
}

var descSessionMoves = describe("session_moves_total",
	"Sessions that came from other nodes, whole or made anew because the other node could not give them, and that left for others.", "how")

func (c *collector) mesh(m sink) {
	n := c.server.cfg.Cluster.MeshCounters
	if n == nil {
		return
	}
	m.gauge(descMesh, n.Open.Load())
	m.counted(descMeshOpened, n.Dialled.Load(), "out")
	m.counted(descMeshOpened, n.Served.Load(), "in")
	m.counted(descMeshFailed, n.DialFailures.Load(), "unreachable")
	m.counted(descMeshFailed, n.Refused.Load(), "refused")
	m.counted(descMeshLost, n.Lost.Load())
	m.counted(descMeshCalls, n.Calls.Load(), "out")
	m.counted(descMeshCalls, n.Answered.Load(), "in")
	m.counted(descMeshCasts, n.Casts.Load())
	m.counted(descDrops, n.DroppedCasts.Load(), "mesh", "cast")
	m.counted(descDrops, n.UnknownCasts.Load(), "mesh", "unknown")
	m.counted(descDrops, n.Malformed.Load(), "mesh", "malformed")
}

var (
	descMesh       = describe("mesh_connections", "Open connections between this node and others, of both directions.")
	descMeshOpened = describe("mesh_connections_total", "Connections between nodes that were opened, by direction.", "direction")
	descMeshFailed = describe("mesh_connection_failures_total", "Connections between nodes that did not come about; refused: the other did not prove the secret.", "reason")
	descMeshLost   = describe("mesh_connections_lost_total", "Connections between nodes that broke.")
	descMeshCalls  = describe("mesh_calls_total", "Calls of other nodes, by direction; in: those that this node has answered.", "direction")
	descMeshCasts  = describe("mesh_casts_total", "What this node told others without waiting for an answer.")
)

func (c *collector) nodes(m sink) {
	r := c.server.cfg.Cluster.Roster
	if r == nil {
		return
	}
	var draining, ready int64
	for _, n := range r.Nodes() {
		if n.Draining {
			draining++
		} else {
			ready++
		}
	}
	self := r.Self()
	m.gauge(descNodes, ready, "ready")
	m.gauge(descNodes, draining, "draining")
	m.gauge(descNodeLoad, int64(self.Load))
	m.gauge(descNodeRoom, int64(self.Capacity))
	m.measure(descNodeLate, self.Late.Seconds())
}

var (
	descNodes    = describe("nodes", "Nodes of the service that this one knows, itself included.", "state")
	descNodeLoad = describe("node_matches", "Matches that this node has told others it runs.")
	descNodeRoom = describe("node_max_matches", "Matches that this node runs at most.")
	descNodeLate = describe("node_lateness_seconds", "How late ticks begin, the 99th percentile of the last seconds, as this node has told others.")
)

func (c *collector) host(m sink) {
	if oversee := c.server.cfg.Cluster.Oversee; oversee != nil {
		var unsaved time.Duration
		by := make([]int64, len(matches.States()))
		for _, o := range oversee() {
			by[o.State]++
			unsaved = max(unsaved, o.Unsaved)
		}
		for _, state := range matches.States() {
			m.gauge(descHosted, by[state], state.String())
		}
		m.measure(descUnsaved, unsaved.Seconds())
	}
	n := c.server.cfg.Cluster.MatchCounters
	if n == nil {
		return
	}
	m.counted(descMatchCame, n.Created.Load(), "made")
	m.counted(descMatchCame, n.TakenOver.Load(), "taken_over")
	m.counted(descMatchCame, n.MovedIn.Load(), "moved")
	m.counted(descMatchWent, n.MovedOut.Load(), "moved")
	m.counted(descMatchWent, n.Fenced.Load(), "fenced")
	m.counted(descMatchWent, n.Orphans.Load(), "orphaned")
	m.counted(descHostFailed, n.Refused.Load(), "make")
	m.counted(descHostFailed, n.TakeoversFailed.Load(), "take_over")
	m.counted(descHostFailed, n.GivenUp.Load(), "give_up")
	m.counted(descHostFailed, n.MovesFailed.Load(), "move")
	m.counted(descHostFailed, n.SavesFailed.Load(), "save")
	m.counted(descHostFailed, n.Unkept.Load(), "keep")
	m.counted(descSaved, n.Checkpoints.Load(), "checkpoint")
	m.counted(descSaved, n.Inputs.Load(), "inputs")
	m.counted(descSavedBytes, n.CheckpointBytes.Load(), "checkpoint")
	m.counted(descSavedBytes, n.InputBytes.Load(), "inputs")
	m.counted(descReplayed, n.Replayed.Load())
	m.counted(descPutAgain, n.Restored.Load())
	m.counted(descDrops, n.InputsDropped.Load(), "host", "backlog")
	m.counted(descPlaced, n.Placed.Load(), "placed")
	m.counted(descPlaced, n.PlacesFailed.Load(), "failed")
	m.counted(descSought, n.Follows.Load())
	m.counted(descMatchLost, n.Lost.Load())
	for _, reason := range matches.Drops() {
		m.counted(descDrops, n.Drops[reason].Load(), "host", reason.String())
	}
}

var (
	descHosted     = describe("hosted_matches", "Matches on this node, by state; held: they make no ticks, since another node may have them.", "state")
	descUnsaved    = describe("checkpoint_age_seconds", "How long ago the newest checkpoint was saved of the match for which that is longest.")
	descMatchCame  = describe("match_arrivals_total", "Matches that came to run on this node, by how.", "how")
	descMatchWent  = describe("match_departures_total", "Matches that left this node, by how; fenced: another node had taken them.", "how")
	descHostFailed = describe("host_failures_total", "What could not be done for a match on this node; give_up: no node can go on with it, and its lobby has lost it; keep: its state is not what checkpoints can hold.", "what")
	descSaved      = describe("saved_total", "Checkpoints, and chunks of inputs, saved for matches on this node.", "kind")
	descSavedBytes = describe("saved_bytes_total", "Bytes of them.", "kind")
	descReplayed   = describe("replayed_ticks_total", "Ticks made again for matches of nodes that died.")
	descPutAgain   = describe("match_entries_restored_total", "Matches' entries that were put again because the store had lost them.")
	descPlaced     = describe("placements_total", "Matches that lobbies here had made on some node, by outcome.", "outcome")
	descSought     = describe("match_searches_total", "Times that a lobby here looked where its match is.")
	descMatchLost  = describe("matches_lost_total", "Matches of lobbies here that no node has any more.")
)

func (c *collector) sharedLobbies(m sink) {
	n := &c.server.shared
	m.gauge(descLobbyNodes, n.Owned.Load(), "here")
	m.gauge(descLobbyNodes, n.Known.Load(), "all")
	m.gauge(descGuests, n.Guests.Load())
	m.count(descForwards, n.Forwarded.Load())
	m.count(descUnanswered, n.Unreachable.Load())
	m.count(descAttaches, n.Attaches.Load())
	m.count(descReadmitted, n.Readmitted.Load())
	m.count(descMemberLost, n.Displaced.Load())
	m.count(descLobbyCame, n.TakenOver.Load(), "taken_over")
	m.count(descLobbyCame, n.Received.Load(), "received")
	m.count(descLobbyWent, n.HandedOver.Load(), "handed_over")
	m.count(descLobbyWent, n.Fenced.Load(), "fenced")
	m.count(descLobbyWent, n.Lost.Load(), "lost")
	m.count(descLeftAlone, n.LeftAlone.Load())
	m.count(descPuts, n.Puts.Load(), "done")
	m.count(descPuts, n.PutFailures.Load(), "failed")
	m.count(descCut, n.Cut.Load())
	for _, reason := range shared.Drops() {
		m.count(descDrops, n.Drops[reason].Load(), "shared_lobby", reason.String())
	}
}

var (
	descLobbyNodes = describe("service_lobbies", "Lobbies that this node has, and of all nodes.", "where")
	descGuests     = describe("lobby_guests", "Members of lobbies, of any node, whose sessions are here.")
	descForwards   = describe("lobby_forwards_total", "Requests of members here, passed on to the node that has their lobby.")
	descUnanswered = describe("lobby_forwards_unanswered_total", "Of them those that were not answered.")
	descAttaches   = describe("lobby_attaches_total", "Calls by which this node made sure of its members in a lobby.")
	descReadmitted = describe("lobby_readmissions_total", "Members whom a lobby that was taken over did not know.")
	descMemberLost = describe("lobby_displacements_total", "Members whose nodes lost them to another session of the user.")
	descLobbyCame  = describe("lobby_arrivals_total", "Lobbies that came to this node from another, by how.", "how")
	descLobbyWent  = describe("lobby_departures_total", "Lobbies that left this node, by how; lost: they could not be restored.", "how")
	descLeftAlone  = describe("lobbies_left_alone_total", "Lobbies without a node that this one could not go on with: of a newer version, or of a game not on offer here.")
	descPuts       = describe("lobby_entries_total", "Entries of lobbies told to the store, by outcome.", "outcome")
	descCut        = describe("lobby_entries_cut_total", "Entries in which not all there is to know of the lobby had room.")
)

func (c *collector) abroad(m sink) {
	n := &c.server.abroad.counters
	m.count(descSaid, n.said.Load(), "sent")
	m.count(descSaid, n.unsaid.Load(), "failed")
	m.count(descHeard, n.heard.Load())
	m.count(descReached, n.reached.Load())
	m.count(descDrops, n.refused.Load(), "broadcast", "refused")
	m.count(descDrops, n.garbled.Load(), "broadcast", "malformed")
	m.count(descTold, n.told.Load(), "told")
	m.count(descTold, n.untold.Load(), "failed")
	m.count(descLearnt, n.learnt.Load())
	m.count(descDrops, n.unlearnt.Load(), "presence", "malformed")
	m.count(descDrops, n.foreign.Load(), "presence", "version")
	m.count(descGone, n.gone.Load())
}

var (
	descSaid    = describe("node_broadcasts_total", "Broadcasts told to other nodes, once for each, by outcome.", "outcome")
	descHeard   = describe("node_broadcasts_heard_total", "Broadcasts of other nodes.")
	descReached = describe("node_broadcast_deliveries_total", "Sessions here that these were sent to.")
	descTold    = describe("node_presence_total", "Users whose presence was told to other nodes, once for each, by outcome.", "outcome")
	descLearnt  = describe("node_presence_heard_total", "Users of whose presence other nodes have told.")
	descGone    = describe("node_presence_lost_total", "Nodes that were gone for so long that their users count as gone.")
)
