package simulator

import (
	"maps"
	"slices"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/simulator/invariant"
	"github.com/deltatick/deltatick/simulator/link"
	"github.com/deltatick/deltatick/simulator/scrape"
)

// The reasons for which a bot was failed by the server; see the package's documentation.
const (
	FailedConnect   = "connect"
	FailedJoin      = "join"
	FailedClosed    = "closed"
	FailedDesync    = "desync"
	FailedSeat      = "seat"
	FailedAbsent    = "absent"
	FailedRate      = "rate"
	FailedEvents    = "events"
	FailedMalformed = "malformed"
	FailedChat      = "chat"
	FailedPresence  = "presence"
	FailedRejoin    = "rejoin"
	FailedSending   = "sending"

	FailedPrediction = "prediction"
)

// Failure is one way in which the server failed a bot.
type Failure struct {
	Reason string `json:"reason"`
	Detail string `json:"detail"`
}

// BotReport is one bot's run.
type BotReport struct {
	Bot        int       `json:"bot"` // from 1
	Match      string    `json:"match"`
	Seat       int       `json:"seat"`
	Snapshots  float64   `json:"snapshots_per_s"` // while seated
	Seated     float64   `json:"seated_s"`
	Reconnects uint64    `json:"reconnects"`
	Desyncs    uint64    `json:"desyncs"`
	RTT        float64   `json:"rtt_ms"`
	AgeMax     float64   `json:"snapshot_age_max_ms"`
	Failures   []Failure `json:"failures,omitempty"`
}

// Range is how a figure spreads over the bots.
type Range struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Max    float64 `json:"max"`
}

// Report is what a run found.
type Report struct {
	Title       string    `json:"title,omitempty"`
	Run         string    `json:"run,omitempty"`   // see Config.Run
	Part        int       `json:"part,omitempty"`  // of a run that several processes shared, from 1; 0: the whole
	Parts       int       `json:"parts,omitempty"` // of the run; 0: one process played it
	URL         string    `json:"url"`
	Began       time.Time `json:"began"` // the measured time
	Bots        int       `json:"bots"`
	Lobbies     int       `json:"lobbies"`
	Seed        uint64    `json:"seed"`
	Measured    float64   `json:"measured_s"`
	Interrupted bool      `json:"interrupted"`   // ended before its time
	CPU         float64   `json:"simulator_cpu"` // cores this process used while measuring

	Upkeep Upkeep `json:"upkeep"`

	Failed   int            `json:"failed"`   // bots
	Unmet    int            `json:"unmet"`    // criteria
	Breaches int            `json:"breaches"` // attacks that worked
	Groups   []GroupReport  `json:"groups"`
	Attacks  []AttackReport `json:"attacks,omitempty"`
	Server   *scrape.Report `json:"server,omitempty"` // as seen from outside, where that was asked for

	Broken     int                `json:"broken"` // invariants
	Invariants []invariant.Result `json:"invariants"`
}

// OK reports whether no bot was failed by the server, every criterion was met, every invariant held, no attack worked, and nothing leaked or drifted.
func (r Report) OK() bool {
	return r.Failed == 0 && r.Unmet == 0 && r.Breaches == 0 && r.Broken == 0 && r.Upkeep.OK()
}

