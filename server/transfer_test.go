package server_test

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

func picture(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i ^ i>>8)
	}
	return data
}

// album keeps the pictures that it is sent.
type album struct {
	*channel.Channel
	taken []channel.Upload
}

func newAlbum() *album {
	a := &album{Channel: channel.New("album", channel.Config{Auto: true})}
	channel.OnUpload(a.Channel, "picture", 1<<20, func(_ *channel.Call, u channel.Upload) error {
		if u.Type != "image/png" {
			return protocol.RefuseField("type", "not a picture")
		}
		a.taken = append(a.taken, u)
		return nil
	})
	return a
}

func TestAClientUploadsToAChannelOverAnyNumberOfSockets(t *testing.T) {
	a := newAlbum()
	bubble(t, server.Config{Channels: []*channel.Channel{a.Channel}}, func(h *house) {
		ada := h.guest("ada")
		data := picture(700_000)
		cuts, last := 0, 0
		h.must(ada.Upload(h.ctx, "album", "picture", client.File{Type: "image/png", Data: data, Progress: func(taken int) {
			if taken <= last {
				t.Errorf("progress to %d after %d", taken, last)
			}
			if last = taken; taken > (cuts+1)*100_000 {
				cuts++
				ada.Cut()
			}
		}}))
		if cuts < 5 || last != len(data) {
			t.Errorf("%d cuts, told of %d bytes", cuts, last)
		}
		if len(a.taken) != 1 || !bytes.Equal(a.taken[0].Data, data) {
			t.Error("it did not arrive once")
		}
	})
}

func TestUploadsAreRefusedAsRequestsAre(t *testing.T) {
	a := newAlbum()
	asked := 0
	cfg := server.Config{Channels: []*channel.Channel{a.Channel}, Middleware: []server.Middleware{{
		Handle: func(next channel.Handler) channel.Handler {
			return func(c *channel.Call) (any, error) {
				if o := c.Offer(); o != nil && o.Type == "image/gif" {
					asked++
					return nil, protocol.Refuse(protocol.CodeForbidden, "no")
				}
				return next(c)
			}
		},
	}}}
	bubble(t, cfg, func(h *house) {
		ada := h.guest("ada")
		upload := func(channel, name, kind string, n int) error {
			return ada.Upload(h.ctx, channel, name, client.File{Type: kind, Data: picture(n)})
		}
		h.refusedWith(protocol.CodeNotFound, upload("album", "film", "image/png", 1))
		h.refusedWith(protocol.CodeNotFound, upload("bank", "picture", "image/png", 1))
		h.refusedWith(protocol.CodeTooBig, upload("album", "picture", "image/png", 1<<20+1))
		h.refusedWith(protocol.CodeBadPayload, upload("album", "picture", "text/plain", 300))
		h.refusedWith(protocol.CodeForbidden, upload("album", "picture", "image/gif", 1))
		h.must(ada.Call(h.ctx, "session", "close", map[string]string{"channel": "album"}, nil))
		h.refusedWith(protocol.CodeForbidden, upload("album", "picture", "image/png", 1))
		if asked != 1 || len(a.taken) != 0 {
			t.Errorf("%d asked, %d taken", asked, len(a.taken))
		}
	})
}

func TestAnUploadThatTheClientGivesUpIsOverForTheServer(t *testing.T) {
	var ended error
	ch := channel.New("files", channel.Config{Auto: true})
	channel.OnUploadTo(ch, "log", 64<<20, func(*channel.Call) (session.Sink, error) { return &drain{&ended}, nil })
	bubble(t, server.Config{Channels: []*channel.Channel{ch}}, func(h *house) {
		ctx, cancel := context.WithCancelCause(h.ctx)
		enough := errors.New("enough")
		err := h.guest("ada").Upload(ctx, "files", "log", client.File{Data: picture(8 << 20), Progress: func(taken int) {
			if taken > 100_000 {
				cancel(enough)
			}
		}})
		if !errors.Is(err, enough) {
			t.Error(err)
		}
		synctest.Wait()
		if !errors.Is(ended, session.ErrCancelled) {
			t.Errorf("the sink heard %v", ended)
		}
	})
}

// drain is a session.Sink that keeps nothing but how it ended.
type drain struct{ ended *error }

func (d *drain) Write(p []byte) (int, error) { return len(p), nil }

func (d *drain) Finish(why error) error {
	*d.ended = why
	return nil
}

func TestAChannelSendsItsMembersFiles(t *testing.T) {
	ch := channel.New("maps", channel.Config{Auto: true})
	var met []*session.Session
	channel.On(ch, "here", func(c *channel.Call, _ struct{}) (any, error) {
		met = append(met, c.Session())
		return nil, nil
	})
	bubble(t, server.Config{Channels: []*channel.Channel{ch}}, func(h *house) {
		var ada *guest
		var got []byte
		cuts := 0
		refusing := protocol.Refuse(protocol.CodeFull, "no room")
		ada = h.guestWith(client.Config{Name: "ada", NetDial: h.net.dial, Downloads: map[client.Download]client.DownloadHandler{
			{Channel: "maps", Name: "map"}: {
				Limit: 1 << 20,
				Done: func(kind string, data []byte) error {
					if kind != "tiles" {
						t.Errorf("type %q", kind)
					}
					got = data
					return nil
				},
				Progress: func(taken, size int) {
					if size == 700_000 && taken > (cuts+1)*100_000 {
						cuts++
						ada.Cut()
					}
				},
			},
			{Channel: "maps", Name: "unwanted"}: {Limit: 100, Done: func(string, []byte) error { return refusing }},
		}})
		h.must(ada.Call(h.ctx, "maps", "here", map[string]int{}, nil))
		send := func(name string, n int) error {
			t.Helper()
			d, err := ch.Download(met[0], name, "tiles", picture(n))
			h.must(err)
			select {
			case <-d.Done():
				return d.Err()
			case <-time.After(time.Minute):
				return errors.New("not over")
			}
		}
		h.must(send("map", 700_000))
		if !bytes.Equal(got, picture(700_000)) || cuts < 5 {
			t.Errorf("%d bytes after %d cuts", len(got), cuts)
		}
		h.refusedWith(protocol.CodeNotFound, send("other", 1))
		h.refusedWith(protocol.CodeTooBig, send("map", 1<<20+1))
		h.refusedWith(protocol.CodeFull, send("unwanted", 50))
		h.must(ada.Call(h.ctx, "session", "close", map[string]string{"channel": "maps"}, nil))
		if _, err := ch.Download(met[0], "map", "", picture(1)); !errors.Is(err, channel.ErrNotMember) {
			t.Errorf("to a session that is no member: %v", err)
		}
	})
}
