package server

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/recording"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/tick"
)

// newRegistry collects a server's own metrics and those of its process. Hot paths only ever count in atomics; all the work is
// done when somebody asks.
func newRegistry(s *Server) (*prometheus.Registry, error) {
	registry := prometheus.NewRegistry()
	for _, c := range []prometheus.Collector{
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		&collector{s},
	} {
		if err := registry.Register(c); err != nil {
			return nil, err
		}
	}
	return registry, nil
}

// collector turns the counters of the rooms into metrics.
type collector struct{ server *Server }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("deltatick_"+name, help, labels, nil)
}

var (
	descDraining    = describe("draining", "1 while nothing new is taken, because the server is about to end.")
	descSessions    = describe("sessions", "Sessions, connected or away.")
	descMaxSessions = describe("max_sessions", "Sessions that there is room for.")
	descConnections = describe("connections", "Open connections.")
	descAccepted    = describe("connections_total", "Connections taken.")
	descFrames      = describe("frames_total", "Frames by direction and kind.", "direction", "kind")
	descBytes       = describe("frame_bytes_total", "Payload bytes of frames by direction and kind.", "direction", "kind")
	descDrops       = describe("drops_total", "What was dropped, by room and reason.", "room", "reason")
	descCloses      = describe("closes_total", "Connections closed by the server, by code.", "code", "name")
	descResumes     = describe("resumes_total", "Resumes by outcome.", "outcome")

	descOpened       = describe("sessions_opened_total", "Sessions begun.")
	descLinks        = describe("http_links", "Open connections that have to do without WebSocket; they are among the connections too.")
	descLinksOpened  = describe("http_links_total", "Links over HTTP opened.")
	descLinksUnknown = describe("http_link_unknown_total", "Requests about a link over HTTP that is not there, or not any more.")
	descLinksRefused = describe("http_link_refused_total", "Requests of links over HTTP refused: wrong origin, malformed, too big, not in turn.")
	descHandshakes   = describe("handshakes_refused_total", "HTTP requests that did not become connections, by reason.", "reason")
	descAddresses    = describe("addresses", "Addresses that connections came from, now and in the last seconds.")
	descLost         = describe("connections_lost_total", "Connections ended by the peer or the network.")
	descHouse        = describe("handler_panics_total", "Panics of request handlers, contained.")

	descChannels   = describe("channel_members", "Sessions that have a channel open.", "channel")
	descRooms      = describe("channel_rooms", "Rooms of a channel.", "channel")
	descCalls      = describe("channel_calls_total", "Requests, events and offered uploads of clients given to handlers of channels.", "kind")
	descBroadcasts = describe("broadcasts_total", "Events sent to the members of channels.")
	descDeliveries = describe("broadcast_deliveries_total", "Sessions that these were sent to.")

	descLobbies    = describe("lobbies", "Open lobbies, by phase.", "phase")
	descMaxLobbies = describe("max_lobbies", "Lobbies that there is room for.")
	descMembers    = describe("lobby_members", "Members of lobbies, spectators and those away included.")
	descListed     = describe("list_watchers", "Sessions watching the list of lobbies.")
	descCreated    = describe("lobbies_created_total", "Lobbies created.")
	descJoins      = describe("lobby_joins_total", "Joins of lobbies, their creators' included.")
	descLeaves     = describe("lobby_leaves_total", "Departures from lobbies, by reason.", "reason")
	descStarted    = describe("matches_started_total", "Matches that lobbies here have started.")
	descStates     = describe("lobby_states_total", "States of lobbies encoded for their members.")
	descUpdates    = describe("list_updates_total", "Changes of the list of lobbies encoded for who watches it.")
	descRefusals   = describe("lobby_refusals_total", "Lobby requests refused, by code.", "code")
	descFailures   = describe("match_setup_failures_total", "Matches that could not be set up.")

	descMatches   = describe("matches", "Running matches.")
	descPlayers   = describe("players", "Seats taken, by state.", "state")
	descWatchers  = describe("spectators", "Spectators in matches.")
	descSnapshots = describe("snapshots_total", "Snapshots sent, by kind.", "kind")
	descSnapBytes = describe("snapshot_bytes_total", "Bytes of snapshot frames.")
	descEncodings = describe("snapshot_encodings_total", "Snapshot bodies encoded; the rest were shared.")
	descDeferred  = describe("deferred_rows_total", "Changes that did not fit a snapshot's budget, counted in each body in which they wait.")
	descPace      = describe("snapshot_pace", "Connections in matches, by the ticks in which they get one snapshot.", "divisor")
	descPaces     = describe("snapshot_pace_changes_total", "Connections whose links took snapshots less often, or more often, from then on.", "to")
	descInputs    = describe("inputs_total", "Inputs taken for their tick.")
	descRepeats   = describe("input_repeats_total", "Ticks for which a seat's newest input was repeated.")
	descClamped   = describe("clamped_values_total", "Field values cut to their range.")
	descResyncs   = describe("resyncs_total", "Keyframes asked for by clients.")
	descDesyncs   = describe("desyncs_total", "View hashes that differed at a client.")
	descPanics    = describe("match_panics_total", "Games that broke.")
	descEnds      = describe("match_ends_total", "Matches over, by reason.", "reason")

	descRecordings = describe("recordings", "Recordings being written.")
	descRecorded   = describe("recorded_ticks_total", "Match ticks written to recordings.")
	descRecBytes   = describe("recorded_bytes_total", "Bytes of recordings.")
	descRecEnds    = describe("recording_ends_total", "Recordings over, by outcome; slow: truncated because the disk fell behind.", "outcome")

	descTicks    = describe("ticks_total", "Match ticks run.")
	descTickFate = describe("tick_faults_total", "Ticks late, caught up, slipped, overrun, or held back because the store was away; those are among the slipped.", "fault")
	descLateness = describe("tick_lateness_seconds", "From when a tick was due to when its step began.")
	descStep     = describe("tick_step_seconds", "How long ticks took.")
)