// GroupReport is what a group lived through. Times are in milliseconds unless they say otherwise; figures are of the measured time
// only, counts of the whole run.
type GroupReport struct {
	Name    string `json:"name"`
	Role    Role   `json:"role"`
	Game    string `json:"game"`
	Bots    int    `json:"bots"`
	Lobbies int    `json:"lobbies"`
	Visits  int    `json:"visits"` // sessions of all bots together
	Chaos   bool   `json:"chaos"`
	Network string `json:"network,omitempty"` // as link.Parse reads it; "" for none

	Rate     Range   `json:"snapshots_per_s"` // per bot, while seated
	Latency  Spread  `json:"input_to_effect"`
	Interval Spread  `json:"inter_arrival"`
	Age      Spread  `json:"snapshot_age"`     // of the newest one; see docs/simulator.md
	Stalls   float64 `json:"stalls_per_min"`   // gaps of more than 150 ms between snapshots, a bot and minute in its seat
	Slack    Spread  `json:"input_slack"`      // late inputs count as 0
	Late     float64 `json:"late_inputs"`      // share of the inputs
	Rejoin   Spread  `json:"rejoin"`           // from a lost socket to the next snapshot
	Chat     Spread  `json:"chat"`             // from saying something to hearing it
	Presence Spread  `json:"presence"`         // from saying that one is away, or back, to another's seeing it
	Error    Spread  `json:"prediction_error"` // of the own row's place, in the game's units in place of ms
	RTT      Range   `json:"rtt_ms"`
	BytesIn  float64 `json:"bytes_in_per_s"` // per bot, without WebSocket and TCP headers
	BytesOut float64 `json:"bytes_out_per_s"`

	Snapshots     uint64            `json:"snapshots"`
	Keyframes     uint64            `json:"keyframes"`
	Desyncs       uint64            `json:"desyncs"`
	Mispredicted  uint64            `json:"mispredictions"` // views that showed a predicted row to be wrong, in a field that the game's step moves
	Sends         uint64            `json:"sends"`          // events of the bots' own; see Sends
	Heard         uint64            `json:"sends_heard"`    // times that one of them was heard by a bot
	Returns       map[string]int    `json:"returns"`        // of rejoiners, by the way in which they had gone
	Corrections   uint64            `json:"corrections"`    // times that inputs were run again, for that or because another field had changed
	Cuts          int64             `json:"cuts"`           // made by chaos
	Reconnects    uint64            `json:"reconnects"`
	InputsSent    uint64            `json:"inputs_sent"`
	InputsSkipped uint64            `json:"inputs_skipped"` // this process was too slow to send them
	EventsLost    uint64            `json:"events_lost"`    // that the server announced as lost
	Resyncs       map[string]uint64 `json:"resyncs"`        // keyframes asked for, by reason
	Drops         map[string]uint64 `json:"drops"`          // by the clients, by reason
	Notices       map[string]int    `json:"notices"`        // of drops by the server, by code

	Verdicts []Verdict   `json:"verdicts"` // on Group.Expect
	Failed   int         `json:"failed"`   // bots
	Each     []BotReport `json:"each"`
	Laps     []Lap       `json:"laps"` // of a second each; of more in runs of more than an hour
}

var resyncNames = map[uint32]string{
	protocol.ResyncHash: "hash", protocol.ResyncBaseline: "baseline", protocol.ResyncBody: "body", protocol.ResyncAsked: "asked",
}

// report is what became of a crowd in the time measured, in which it had that traffic.
func (c *crowd) report(measured time.Duration, t traffic) GroupReport {
	r := GroupReport{
		Name: c.Name, Role: c.Role, Game: c.Game, Bots: len(c.players), Lobbies: c.lobbies, Chaos: c.Chaos,
		Latency: c.gauges.latency.spread(), Interval: c.gauges.interval.spread(), Age: c.gauges.age.spread(),
		Slack: c.gauges.slack.spread(), Rejoin: c.gauges.rejoin.spread(), Chat: c.gauges.chat.spread(), Presence: c.gauges.presence.spread(), Error: c.gauges.foretold.spread(),
		Laps: c.laps, Resyncs: map[string]uint64{}, Drops: map[string]uint64{}, Notices: map[string]int{}, Returns: map[string]int{},
	}
	if measured > 0 {
		each := measured.Seconds() * float64(len(c.players))
		r.BytesIn, r.BytesOut = float64(t.in)/each, float64(t.out)/each
	}
	if c.Network != (link.Profile{}) {
		r.Network = c.Network.String()
	}
	late, stalls, seated := 0, 0, time.Duration(0)
	for _, p := range c.players {
		stats := p.stats()
		each := p.report(stats)
		late, stalls, seated = late+p.tally.late, stalls+p.tally.stalls, seated+p.tally.seated
		r.Each = append(r.Each, each)
		if len(each.Failures) > 0 {
			r.Failed++
		}
		r.count(stats)
		r.Cuts += p.cuts.Load()
		r.Visits += p.visits
		r.Mispredicted, r.Corrections = r.Mispredicted+p.tally.foretold.Mispredictions, r.Corrections+p.tally.foretold.Resims
		r.Heard += p.tally.called.Load()
		for way, n := range p.returns.count {
			r.Returns[way] += n
		}
		for code, n := range p.tally.notices {
			r.Notices[code] += n
		}
	}
	if r.Slack.Count > 0 {
		r.Late = float64(late) / float64(r.Slack.Count)
	}
	if seated > 0 {
		r.Stalls = float64(stalls) / seated.Minutes()
	}
	r.rates()
	for _, c := range c.Expect {
		r.Verdicts = append(r.Verdicts, c.judge(r))
	}
	return r
}

