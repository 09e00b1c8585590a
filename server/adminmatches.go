package server

import (
	"cmp"
	"errors"
	"slices"
	"sort"

	"github.com/deltatick/deltatick/cluster/matches"
	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session/channel"
)

// matchesReply answers "matches".
type matchesReply struct {
	Count   int         `msgpack:"count"` // of all nodes that answered
	Matches []matchInfo `msgpack:"matches"`
	More    bool        `msgpack:"more"`
}

// matchInfo is a match that runs on some node.
type matchInfo struct {
	Match   string  `msgpack:"match"`
	Lobby   string  `msgpack:"lobby"`
	Node    string  `msgpack:"node"`
	Epoch   uint32  `msgpack:"epoch"`
	Game    string  `msgpack:"game"`
	State   string  `msgpack:"state"`
	Players int     `msgpack:"players"` // with a seat
	Linked  int     `msgpack:"linked"`  // players and spectators who are connected
	RTT     int64   `msgpack:"rtt"`     // the longest of a player, ms; 0: none is known
	Unsaved float64 `msgpack:"unsaved"` // age of the newest checkpoint, ms; 0: none is to be saved
}

// matchesHere lists a page of the matches of this node.
func (s *Server) matchesHere(p pageAsk) (matchesReply, error) {
	limit, err := p.limit()
	if err != nil {
		return matchesReply{}, err
	}
	var all []matches.Overseen
	if c := s.cfg.Cluster; c != nil && c.Oversee != nil {
		all = c.Oversee()
	}
	first := sort.Search(len(all), func(i int) bool { return all[i].Match > p.After })
	page := all[first:min(len(all), first+limit)]
	reply := matchesReply{Count: len(all), Matches: make([]matchInfo, len(page)), More: first+len(page) < len(all)}
	for i, o := range page {
		reply.Matches[i] = matchInfo{
			Match: o.Match, Lobby: o.Lobby, Node: s.cfg.Cluster.Node, Epoch: o.Epoch, Game: o.Kind, State: o.State.String(), Players: o.Players, Linked: o.Linked,
			RTT: o.RTT.Milliseconds(), Unsaved: o.Unsaved.Seconds() * 1000,
		}
	}
	return reply, nil
}

// adminMatches lists a page of the matches of all nodes.
func (s *Server) adminMatches(c *channel.Call, p pageAsk) (matchesReply, error) {
	limit, err := p.limit()
	if err != nil {
		return matchesReply{}, err
	}
	reply := matchesReply{Matches: []matchInfo{}}
	for _, a := range everywhere(c.Context(), s, callMatches, p, s.matchesHere) {
		reply.Count += a.Count
		reply.More = reply.More || a.More
		reply.Matches = append(reply.Matches, a.Matches...)
	}
	// A match that is moving may be on two nodes: the higher epoch is the newer.
	slices.SortFunc(reply.Matches, func(a, b matchInfo) int { return cmp.Or(cmp.Compare(a.Match, b.Match), cmp.Compare(b.Epoch, a.Epoch)) })
	reply.Matches = slices.CompactFunc(reply.Matches, func(a, b matchInfo) bool { return a.Match == b.Match })
	if len(reply.Matches) > limit {
		reply.Matches, reply.More = reply.Matches[:limit], true
	}
	return reply, nil
}

// seatAsk names a seat, for whoever runs its match.
type seatAsk struct {
	Match string `msgpack:"match"`
	Seat  uint16 `msgpack:"seat"`
	User  string `msgpack:"user"`
}

// seatsHere says how long the round trips are of those of the seats that are in matches here, in ms, by match and user. Not known: 0.
func (s *Server) seatsHere(asked []seatAsk) (map[string]int64, error) {
	if len(asked) > adminPage {
		return nil, errTooManySeats
	}
	times := map[string]int64{}
	if s.cfg.Cluster == nil || s.cfg.Cluster.Host == nil {
		return times, nil
	}
	for _, q := range asked {
		if seat, err := s.cfg.Cluster.Host.Attach(q.Match, match.SeatID(q.Seat), q.User); err == nil {
			times[q.Match+"/"+q.User] = seat.RoundTrip().Milliseconds()
		}
	}
	return times, nil
}

var errTooManySeats = errors.New("more seats than a page has")

// timeSeats fills in the round trips of players whose seats are in matches of any node.
func (s *Server) timeSeats(c *channel.Call, page []sessionInfo) {
	var ask []seatAsk
	for i := range page {
		if info := &page[i]; info.Seat != 0 && info.RTT == 0 {
			ask = append(ask, seatAsk{info.Match, info.Seat, info.User})
		}
	}
	if len(ask) == 0 || !s.cfg.Cluster.shared() {
		return
	}
	for _, times := range everywhere(c.Context(), s, callSeats, ask, s.seatsHere) {
		for i := range page {
			info := &page[i]
			info.RTT = max(info.RTT, times[info.Match+"/"+info.User])
		}
	}
}

// pageAsk is the payload of what is listed in pages, in the order of ids.
type pageAsk struct {
	After string `msgpack:"after,omitempty"` // id of the last of the page before
	Limit *int   `msgpack:"limit"`           // 1 to adminPage; default adminPage
}

func (p *pageAsk) limit() (int, error) {
	if p.Limit == nil {
		return adminPage, nil
	}
	if *p.Limit < 1 || *p.Limit > adminPage {
		return 0, protocol.RefuseField("limit", "want 1 to 100")
	}
	return *p.Limit, nil
}
