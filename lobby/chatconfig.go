package lobby

import (
	"cmp"
	"fmt"
	"time"
)

// ChatConfig bounds the chat of every lobby. Zero values are the stated defaults.
type ChatConfig struct {
	MaxRunes int // of a message, once cleaned; longer ones are refused; default 500

	Rate  float64 // messages of a user, a second, above 0; default 1
	Burst int     // messages of a user, at once; default 5

	KeptMessages int           // for those who come later; default 100
	KeptBytes    int           // of their texts; the newest message is kept whatever its size; default 64 KiB
	KeptFor      time.Duration // by age; default 1 h

	Typing time.Duration // for which someone types without saying so again; default 5 s
}

// How often a user may say that they type, or do not: typing tells nobody anything that cannot wait.
const (
	typingRate  = 2 // a second
	typingBurst = 10
)

// mutedFor is how long a lobby knows that someone who left was muted: leaving and coming back is no way round it.
const mutedFor = 10 * time.Minute

func (cfg ChatConfig) withDefaults() (ChatConfig, error) {
	cfg.MaxRunes = cmp.Or(cfg.MaxRunes, 500)
	cfg.Rate = cmp.Or(cfg.Rate, 1)
	cfg.Burst = cmp.Or(cfg.Burst, 5)
	cfg.KeptMessages = cmp.Or(cfg.KeptMessages, 100)
	cfg.KeptBytes = cmp.Or(cfg.KeptBytes, 64<<10)
	cfg.KeptFor = cmp.Or(cfg.KeptFor, time.Hour)
	cfg.Typing = cmp.Or(cfg.Typing, 5*time.Second)
	if cfg.MaxRunes < 1 || !(cfg.Rate > 0) || cfg.Burst < 1 || cfg.KeptMessages < 1 || cfg.KeptBytes < 1 || cfg.KeptFor <= 0 || cfg.Typing <= 0 {
		return cfg, fmt.Errorf("lobbies: a limit of the chat is negative: %+v", cfg)
	}
	return cfg, nil
}

// refill is how long an empty bucket takes to be full again.
func (cfg ChatConfig) refill() time.Duration {
	return time.Duration(max(float64(cfg.Burst)/cfg.Rate, typingBurst/typingRate) * float64(time.Second))
}
