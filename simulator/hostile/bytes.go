package hostile

import (
	"bytes"
	"context"
	"encoding/binary"

	"github.com/deltatick/deltatick/protocol"
)

// oversize sends what is too large, before its hello or after it.
func oversize(ctx context.Context, a *Attacker) error {
	w, err := a.dial(ctx)
	if err != nil {
		return err
	}
	defer w.cut()
	limit := protocol.MaxHelloFrame
	if a.cfg.Rand.IntN(2) == 0 {
		if _, err := w.greet(""); err != nil {
			return err
		}
		limit = protocol.MaxClientFrame
	}
	ends := []protocol.CloseCode{protocol.CloseTooBig}
	if a.cfg.Rand.IntN(3) == 0 {
		// A header that claims a frame of 2^40: final, binary, masked, a length of 64 bits. Nothing of it follows, so a server that goes by what has
		// come sees somebody who is silent.
		ends = append(ends, protocol.CloseNoHello, protocol.CloseSilent)
		header := binary.BigEndian.AppendUint64([]byte{0x82, 0xff}, 1<<40)
		_, err = w.tcp().Write(append(header, 1, 2, 3, 4))
	} else {
		err = w.send(bytes.Repeat([]byte{0xc0}, limit+1+a.cfg.Rand.IntN(1<<10)))
	}
	if err != nil {
		return err
	}
	err = w.end(protocol.SilentTimeout + patience)
	a.expectClosed(err, "a frame that was too large was put up with", ends...)
	return err
}

// malformed sends bytes that are no frame, or one that lies.
func malformed(ctx context.Context, a *Attacker) error {
	w, _, err := a.guest(ctx)
	if err != nil {
		return err
	}
	defer w.cut()
	if err := w.send(a.garbage()); err != nil {
		return err
	}
	err = w.end(patience)
	a.expectClosed(err, "a malformed frame was put up with", protocol.CloseMalformed)
	return err
}

// garbage is a frame that breaks a rule of docs/PROTOCOL.md, sections 1 and 2.
func (a *Attacker) garbage() []byte {
	ping := protocol.MustEncode(protocol.Ping{Kind: protocol.KindPing, Time: 1})
	request := protocol.MustEncode(protocol.Request{Kind: protocol.KindRequest, ID: 1, Channel: protocol.ChannelLobby, Name: "list", Payload: protocol.MustEncode(nil)})
	frames := [][]byte{
		{},                               // nothing
		{0xc1},                           // the one byte that msgpack never uses
		{0xdd, 0xff, 0xff, 0xff, 0xff},   // an array of 2^32 elements that are not there
		{0xc6, 0xff, 0xff, 0xff, 0xff},   // 4 GiB of bytes that are not there
		bytes.Repeat([]byte{0x91}, 1000), // arrays in arrays in arrays
		append([]byte{0xdc, 0xff, 0xff}, ping...), // an array that is longer than its frame
		ping[:len(ping)-1],                        // the end is missing
		append(bytes.Clone(ping), 0xc0),           // something after the end
		{0x80},                                    // a map where an array belongs
		{0x92, 0xa1, 'x', 0x01},                   // a kind that is no integer
		request[:len(request)/2],                  // half of a request
		protocol.MustEncode([]any{protocol.KindPing, "now", 0}),               // a time that is a word
		protocol.MustEncode([]any{protocol.KindRequest, -1, "lobby", "list"}), // a negative id, and no payload
	}
	return frames[a.cfg.Rand.IntN(len(frames))]
}

// truncate goes in the middle of something.
func truncate(ctx context.Context, a *Attacker) error {
	conn, err := a.cfg.NetDial(ctx, "tcp", a.host())
	if err != nil {
		return err
	}
	defer conn.Close() //nolint:errcheck // it is to end, somehow
	if a.cfg.Rand.IntN(2) == 0 {
		_, err = conn.Write([]byte("GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: webso"))
		pause(ctx, a.attack.Pause)
		return err
	}
	w, err := a.dial(ctx)
	if err != nil {
		return err
	}
	defer w.cut()
	if a.cfg.Rand.IntN(2) == 0 {
		if _, err := w.greet(""); err != nil {
			return err
		}
	}
	// The header of a masked frame of 100 bytes, and 9 of them.
	_, err = w.tcp().Write(append([]byte{0x82, 0x80 | 100, 1, 2, 3, 4}, make([]byte, 9)...))
	pause(ctx, a.attack.Pause)
	return err
}
