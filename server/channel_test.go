package server_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
)

// echo answers with who asked what.
func echo(_ context.Context, user, name string, payload []byte) (any, error) {
	if name != "echo" {
		return nil, protocol.Refuse(protocol.CodeUnknownRequest, "no request "+name)
	}
	return map[string]any{"user": user, "payload": protocol.OrNil(payload)}, nil
}

func TestAGamesOwnChannelAnswersItsRequests(t *testing.T) {
	bubble(t, server.Config{Channels: map[string]server.Channel{"shop": echo}}, func(h *house) {
		ada := h.guest("ada")
		var reply struct {
			User    string           `msgpack:"user"`
			Payload map[string]int64 `msgpack:"payload"`
		}
		h.must(ada.Call(h.ctx, "shop", "echo", map[string]int64{"coins": 3}, &reply))
		if reply.User == "" || reply.Payload["coins"] != 3 {
			t.Errorf("reply: %+v", reply)
		}
		if err := ada.Call(h.ctx, "shop", "rob", nil, nil); err == nil {
			t.Error("an unknown request was answered")
		}
		if err := ada.Call(h.ctx, "bank", "echo", nil, nil); err == nil {
			t.Error("an unknown channel answered")
		}
	})
}

func TestAServerIsNotMadeWithWhatItCannotUse(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]server.Config{
		"own channel":     {Channels: map[string]server.Channel{"lobby": echo}},
		"bad channel":     {Channels: map[string]server.Channel{"The Shop": echo}},
		"small recording": {RecordMaxBytes: 1000},
		"no directory":    {RecordDir: file},
	} {
		cfg.Kinds, cfg.Guests = []match.Kind{tallyKind()}, true
		if _, err := server.New(cfg); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