// Describe sends nothing: the collector is unchecked, since labels such as close codes come from tables.
func (c *collector) Describe(chan<- *prometheus.Desc) {}

func (c *collector) Collect(out chan<- prometheus.Metric) {
	m := sink{out}
	c.sessions(m)
	c.channels(m)
	c.transfers(m)
	c.lobbies(m)
	c.chats(m)
	c.presences(m)
	c.matches(m)
	c.recordings(m)
	c.cluster(m)
	c.elsewhere(m)
	var draining int64
	if c.server.draining.Load() {
		draining = 1
	}
	m.gauge(descDraining, draining)
	m.ticks(c.server.matches.stats.Snapshot())
}

// sink makes metrics of numbers.
type sink struct{ out chan<- prometheus.Metric }

func (m sink) gauge(d *prometheus.Desc, v int64, labels ...string) {
	m.out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
}

func (m sink) count(d *prometheus.Desc, v uint64, labels ...string) {
	m.out <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(v), labels...)
}

// counted is count of a number that never is below 0.
func (m sink) counted(d *prometheus.Desc, v int64, labels ...string) {
	m.count(d, uint64(v), labels...)
}

func (m sink) measure(d *prometheus.Desc, v float64, labels ...string) {
	m.out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
}

func (m sink) histogram(d *prometheus.Desc, h tick.HistogramSnapshot) {
	buckets := make(map[float64]uint64, len(h.Bounds))
	for i, bound := range h.Bounds {
		buckets[bound.Seconds()] = h.Cumulative[i]
	}
	m.out <- prometheus.MustNewConstHistogram(d, h.Count, h.Sum.Seconds(), buckets)
}

func (m sink) ticks(s tick.StatsSnapshot) {
	m.count(descTicks, s.Ticks)
	m.count(descTickFate, s.Late, "late")
	m.count(descTickFate, s.CaughtUp, "caught_up")
	m.count(descTickFate, s.Slipped, "slipped")
	m.count(descTickFate, s.Overruns, "overrun")
	m.count(descTickFate, s.Held, "held")
	m.histogram(descLateness, s.Lateness)
	m.histogram(descStep, s.StepTime)
}

