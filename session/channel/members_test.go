package channel_test

import (
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/deltatick/deltatick/protocol"
	"github.com/deltatick/deltatick/session"
	"github.com/deltatick/deltatick/session/channel"
)

// staff is a channel for those with the role.
func staff(edit ...func(*channel.Config)) *channel.Channel {
	cfg := channel.Config{Allow: func(who session.Identity) error {
		if who.HasRole("staff") {
			return nil
		}
		return protocol.Refuse(protocol.CodeForbidden, "for staff")
	}}
	for _, f := range edit {
		f(&cfg)
	}
	ch := channel.New("staff", cfg)
	channel.On(ch, "hello", func(*channel.Call, struct{}) (any, error) { return nil, nil })
	return ch
}

func name(channel string) map[string]string { return map[string]string{"channel": channel} }

func TestAChannelThatRefusesLeavesTheOthersUp(t *testing.T) {
	inHouse(t, set(shop(), staff()), func(h *house) {
		ann, bob := h.join("ann"), h.join("bob", "staff")
		ann.refused(protocol.CodeForbidden, "session", "open", name("staff"))
		ann.refused(protocol.CodeForbidden, "staff", "hello", nil)
		ann.refused(protocol.CodeNotFound, "session", "open", name("moon"))
		if _, err := ann.ask("shop", "buy", buy{"hat", 1}); err != nil {
			t.Error(err)
		}
		bob.refused(protocol.CodeForbidden, "staff", "hello", nil) // not open yet
		for range 2 {                                              // the second time it is open already
			_, err := bob.ask("session", "open", name("staff"))
			h.must(err)
		}
		_, err := bob.ask("staff", "hello", nil)
		h.must(err)
	})
}

func TestAClientClosesAChannelAndTheOthersStayUp(t *testing.T) {
	quiet := shop()
	inHouse(t, set(quiet, staff()), func(h *house) {
		ann := h.join("ann")
		for range 2 { // the second time there is nothing to do
			_, err := ann.ask("session", "close", name("shop"))
			h.must(err)
		}
		ann.refused(protocol.CodeForbidden, "shop", "buy", buy{"hat", 1})
		ann.refused(protocol.CodeForbidden, "session", "close", name("session"))
		if n, err := quiet.All().Emit("sale", nil); n != 0 || err != nil {
			t.Errorf("%d reached, %v", n, err)
		}
		h.set.Changed(ann.session) // does not open what the client has closed
		if quiet.Has(ann.session) {
			t.Error("open again")
		}
		_, err := ann.ask("session", "open", name("shop"))
		h.must(err)
		if heard := ann.heard(); heard != "" {
			t.Errorf("heard %s", heard)
		}
	})
}

func TestAChannelIsClosedWhenTheIdentityIsNotAllowedAnyMore(t *testing.T) {
	var closed atomic.Bool
	var told []string
	strict := staff(func(cfg *channel.Config) {
		cfg.Auto = true
		cfg.Allow = func(session.Identity) error {
			if closed.Load() {
				return protocol.Refuse(protocol.CodeForbidden, "not now")
			}
			return nil
		}
		cfg.Opened = func(s *session.Session) { told = append(told, "opened "+s.User()) }
		cfg.Closed = func(s *session.Session) { told = append(told, "closed "+s.User()) }
	})
	inHouse(t, set(strict, shop()), func(h *house) {
		ann := h.join("ann")
		h.must(strict.Join(ann.session, "den"))
		closed.Store(true)
		// Even before anybody has noticed the change, nothing reaches them.
		if n, _ := strict.All().Emit("secret", nil); n != 0 {
			t.Errorf("%d reached", n)
		}
		h.set.Changed(ann.session)
		events := ann.events()
		if len(events) != 1 || events[0].Channel != protocol.ChannelSession || events[0].Name != protocol.EventClosed {
			t.Fatalf("%+v", events)
		}
		var why channel.Closed
		h.must(protocol.DecodePayload(events[0].Payload, &why))
		if why != (channel.Closed{Channel: "staff", Code: protocol.CodeForbidden}) {
			t.Errorf("%+v", why)
		}
		if strict.Has(ann.session) || strict.CountRooms() != 0 {
			t.Error("still a member, or in a room")
		}
		if _, err := ann.ask("shop", "buy", buy{"hat", 1}); err != nil {
			t.Errorf("another channel went with it: %v", err)
		}
		closed.Store(false)
		h.set.Changed(ann.session)
		if !strict.Has(ann.session) {
			t.Error("not open again")
		}
	})
	if len(told) != 4 || told[0] != "opened ann" || told[1] != "closed ann" || told[3] != "closed ann" {
		t.Errorf("told %v", told)
	}
}

