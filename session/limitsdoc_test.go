package session

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/deltatick/deltatick/protocol"
)

// TestTheTablesOfLimitsSayTheDefaults is inside the package for the defaults, which no Hub tells.
func TestTheTablesOfLimitsSayTheDefaults(t *testing.T) {
	cfg, err := Config{Handler: struct{ Handler }{}, Auth: Guest{}}.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	for file, rows := range map[string]map[string]string{
		"../docs/sessions.md": {
			"sessions":                    number(cfg.MaxSessions),
			"connections of one address":  number(cfg.MaxPerAddress),
			"handshakes of one address":   fmt.Sprintf("%v/s, burst %s the connections", cfg.HandshakeRate, map[int]string{2: "twice"}[handshakeBurst]),
			"addresses connected":         number(cfg.MaxAddresses),
			"hello: time, bytes":          fmt.Sprintf("%v, %s B", seconds(cfg.HelloTimeout), number(protocol.MaxHelloFrame)),
			"a frame":                     number(protocol.MaxClientFrame) + " B",
			"headers in one message":      number(maxBare) + " B",
			"bytes of a session's frames": bucket(cfg.Bytes),
			"both outside a match":        bucket(cfg.Strays),
			"requests":                    bucket(cfg.Requests),
			"pings, resyncs, unknown":     bucket(cfg.Signals),
			"uploads at a time; bytes":    fmt.Sprintf("%d; %s B, and the handler's own", cfg.MaxUploads, number(int(cfg.MaxTransfer))),
			"uploads held until":          fmt.Sprintf("%s B, %s B", number(int(cfg.MaxWaiting)), number(int(cfg.MaxWaitingInAll))),
			"bytes of uploads":            fmt.Sprintf("%s/s, burst %s", number(int(cfg.UploadRate)), number(cfg.UploadBurst)),
			"downloads at a time":         fmt.Sprint(cfg.MaxDownloads),
			"a transfer that stands":      seconds(cfg.TransferTimeout),
			"queue to a client":           fmt.Sprintf("%s frames, %s B", number(cfg.QueueFrames), number(cfg.QueueBytes)),
			"events kept for a replay":    fmt.Sprintf("%s, %s B", number(cfg.KeptEvents), number(cfg.KeptBytes)),
			"a write":                     seconds(cfg.WriteTimeout),
			"silence":                     fmt.Sprintf("%s, asked after %s", seconds(cfg.SilentTimeout), seconds(cfg.SilentTimeout/3)),
			"away":                        seconds(cfg.Grace),
		},
		"../docs/PROTOCOL.md": {
			"connections of one address":       number(cfg.MaxPerAddress),
			"handshakes of one address":        fmt.Sprintf("%v a second, burst %d", cfg.HandshakeRate, handshakeBurst*cfg.MaxPerAddress),
			"addresses connected":              number(cfg.MaxAddresses),
			"handshake to hello":               seconds(cfg.HelloTimeout),
			"WebSocket headers in one message": number(maxBare) + " B",
			"bytes of frames after the hello":  fmt.Sprintf("%v KiB a second, burst %d KiB", cfg.Bytes.Rate/1024, cfg.Bytes.Burst/1024),
			"inputs and acks outside a match":  rated(cfg.Strays),
			"requests |":                       rated(cfg.Requests),
			"pings, resyncs, frames":           rated(cfg.Signals),
			"write not finished":               seconds(cfg.WriteTimeout),
			"silence":                          seconds(cfg.SilentTimeout),
			"grace after a drop":               seconds(cfg.Grace),
		},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for what, want := range rows {
			if row := find(string(text), "\n| "+what); !strings.Contains(row, "| "+want+" |") {
				t.Errorf("%s: %q is not the default %q", file, row, want)
			}
		}
	}
}

// find is the line that begins with the text after its newline.
func find(text, begin string) string {
	_, after, _ := strings.Cut(text, begin)
	line, _, _ := strings.Cut(after, "\n")
	return begin[1:] + line
}

func bucket(l Limit) string {
	return fmt.Sprintf("%s/s, burst %s, %d strikes", number(int(l.Rate)), number(l.Burst), l.Strikes)
}

func rated(l Limit) string { return fmt.Sprintf("%v a second, burst %d", l.Rate, l.Burst) }

func seconds(d time.Duration) string { return fmt.Sprintf("%v s", d.Seconds()) }

// number writes thousands apart.
func number(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", number(n/1000), n%1000)
}
