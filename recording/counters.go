package recording

import "sync/atomic"

// Counters counts what becomes of the recordings that share it. All fields may be read at any time.
type Counters struct {
	Running atomic.Int64 // being written now
	Ticks   atomic.Uint64
	Bytes   atomic.Uint64 // of files
	Ends    [outcomes]atomic.Uint64
}

// Outcome says how a recording ended. It indexes [Counters.Ends].
type Outcome uint8

// The outcomes.
const (
	OutcomeComplete Outcome = iota // with its match
	OutcomeFull                    // at its largest size or length
	OutcomeSlow                    // truncated: the file took ticks more slowly than they were made
	OutcomeFailed                  // the file could not be made or written
	outcomes
)

// String is the outcome as a metric label.
func (o Outcome) String() string { return [...]string{"complete", "full", "slow", "failed"}[o] }

// Outcomes lists all outcomes.
func Outcomes() []Outcome {
	all := make([]Outcome, outcomes)
	for i := range all {
		all[i] = Outcome(i)
	}
	return all
}