func TestRenewedCredentialsWithoutTheRoleCloseTheChannel(t *testing.T) {
	ch := staff()
	inHouse(t, set(ch, shop()), func(h *house) {
		ann := h.join("ann", "staff")
		_, err := ann.ask("session", "open", name("staff"))
		h.must(err)
		h.must(ch.Join(ann.session, "den"))
		_, err = ann.ask("session", "renew", map[string]any{"auth": []string{"ann", "clerk"}})
		h.must(err)
		if heard := ann.heard(); heard != "session/closed" {
			t.Errorf("heard %q", heard)
		}
		ann.refused(protocol.CodeForbidden, "staff", "hello", nil)
		if ch.Len() != 0 || ch.CountRooms() != 0 {
			t.Error("still a member, or in a room")
		}
		_, err = ann.ask("session", "renew", map[string]any{"auth": []string{"ann", "staff"}})
		h.must(err)
		_, err = ann.ask("session", "open", name("staff"))
		h.must(err)
	})
}

func TestMembershipAndRoomsSurviveAResume(t *testing.T) {
	ch := staff()
	inHouse(t, set(ch), func(h *house) {
		ann := h.join("ann", "staff")
		_, err := ann.ask("session", "open", name("staff"))
		h.must(err)
		h.must(ch.Join(ann.session, "den"))
		h.must(ann.Close())
		synctest.Wait()
		if n, err := ch.Rooms("den").Emit("news", nil); n != 1 || err != nil {
			t.Errorf("%d reached while away, %v", n, err)
		}
		back := ann.back(0)
		if heard := back.heard(); heard != "staff/news" {
			t.Errorf("heard %q", heard)
		}
		_, err = back.ask("staff", "hello", nil)
		h.must(err)
	})
}

func TestNobodyIsAMemberAfterTheEnd(t *testing.T) {
	ch := shop()
	inHouse(t, set(ch), func(h *house) {
		ann := h.join("ann")
		h.must(ch.Join(ann.session, "hats"))
		ann.session.End(protocol.CloseKicked)
		if code := ann.closed(); code != protocol.CloseKicked {
			t.Errorf("closed with %d", code)
		}
		if err := ch.Open(ann.session); err != channel.ErrNotMember {
			t.Errorf("opened: %v", err)
		}
		if err := ch.Join(ann.session, "shoes"); err != channel.ErrNotMember {
			t.Errorf("joined: %v", err)
		}
		ch.Leave(ann.session, "hats")
		ch.Close(ann.session, protocol.CodeForbidden)
		if ch.Len() != 0 || ch.CountRooms() != 0 || ch.Kept() != 0 {
			t.Error("something is left")
		}
	})
}

func TestAHookThatPanicsAtTheEndOfASessionLeavesNothingOfIt(t *testing.T) {
	clumsy := channel.New("clumsy", channel.Config{Auto: true, Closed: func(*session.Session) { panic("fell over") }})
	ch := shop() // comes after it
	inHouse(t, set(clumsy, ch), func(h *house) {
		ann := h.join("ann")
		h.must(ch.Join(ann.session, "hats"))
		ann.session.End(protocol.CloseKicked)
		ann.closed()
		synctest.Wait()
		if ch.Len() != 0 || ch.CountRooms() != 0 || ch.Kept() != 0 {
			t.Error("something is left")
		}
	})
}

func TestMiddlewareKeepsOutOfChannelsAndRooms(t *testing.T) {
	ch := shop()
	cfg := set(ch, channel.New("bank", channel.Config{}))
	cfg.Middleware = []channel.Middleware{{Join: func(who session.Identity, channel, room string) error {
		if channel == "bank" || room == "vault" {
			return protocol.Refuse(protocol.CodeForbidden, who.User+" may not")
		}
		return nil
	}}}
	inHouse(t, cfg, func(h *house) {
		ann := h.join("ann")
		ann.refused(protocol.CodeForbidden, "session", "open", name("bank"))
		if err := ch.Join(ann.session, "hats", "vault"); err == nil {
			t.Error("joined")
		}
		if rooms := ch.RoomsOf(ann.session); len(rooms) != 0 {
			t.Errorf("in %v after a join that failed", rooms)
		}
		h.must(ch.Join(ann.session, "hats"))
	})
}
