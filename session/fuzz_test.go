package session_test

import (
	"context"
	"errors"
	"hash/crc32"
	"testing"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
)

// split makes frames of bytes: the first byte of each says how long it is.
func split(data []byte) (frames [][]byte) {
	for len(data) > 0 {
		n := min(int(data[0]), len(data)-1)
		frames = append(frames, data[1:1+n])
		data = data[1+n:]
	}
	return frames
}

func join(frames ...[]byte) (data []byte) {
	for _, frame := range frames {
		data = append(append(data, byte(len(frame))), frame...)
	}
	return data
}

func addSeeds(f *testing.F) {
	for _, frame := range malformed() {
		if len(frame) < 256 {
			f.Add(join(frame, echo(1)))
		}
	}
	f.Add(join(protocol.MustEncode(hello("ann")), echo(1)))
	f.Add(join(protocol.MustEncode(resumeHello("token", 7)), echo(1)))
	f.Add(join(echo(0), []byte{0x93, 5, 1, 2}, []byte{0x93, 6, 1, 3}, []byte{0x95, 3, 1, 1, 1, 0x92, 0, 0}, []byte{0x93, 4, 1, 1}))
	q := once(1, 1)
	f.Add(join(protocol.MustEncode(saying(1)), protocol.MustEncode(saying(1)), protocol.MustEncode(q), protocol.MustEncode(q), echo(2)))
	f.Add(join([]byte{0x94, byte(protocol.KindAnswer), 1, 0xc0, 0xc0}, echo(1)))
	offer := protocol.Offer{Kind: protocol.KindUpload, ID: 1, Channel: "files", Name: "whole", Size: 100}
	chunk := protocol.Chunk{Kind: protocol.KindUploadChunk, ID: 1, Data: pattern(100), Sum: crc32.ChecksumIEEE(pattern(100))}
	f.Add(join(protocol.MustEncode(offer), protocol.MustEncode(chunk), protocol.MustEncode(offer), echo(1)))
	chunk.Sum++
	f.Add(join(protocol.MustEncode(offer), protocol.MustEncode(chunk), echo(1)))
	f.Add(join(protocol.MustEncode(offer), []byte{0x95, byte(protocol.KindUploadChunk), 1, 0, 0, 0xc0}, echo(1)))
	f.Add(join([]byte{0x96, byte(protocol.KindDownloadProgress), 1, 0, 0x7f, 0xc2, 0xc0}, []byte{0x96, byte(protocol.KindDownloadProgress), 1, 0, 0, 0xc3, 0xc0}))
	f.Add(join([]byte{0x91, 99}, []byte{0x91, byte(protocol.KindBye)}, echo(2)))
}

// say plays frames to a hub and checks that the connection ends in a way that has a name, without a fault of the server.
func say(t *testing.T, frames ...[]byte) {
	house, hub := newMemoryHub(t, func(cfg *session.Config) { cfg.Upload = new(depot).intake })
	house.request = func(_ *session.Session, q protocol.Request) (any, error) { return q.Payload, nil }
	house.connected = func(s *session.Session, _ bool) {
		s.SetStream(&stream{})
		if _, err := s.Download(file("map", 5000)); err != nil && !errors.Is(err, session.ErrDownloads) {
			t.Error(err)
		}
	}
	m := newMemory()
	served := make(chan error, 1)
	go func() { served <- hub.Serve(context.Background(), m) }()
	go func() {
		defer close(m.in)
		for _, frame := range frames {
			select {
			case m.in <- frame:
			case <-m.done:
				return
			}
		}
	}()
	for {
		select {
		case frame := <-m.out:
			if _, err := protocol.Check(frame, protocol.FromServer); err != nil {
				t.Errorf("the server said % x: %v", frame, err)
			}
			continue
		case err := <-served:
			var closed *protocol.Closed
			if err == nil || errors.As(err, &closed) && closed.Code == protocol.CloseInternal {
				t.Errorf("ended with %v", err)
			}
		}
		return
	}
}

func FuzzFramesAfterHello(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		say(t, append([][]byte{protocol.MustEncode(hello("ann"))}, split(data)...)...)
	})
}

func FuzzFirstFrames(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, data []byte) { say(t, split(data)...) })
}
