package redis

import "time"

// KeepFor makes an engine forget soon: what nobody renews, and what belongs to one id and nobody writes to.
func (e *Engine) KeepFor(retention, unwritten time.Duration) {
	e.retention, e.keepFor = retention, unwritten
}
