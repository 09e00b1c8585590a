package client

import (
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"

	"github.com/deltatick/deltatick/protocol"
)

// backoff decides how long to wait before a dial (docs/PROTOCOL.md, section 3): not at all after a cut, uniformly random below a
// growing ceiling after a failure, and below the close code's own ceiling where it has one.
type backoff struct {
	base, cap time.Duration
	rng       *rand.Rand
	failures  int           // dials in a row that led to no welcome
	atOnce    *rate.Limiter // immediate redials: a server that welcomes and drops at once must not be hammered
}

func newBackoff(cfg Config) *backoff {
	return &backoff{base: cfg.BackoffBase, cap: cfg.BackoffCap, rng: cfg.Rand, atOnce: rate.NewLimiter(1, 4)}
}

// wait is how long to wait at time now, after a connection ended that had or had not been welcomed, with the server's code or
// 0.
func (b *backoff) wait(now time.Time, welcomed bool, code protocol.CloseCode) time.Duration {
	ceiling := code.Wait()
	if welcomed {
		b.failures = 0
		if ceiling == 0 && b.atOnce.AllowN(now, 1) {
			return 0
		}
	}
	if !welcomed || ceiling == 0 {
		b.failures++
		ceiling = max(ceiling, b.ceiling())
	}
	return time.Duration(b.rng.Int64N(int64(ceiling) + 1))
}

func (b *backoff) ceiling() time.Duration {
	d := b.base
	for range b.failures {
		if d *= 2; d >= b.cap {
			return b.cap
		}
	}
	return min(d, b.cap)
}
