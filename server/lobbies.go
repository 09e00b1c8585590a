package server

import (
	"context"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/lobby"
	"github.com/deltatick/deltatick/lobby/shared"
)

// lobbies are what a server needs of its lobbies: those of this node alone (lobby.Directory), or those of all nodes of a service (shared.Directory).
type lobbies interface {
	Run(ctx context.Context) error
	Drain()
	Request(ctx context.Context, m lobby.Member, name string, payload []byte) (reply any, err error)
	ChatRequest(ctx context.Context, m lobby.Member, name string, payload []byte) (reply any, err error)
	SetAway(ctx context.Context, m lobby.Member, away bool) error
	Forget(m lobby.Member, why lobby.Departure)
	List() lobby.List
	Oversee() []lobby.Overseen
	Close(ctx context.Context, id string) error
	StopMatch(ctx context.Context, id string) error
}

// rejoiner are lobbies whose members' sessions may come from other nodes and go there.
type rejoiner interface {
	// Of tells which lobby a user is in, on any node.
	Of(user string) (id string, in bool)
	// Rejoin brings a member whose session has come from another node back to its place in a lobby, and tells whether it has one. It is
	// told what is said after the chat message of an id.
	Rejoin(ctx context.Context, m lobby.Member, how shared.Coming) (in bool, err error)
	// Detach forgets a member whose session has gone to another node, and leaves its place to whom Rejoin brings there. It returns its
	// lobby, and the id of the newest chat message that the member has had.
	Detach(m lobby.Member) (in string, said uint32)
}

// newLobbies makes the server's lobbies.
func (s *Server) newLobbies() error {
	cfg := lobby.Config{
		Chat: s.cfg.Chat, Moved: s.moved, Kinds: s.cfg.Kinds, MaxLobbies: s.cfg.MaxLobbies, NewMatch: s.matches.newMatch,
		Logger: s.cfg.Logger, Counters: s.lobbies,
	}
	c := s.cfg.Cluster
	if c != nil && c.NewMatch != nil {
		cfg.NewMatch = c.NewMatch
	}
	if !c.shared() {
		own, err := lobby.NewDirectory(cfg)
		s.directory, s.local = own, own
		return err
	}
	all, err := shared.New(shared.Config{
		Node: c.Node, Owner: c.Roster.Self().Owner, Engine: c.Engine, Keeper: c.Keeper, Mesh: c.Mesh, Roster: c.Roster,
		Lobby: cfg, ResumeMatch: c.ResumeMatch, Grace: s.cfg.Grace, Logger: s.cfg.Logger,
		Counters: &s.shared,
	})
	if err != nil {
		return err
	}
	s.directory, s.rejoiner, s.restored, s.nodeOf = all, all, all.Restored, all.NodeOf
	return nil
}

// Restored is for cluster.KeeperConfig.Restored: what of a lobby the store has lost is put again. It does not wait.
func (s *Server) Restored(lease cluster.Lease) {
	if s.restored != nil {
		s.restored(lease)
	}
}
