package client_test

import (
	"context"
	"encoding/binary"
	"testing"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/client-go/clienttest"
	"github.com/deltatick/deltatick/protocol"
)

// FuzzServerFrames lets a server say anything: a client must neither crash nor show a world outside its schema's ranges.
// The data are frames, each after its length in two bytes.
func FuzzServerFrames(f *testing.F) {
	first := world(100, ship{X: 1, Name: "a"}, ship{X: 2, Name: "b"})
	second := world(101, ship{X: 3, Name: "c"})
	join := func(frames ...[]byte) (data []byte) {
		for _, frame := range frames {
			data = append(binary.BigEndian.AppendUint16(data, uint16(len(frame))), frame...)
		}
		return data
	}
	entered, key, delta := protocol.MustEncode(enter(1, 1)), snapshot(1, nil, first), snapshot(1, first, second)
	f.Add(join(entered, key, delta, snapshot(1, second, world(102))))
	f.Add(join(entered, key, protocol.MustEncode(event(1, "match", "exit", map[string]any{"match": "m1", "reason": "ended"}))))
	f.Add(join(protocol.MustEncode(event(1, "lobby", "state", map[string]any{"id": "l", "members": []any{map[string]any{"user": "u"}}}))))
	f.Add(join(protocol.MustEncode(event(1, "lobby", "list", map[string]any{"upsert": []any{}, "removed": []string{"x"}}))))
	f.Add(join(protocol.MustEncode(&protocol.Reply{Kind: protocol.KindReply, ID: 1, Error: protocol.Refuse("full", "x"), Payload: protocol.Raw{0xc0}})))
	f.Add(join(protocol.MustEncode(&protocol.Pong{Kind: protocol.KindPong, Time: 1, Now: 2})))
	offer := protocol.MustEncode(&protocol.Offer{Kind: protocol.KindDownload, ID: 1, Channel: "maps", Name: "map", Size: 5})
	chunk := protocol.MustEncode(&protocol.Chunk{Kind: protocol.KindDownloadChunk, ID: 1, Sum: 0x3610a686, Data: []byte("hello")})
	f.Add(join(offer, chunk, offer))
	f.Add(join(offer, protocol.MustEncode(&protocol.Chunk{Kind: protocol.KindDownloadChunk, ID: 1}), chunk))
	f.Add(join(protocol.MustEncode(&protocol.Progress{Kind: protocol.KindUploadProgress, ID: 1, Limit: 9})))
	f.Add([]byte{0, 5, 0xdd, 0xff, 0xff, 0xff, 0xff})

	f.Fuzz(func(t *testing.T, data []byte) {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		srv := clienttest.NewServer()
		defer srv.Close()
		c, err := client.New(client.Config{URL: clienttest.URL, NetDial: srv.Dial, Downloads: map[client.Download]client.DownloadHandler{
			{Channel: "maps", Name: "map"}: {Limit: 5, Done: func(_ string, data []byte) error {
				if len(data) > 5 {
					t.Errorf("a download of %d bytes", len(data))
				}
				return nil
			}},
		}, Handlers: client.Handlers{
			Lost:     func(error) { cancel() },
			Snapshot: func(room *client.Room, v *client.View) { inRange(t, room, v) },
		}})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx) }()
		if conn, err := srv.Accept(ctx); err == nil {
			serveFrames(conn, data)
		}
		<-ended
	})
}

func serveFrames(conn *clienttest.Conn, data []byte) {
	defer conn.Cut()
	if _, err := conn.Hello(); err != nil || conn.Welcome(protocol.Welcome{}) != nil {
		return
	}
	for len(data) >= 2 {
		n := min(int(binary.BigEndian.Uint16(data)), len(data)-2)
		if conn.SendRaw(data[2:2+n]) != nil {
			return
		}
		data = data[2+n:]
	}
	_ = conn.Close(protocol.CloseNormal)
}

func inRange(t *testing.T, room *client.Room, v *client.View) {
	for i, table := range room.Schema {
		rows := &v.Snapshot.Tables[i]
		for j := 1; j < rows.Len(); j++ {
			if rows.IDs[j] <= rows.IDs[j-1] {
				t.Errorf("table %s: id %d after %d", table.Name, rows.IDs[j], rows.IDs[j-1])
			}
		}
		for at, f := range table.Fields {
			column := room.Table(table.Name).Column(f.Name)
			for row := range rows.Len() {
				if !f.Holds(rows.Quanta[at*rows.Len()+row]) {
					t.Errorf("field %s: quantum %d out of range", f.Name, column.Quantum(v, row))
				}
				_ = column.String(v, row)
			}
		}
	}
}
