package session_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

func TestBadConfigsAreRefusedByName(t *testing.T) {
	for want, edit := range map[string]func(*session.Config){
		"handler":        func(cfg *session.Config) { cfg.Handler = nil },
		"authenticator":  func(cfg *session.Config) { cfg.Auth = nil },
		"RenewAhead":     func(cfg *session.Config) { cfg.RenewAhead = -1 },
		"secret":         func(cfg *session.Config) { cfg.Secret = []byte("short") },
		"server name":    func(cfg *session.Config) { cfg.ServerName = strings.Repeat("x", 65) },
		"codecs":         func(cfg *session.Config) { cfg.Codecs = []string{} },
		"MaxSessions":    func(cfg *session.Config) { cfg.MaxSessions = -1 },
		"QueueFrames":    func(cfg *session.Config) { cfg.QueueFrames = -1 },
		"queue":          func(cfg *session.Config) { cfg.KeptEvents = 1024 },
		"Grace":          func(cfg *session.Config) { cfg.Grace = -time.Second },
		"CloseTimeout":   func(cfg *session.Config) { cfg.CloseTimeout = time.Microsecond },
		"ShutdownSpread": func(cfg *session.Config) { cfg.ShutdownSpread = -1 },
		"limit Requests": func(cfg *session.Config) { cfg.Requests = session.Limit{Rate: 1, Burst: 1} },
		"ping every":     func(cfg *session.Config) { cfg.PingEvery = 99 * time.Millisecond },
		"limit Sends":    func(cfg *session.Config) { cfg.Sends = session.Limit{Rate: 1, Burst: -1, Strikes: 1} },
		"KeptAge":        func(cfg *session.Config) { cfg.KeptAge = -time.Second },
		"limit Bytes": func(cfg *session.Config) {
			cfg.Bytes = session.Limit{Rate: 1, Burst: protocol.MaxClientFrame - 1, Strikes: 1}
		},
		"kind": func(cfg *session.Config) {
			cfg.KindLimits = map[session.EventKind]session.Limit{{Channel: "shop"}: {Rate: 1}}
		},
		"identifiers": func(cfg *session.Config) {
			cfg.KindLimits = map[session.EventKind]session.Limit{{Name: "buy"}: cfg.Requests}
		},
		"MaxPerAddress": func(cfg *session.Config) { cfg.MaxPerAddress = -1 },
		"MaxAddresses":  func(cfg *session.Config) { cfg.MaxAddresses = -1 },
		"HandshakeRate": func(cfg *session.Config) { cfg.HandshakeRate = -1 },
		"trusted":       func(cfg *session.Config) { cfg.TrustedProxies = make([]netip.Prefix, 1) },
		"limit Signals": func(cfg *session.Config) { cfg.Signals = session.Limit{Rate: -1, Burst: 1, Strikes: 1} },
	} {
		cfg := session.Config{Handler: newHouse(t), Auth: session.Guest{}}
		edit(&cfg)
		if _, err := session.NewHub(cfg); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v", want, err)
		}
	}
}

func TestEveryLabelIsItsOwn(t *testing.T) {
	labels := map[string]bool{}
	label := func(s string) {
		if s == "" || labels[s] {
			t.Errorf("label %q is empty or used twice", s)
		}
		labels[s] = true
	}
	for _, d := range session.Drops() {
		label(d.String())
	}
	for _, o := range session.Outcomes() {
		label(o.String())
	}
	for _, k := range []protocol.Kind{protocol.KindHello, protocol.KindBye, protocol.KindSend, protocol.KindAnswer, protocol.KindWelcome, protocol.KindSnapshot, protocol.KindAsk, protocol.KindUpload, protocol.KindUploadProgress} {
		if session.KindSlot(k) != int(k) {
			t.Errorf("kind %v in slot %d", k, session.KindSlot(k))
		}
	}
	for _, k := range []protocol.Kind{0, 13, 15, 26, 31, 32, 127, 255} {
		if session.KindSlot(k) != 0 {
			t.Errorf("kind %d in slot %d", k, session.KindSlot(k))
		}
	}
}