// rates are those of the bots.
func (r *GroupReport) rates() {
	r.Rate = rangeOf(r.Each, func(b BotReport) float64 { return b.Snapshots })
	r.RTT = rangeOf(r.Each, func(b BotReport) float64 { return b.RTT })
}

// unmet is how many criteria were not met.
func (r GroupReport) unmet() (n int) {
	for _, v := range r.Verdicts {
		if !v.Met {
			n++
		}
	}
	return n
}

func (r *GroupReport) count(s client.Stats) {
	r.Snapshots += s.Snapshots
	r.Keyframes += s.Keyframes
	r.Desyncs += s.Desyncs
	r.Reconnects += s.Resumes
	r.InputsSent += s.InputsSent
	r.InputsSkipped += s.InputsSkipped
	r.EventsLost += s.EventsLost
	r.Sends += s.Sends
	for reason, name := range resyncNames {
		if n := s.Resyncs[reason]; n > 0 {
			r.Resyncs[name] += n
		}
	}
	for _, reason := range client.DropReasons() {
		if n := s.Drops[reason]; n > 0 {
			r.Drops[reason.String()] += n
		}
	}
}

// report is one bot's part, with the verdict on it.
func (p *player) report(s client.Stats) BotReport {
	t := &p.tally
	t.mu.Lock()
	defer t.mu.Unlock()
	if s.Desyncs > 0 {
		t.failLocked(FailedDesync, "%d view hashes differed", s.Desyncs)
	}
	if s.EventGaps > 0 {
		t.failLocked(FailedEvents, "%d events are missing", s.EventGaps)
	}
	if n := s.Drops[client.DropDuplicateEvent]; n > 0 {
		t.failLocked(FailedEvents, "%d events came twice", n)
	}
	if s.Malformed > 0 {
		t.failLocked(FailedMalformed, "%d frames broke the protocol", s.Malformed)
	}
	b := BotReport{
		Bot: p.index + 1, Match: t.match, Seat: t.seat, Seated: t.seated.Seconds(), Reconnects: s.Resumes, Desyncs: s.Desyncs,
		RTT: float64(s.RTT) / float64(time.Millisecond), AgeMax: float64(t.oldest) / float64(time.Millisecond),
	}
	if t.seated > 0 {
		b.Snapshots = float64(t.count) / t.seated.Seconds()
	}
	// Less than a second says nothing about a rate.
	if t.seated >= time.Second && b.Snapshots < p.crowd.MinRate {
		t.failLocked(FailedRate, "%.2f snapshots a second, want %g", b.Snapshots, p.crowd.MinRate)
	}
	b.Failures = t.failures
	return b
}

func rangeOf(bots []BotReport, figure func(BotReport) float64) Range {
	values := make([]float64, len(bots))
	for i, b := range bots {
		values[i] = figure(b)
	}
	slices.Sort(values)
	if len(values) == 0 {
		return Range{}
	}
	return Range{Min: values[0], Median: values[len(values)/2], Max: values[len(values)-1]}
}

// sorted goes through a map in order of its keys.
func sorted[V any](m map[string]V) func(yield func(string, V) bool) {
	return func(yield func(string, V) bool) {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			if !yield(k, m[k]) {
				return
			}
		}
	}
}