func (c *collector) sessions(m sink) {
	n := c.server.sessions
	m.gauge(descSessions, n.Sessions.Load())
	m.gauge(descMaxSessions, int64(c.server.cfg.MaxSessions))
	m.gauge(descConnections, n.Connections.Load())
	m.count(descOpened, n.Opened.Load())
	m.count(descAccepted, n.Accepted.Load())
	m.gauge(descAddresses, int64(c.server.hub.Addresses()))
	for _, reason := range session.Refusals() {
		m.count(descHandshakes, n.Handshakes[reason].Load(), reason.String())
	}
	links := c.server.links
	m.gauge(descLinks, int64(links.Links()))
	m.count(descLinksOpened, links.Opened.Load())
	m.count(descLinksUnknown, links.Unknown.Load())
	m.count(descLinksRefused, links.Refused.Load())
	m.count(descLost, n.Lost.Load())
	m.count(descHouse, n.Panics.Load())
	for direction, traffic := range map[string]*[session.KindSlots]session.Traffic{"in": &n.In, "out": &n.Out} {
		for kind := range traffic {
			if name := protocol.Kind(kind).String(); kind == 0 || name != "unknown" {
				m.count(descFrames, traffic[kind].Frames.Load(), direction, name)
				m.count(descBytes, traffic[kind].Bytes.Load(), direction, name)
			}
		}
	}
	for _, reason := range session.Drops() {
		if reason == session.DropInputRate {
			continue // the match counts it, and knows inputs from acknowledgements
		}
		m.count(descDrops, n.Drops[reason].Load(), "session", reason.String())
	}
	for _, code := range protocol.CloseCodes() {
		m.count(descCloses, n.Closed(code), strconv.Itoa(int(code)), code.Name())
	}
	for _, outcome := range session.Outcomes() {
		m.count(descResumes, n.Resumes[outcome].Load(), outcome.String())
	}
}

func (c *collector) lobbies(m sink) {
	n := c.server.lobbies
	playing := n.Playing.Load()
	m.gauge(descMaxLobbies, int64(c.server.cfg.MaxLobbies))
	m.gauge(descLobbies, n.Lobbies.Load()-playing, "open")
	m.gauge(descLobbies, playing, "playing")
	m.gauge(descMembers, n.Members.Load())
	m.gauge(descListed, n.Watchers.Load())
	m.count(descCreated, n.Created.Load())
	m.count(descStarted, n.Matches.Load())
	m.count(descStates, n.States.Load())
	m.count(descUpdates, n.Updates.Load())
	m.count(descJoins, n.Joins.Load())
	m.count(descFailures, n.Failures.Load())
	for _, reason := range lobby.Departures() {
		m.count(descLeaves, n.Leaves[reason].Load(), reason.String())
	}
	for _, code := range lobby.RefusalCodes() {
		m.count(descRefusals, n.Refusals(code), code)
	}
}

func (c *collector) matches(m sink) {
	n := c.server.matches.counters
	away := n.Away.Load()
	m.gauge(descMatches, n.Matches.Load())
	m.gauge(descPlayers, n.Players.Load()-away, "present")
	m.gauge(descPlayers, away, "away")
	m.gauge(descWatchers, n.Watchers.Load())
	keyframes := n.Keyframes.Load()
	m.count(descSnapshots, n.Snapshots.Load()-keyframes, "delta")
	m.count(descSnapshots, keyframes, "keyframe")
	m.count(descSnapBytes, n.Bytes.Load())
	m.count(descEncodings, n.Encodings.Load())
	m.count(descDeferred, n.Deferred.Load())
	for i, divisor := range match.Divisors() {
		m.gauge(descPace, n.Pace[i].Load(), strconv.Itoa(divisor))
	}
	m.count(descPaces, n.Falls.Load(), "slower")
	m.count(descPaces, n.Rises.Load(), "faster")
	m.count(descInputs, n.Inputs.Load())
	m.count(descRepeats, n.Repeats.Load())
	m.count(descClamped, n.Clamped.Load())
	m.count(descResyncs, n.Resyncs.Load())
	m.count(descDesyncs, n.Desyncs.Load())
	m.count(descPanics, n.Panics.Load())
	for _, reason := range match.Drops() {
		m.count(descDrops, n.Drops[reason].Load(), "match", reason.String())
	}
	for _, reason := range match.Ends() {
		m.count(descEnds, n.Ends[reason].Load(), reason.String())
	}
}

func (c *collector) recordings(m sink) {
	n := c.server.matches.records.counters
	m.gauge(descRecordings, n.Running.Load())
	m.count(descRecorded, n.Ticks.Load())
	m.count(descRecBytes, n.Bytes.Load())
	for _, outcome := range recording.Outcomes() {
		m.count(descRecEnds, n.Ends[outcome].Load(), outcome.String())
	}
}
