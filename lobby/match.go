package lobby

import (
	"context"

	"github.com/deltatick/deltatick/match"
)

// Match is a match as its lobby sees it, wherever it runs. Its methods are those of [match.Match], which [MatchOf] makes one of; none but Run and
// Result waits.
type Match interface {
	ID() string
	// Run returns when the match is over. When ctx ends, the lobby has no part in it any more. It returns too, and Result has the reason match.ReasonElsewhere, when the
	// match goes on with another copy of the lobby: this one is to be detached, and its members are told nothing.
	Run(ctx context.Context) error
	// Join gives a seat to a player, Watch to a spectator. Errors: [match.ErrFull], [match.ErrOver].
	Join(m match.Member) (TakenSeat, error)
	Watch(m match.Member) (TakenSeat, error)
	Configure(s match.Settings)
	Stop(reason string)
	// Result is how the match ended, once Run has returned.
	Result() match.Result
}

// Seat is a place in a match, as the one who has it is told. That of a match in this process that nobody but its lobby knows is a [*match.Seat].
type Seat interface {
	ID() match.SeatID // 0: a spectator's
	MatchID() string
}

// TakenSeat is a place in a match, as its lobby has it.
type TakenSeat interface {
	Seat
	// Leave gives it up, for a reason that the client is told.
	Leave(reason string)
}

// Playable is a [Match] but for the type of its seats.
type Playable[S TakenSeat] interface {
	ID() string
	Run(ctx context.Context) error
	Join(m match.Member) (S, error)
	Watch(m match.Member) (S, error)
	Configure(s match.Settings)
	Stop(reason string)
	Result() match.Result
}

// MatchOf makes a [Match] of one whose seats are of a type of their own, such as a [*match.Match].
func MatchOf[S TakenSeat](m Playable[S]) Match { return playable[S]{m} }

type playable[S TakenSeat] struct{ Playable[S] }

func (p playable[S]) Join(m match.Member) (TakenSeat, error) { return taken(p.Playable.Join(m)) }

func (p playable[S]) Watch(m match.Member) (TakenSeat, error) { return taken(p.Playable.Watch(m)) }

// OwnedSeat is a [TakenSeat] that knows whose it is.
type OwnedSeat interface {
	TakenSeat
	User() string
}

// Seated is a [Playable] that knows who sits in it.
type Seated[S OwnedSeat] interface {
	Playable[S]
	Seats() []S
}

// ResumedOf makes a [Match] of one that had another lobby's node before: whoever has a seat in it gets that one.
func ResumedOf[S OwnedSeat](m Seated[S]) Match { return resumed[S]{playable[S]{m}, m} }

type resumed[S OwnedSeat] struct {
	playable[S]
	seated Seated[S]
}

func (r resumed[S]) Join(m match.Member) (TakenSeat, error) {
	if seat, ok := r.of(m.User, true); ok {
		return seat, nil
	}
	return r.playable.Join(m)
}

func (r resumed[S]) Watch(m match.Member) (TakenSeat, error) {
	if seat, ok := r.of(m.User, false); ok {
		return seat, nil
	}
	return r.playable.Watch(m)
}

// of is a user's seat, as a player or as a spectator.
func (r resumed[S]) of(user string, plays bool) (TakenSeat, bool) {
	for _, seat := range r.seated.Seats() {
		if seat.User() == user && (seat.ID() != 0) == plays {
			return seat, true
		}
	}
	return nil, false
}

// Epoch is that of the match, if it tells: see [MatchRequest].
func (p playable[S]) Epoch() uint32 { return epochOf(p.Playable) }

// taken makes no seat of an error: a nil pointer in an interface would be one.
func taken[S TakenSeat](seat S, err error) (TakenSeat, error) {
	if err != nil {
		return nil, err
	}
	return seat, nil
}

// epochOf is the epoch of what has one, otherwise 0.
func epochOf(m any) uint32 {
	if m, ok := m.(interface{ Epoch() uint32 }); ok {
		return m.Epoch()
	}
	return 0
}
