package cluster

import (
	"context"
	"fmt"
)

// Match is a match's entry in the directory: where its players are sent.
type Match struct {
	ID      string `json:"id"`    // that of its lease
	Owner   string `json:"owner"` // likewise
	Epoch   uint32 `json:"epoch"` // likewise
	Node    string `json:"node"`  // id of the node that runs it
	Address string `json:"address"`
	Lobby   string `json:"lobby,omitempty"`
	Data    []byte `json:"data,omitempty"` // at most [MaxRecord]; the engine does not look into it
	// Failed are the nodes that could not go on with it since it last ran, as those who run matches number them, at most [MaxFailed]; FailedSince is when the
	// first of them could not, in ms of Unix time by that one's clock. The engine looks into neither.
	Failed      []uint64 `json:"failed,omitempty"`
	FailedSince int64    `json:"failed_since,omitempty"`
}

// Checkpoint is a match's state at a tick.
type Checkpoint struct {
	Tick uint32 // that the state is after
	Data []byte // at most [MaxCheckpoint]
}

// Inputs is a chunk of the inputs that a match has taken, for the ticks From to To, both included.
type Inputs struct {
	From, To uint32
	Data     []byte // at most [MaxInputs]
}

// Save is what is to be saved of one match.
type Save struct {
	Lease      Lease
	Entry      *Match      // put with the rest, or not at all, as [Matches.PutMatch] does; nil: as it was
	Checkpoint *Checkpoint // nil: as it was
	Inputs     []Inputs    // in order; those the checkpoint covers are not kept
}

// Saved is what a match can be resumed from: the newest checkpoint, and the inputs of the ticks after it.
type Saved struct {
	Epoch      uint32 // under which the checkpoint was put
	Checkpoint Checkpoint
	Inputs     []Inputs
}

// Matches is the directory of matches, and what is kept to resume them.
type Matches interface {
	// PutMatch enters a match, or says what has changed. [ErrFenced].
	PutMatch(ctx context.Context, lease Lease, match Match) error
	// Match looks one up. It may be one whose owner's lease has ended, or that has a new owner who has not put its entry yet. [ErrNotFound].
	Match(ctx context.Context, id string) (Match, error)
	// Matches lists all there are, ordered by id.
	Matches(ctx context.Context) ([]Match, error)
	// Save keeps entries, checkpoints and inputs of many matches in one go, and says for each in the same order whether it was done: nil, [ErrFenced],
	// [ErrFull] when a match's log of inputs has reached [MaxInputLog] (its entry and its checkpoint were kept all the same, if it had them), [ErrUnavailable].
	// What is saved of one match is there at once, for whoever reads it.
	//
	// A checkpoint replaces the one before, unless that is of the same epoch and a later tick, and drops the inputs it covers. Inputs for a
	// tick that the log already has replace it from that tick on: who resumed a match writes its history anew.
	Save(ctx context.Context, saves ...Save) []error
	// Saved returns what a match can be resumed from. [ErrNotFound] if there is no checkpoint.
	Saved(ctx context.Context, match string) (Saved, error)
}

// Checked is a match as it is stored, with what its lease says.
func (m Match) Checked(lease Lease) (Match, error) {
	m.ID, m.Owner, m.Epoch = lease.ID, lease.Owner, lease.Epoch
	if err := lease.Check(KindMatch); err != nil {
		return m, err
	}
	if len(m.Node) > MaxID || len(m.Address) > MaxAddress || len(m.Lobby) > MaxID {
		return m, fmt.Errorf("%w: node of %d bytes, address of %d, lobby of %d; want at most %d, %d and %d",
			ErrInvalid, len(m.Node), len(m.Address), len(m.Lobby), MaxID, MaxAddress, MaxID)
	}
	if len(m.Failed) > MaxFailed {
		return m, fmt.Errorf("%w: %d nodes that failed, want at most %d", ErrInvalid, len(m.Failed), MaxFailed)
	}
	return m, CheckSize("match data", len(m.Data), MaxRecord)
}

// Check says whether it can be saved.
func (s Save) Check() error {
	if err := s.Lease.Check(KindMatch); err != nil {
		return err
	}
	if s.Entry != nil {
		if _, err := s.Entry.Checked(s.Lease); err != nil {
			return err
		}
	}
	if s.Checkpoint != nil {
		if err := CheckSize("checkpoint", len(s.Checkpoint.Data), MaxCheckpoint); err != nil {
			return err
		}
	}
	for i, in := range s.Inputs {
		if in.To < in.From || i > 0 && in.From <= s.Inputs[i-1].To {
			return fmt.Errorf("%w: inputs of ticks %d to %d out of order", ErrInvalid, in.From, in.To)
		}
		if err := CheckSize("inputs", len(in.Data), MaxInputs); err != nil {
			return err
		}
	}
	return nil
}
