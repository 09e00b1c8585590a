package client_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	client "github.com/deltatick/deltatick/client-go"
	"github.com/deltatick/deltatick/protocol"
)

func TestHelloNamesTheGuest(t *testing.T) {
	bubble(t, client.Config{Name: "ada"}, func(r *rig) {
		_, hello := r.welcome(protocol.Welcome{Session: "s1", User: "u1", Name: "ada"})
		if hello.Version != protocol.Version || hello.Resume != nil || hello.Auth[0] != "guest" || hello.Auth[1] != "ada" {
			t.Errorf("hello %+v", hello)
		}
		if s := r.c.Session(); s.ID != "s1" || s.User != "u1" || s.Name != "ada" || s.Resumed || s.Grace != time.Minute {
			t.Errorf("session %+v", s)
		}
	})
}

func TestCutIsFollowedByAResumeAtOnceWithTheNewestToken(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		began := time.Now()
		conn, _ := r.welcome(protocol.Welcome{Token: "t1"})
		r.must(conn.Send(event(1, "match", "x", nil)))
		r.must(conn.Send(event(2, "match", "x", nil)))
		settle()
		conn.Cut()
		conn, hello := r.welcome(protocol.Welcome{Token: "t2"})
		if hello.Resume == nil || hello.Resume.Token != "t1" || hello.Resume.Seq != 2 {
			t.Fatalf("first resume %+v", hello.Resume)
		}
		conn.CutMidFrame()
		_, hello = r.welcome(protocol.Welcome{Token: "t3"})
		if hello.Resume == nil || hello.Resume.Token != "t2" || hello.Resume.Seq != 2 {
			t.Fatalf("second resume %+v", hello.Resume)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("two cuts cost %v, want none", waited)
		}
		if s := r.c.Stats(); s.Connects != 3 || s.Resumes != 2 {
			t.Errorf("%d connects, %d resumes", s.Connects, s.Resumes)
		}
	})
}

func TestTheFirstFrameAfterAWelcomeConfirmsTheToken(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		kind, _, err := conn.Next()
		if r.must(err); kind != protocol.KindPing {
			t.Errorf("%s, want a ping", kind)
		}
	})
}

func TestAWelcomeThatNeverCameLeavesTheOldTokenInUse(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{Token: "t1"})
		conn.Cut()
		conn, _ = r.accept()
		conn.Cut() // the server has made t2, but nobody heard
		if _, hello := r.accept(); hello.Resume == nil || hello.Resume.Token != "t1" {
			t.Errorf("resume %+v, want token t1", hello.Resume)
		}
	})
}

func TestFailedDialsBackOffWithJitterInsideTheCap(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.srv.Refuse(true)
		conn.Cut()
		settle()
		if got := r.srv.Dials(); got != 2 {
			t.Fatalf("%d dials right after the cut, want 2", got)
		}
		waits := map[time.Duration]bool{}
		for n := 1; n <= 12; n++ {
			began, dials := time.Now(), r.srv.Dials()
			for r.srv.Dials() == dials {
				pass(time.Millisecond)
			}
			ceiling := min(5*time.Second, 250*time.Millisecond<<n)
			wait := time.Since(began)
			if wait > ceiling+time.Millisecond {
				t.Errorf("waited %v before attempt %d, ceiling %v", wait, n, ceiling)
			}
			waits[wait] = true
		}
		if len(waits) < 10 {
			t.Errorf("waits repeat: %v", waits)
		}
		r.srv.Refuse(false)
		if _, hello := r.welcome(protocol.Welcome{}); hello.Resume == nil {
			t.Error("came back without its token")
		}
	})
}

func TestAServerThatDropsEveryWelcomedSocketIsNotHammered(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		go func() {
			for {
				conn, err := r.srv.Accept(r.ctx)
				if err != nil {
					return
				}
				if _, err := conn.Hello(); err != nil || conn.Welcome(protocol.Welcome{Resumed: r.c.Stats().Connects > 0}) != nil {
					continue
				}
				conn.Cut()
			}
		}()
		pass(10 * time.Second)
		if dials := r.srv.Dials(); dials < 10 || dials > 90 {
			t.Errorf("%d dials in 10 s", dials)
		}
	})
}

func TestCloseCodesDecideWhetherAndWhenToComeBack(t *testing.T) {
	for _, code := range append(protocol.CloseCodes(), 1001, 1011, 4499, 4999) {
		t.Run(code.Name(), func(t *testing.T) {
			bubble(t, client.Config{}, func(r *rig) {
				conn, _ := r.welcome(protocol.Welcome{})
				closing := time.Now()
				_ = conn.Close(code)
				if !code.ComesBack() || code == protocol.CloseAuthExpired { // a guest has nothing to renew
					var closed *protocol.Closed
					if err := <-r.ended; !errors.As(err, &closed) || closed.Code != code {
						t.Errorf("Run ended with %v, want code %d", err, code)
					}
					r.ended <- nil
					if r.srv.Dials() != 1 {
						t.Error("dialed again")
					}
					if _, err := r.c.NextRoom(r.ctx, nil); !errors.Is(err, client.ErrEnded) {
						t.Errorf("NextRoom: %v", err)
					}
					return
				}
				if _, hello := r.accept(); hello.Resume == nil {
					t.Error("came back without its token")
				}
				if waited := time.Since(closing); waited > code.Wait() {
					t.Errorf("waited %v, at most %v", waited, code.Wait())
				}
			})
		})
	}
}

func TestBusyBeforeTheFirstWelcomeIsWaitedOut(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.accept()
		_ = conn.Close(protocol.CloseBusy)
		r.welcome(protocol.Welcome{})
		if s := r.c.Stats(); s.Connects != 1 || s.DialFailures != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestASilentSocketIsDroppedAfterTwoSeconds(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		r.welcome(protocol.Welcome{})
		quiet := time.Now()
		_, hello := r.accept()
		if silence := time.Since(quiet); silence != protocol.LinkTimeout {
			t.Errorf("dropped after %v", silence)
		}
		if hello.Resume == nil {
			t.Error("came back without its token")
		}
	})
}

func TestASocketWithPongsAloneStaysAlive(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{PingEvery: 100_000})
		r.pongs(conn)
		pass(time.Minute)
		if s := r.c.Stats(); s.Connects != 1 || !r.c.Online() {
			t.Errorf("%d connects", s.Connects)
		}
	})
}

func TestAFirstDialThatFailsEndsRunUnlessToldOtherwise(t *testing.T) {
	for _, keep := range []bool{false, true} {
		bubble(t, client.Config{KeepDialing: keep}, func(r *rig) {
			conn, _ := r.accept()
			r.srv.Refuse(true)
			conn.Cut()
			if !keep {
				if err := <-r.ended; !errors.Is(err, client.ErrUnreachable) {
					t.Errorf("Run ended with %v", err)
				}
				r.ended <- nil
				return
			}
			pass(time.Second)
			r.srv.Refuse(false)
			r.welcome(protocol.Welcome{})
		})
	}
}

func TestCutsLeaveNoCloseFrame(t *testing.T) {
	for name, cut := range map[string]func(*client.Client){"cut": (*client.Client).Cut, "mid-frame": (*client.Client).CutMidFrame} {
		t.Run(name, func(t *testing.T) {
			bubble(t, client.Config{}, func(r *rig) {
				conn, _ := r.welcome(protocol.Welcome{})
				cut(r.c)
				_, err := conn.NextOf(protocol.KindBye)
				var closed *websocket.CloseError
				if err == nil || errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure {
					t.Errorf("the server saw %v", err)
				}
				r.welcome(protocol.Welcome{})
			})
		})
	}
}

func TestByeEndsTheSession(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		said := make(chan error, 1)
		go func() { said <- r.c.Bye(r.ctx) }()
		if _, err := conn.NextOf(protocol.KindBye); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close(protocol.CloseNormal)
		r.must(<-said)
		if err := <-r.ended; err != nil {
			t.Errorf("Run ended with %v", err)
		}
		r.ended <- nil
	})
}

func TestByeToADeafServerOrToNoneEndsRunAllTheSame(t *testing.T) {
	for _, online := range []bool{true, false} {
		bubble(t, client.Config{}, func(r *rig) {
			conn, _ := r.welcome(protocol.Welcome{})
			if !online {
				r.srv.Refuse(true)
				conn.Cut()
				settle()
			}
			began := time.Now()
			r.must(r.c.Bye(r.ctx))
			if err := <-r.ended; err != nil {
				t.Errorf("Run ended with %v", err)
			}
			r.ended <- nil
			if took := time.Since(began); took > time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func TestRunEndsWithItsContextAndSaysNoBye(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.welcome(protocol.Welcome{})
		r.cancel(errTestOver)
		if err := <-r.ended; !errors.Is(err, errTestOver) {
			t.Errorf("Run ended with %v", err)
		}
		r.ended <- nil
		var closed *websocket.CloseError
		if _, err := conn.NextOf(protocol.KindBye); !errors.As(err, &closed) || closed.Code != websocket.CloseGoingAway {
			t.Errorf("the server saw %v", err)
		}
	})
}

func TestAClientRunsOnce(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		r.welcome(protocol.Welcome{})
		if err := r.c.Run(context.Background()); !errors.Is(err, client.ErrRunning) {
			t.Errorf("second Run: %v", err)
		}
	})
}

func TestAFrameThatBreaksTheRulesCostsTheSocketNotTheSession(t *testing.T) {
	for name, frame := range map[string][]byte{
		"claims 2^32 elements": {0xdd, 0xff, 0xff, 0xff, 0xff},
		"no array":             {0x01},
		"too few elements":     {0x92, byte(protocol.KindEvent), 1},
		"event of strings":     {0x96, byte(protocol.KindEvent), 0xa1, 'x', 1, 1, 1, 1},
		"enter at 0 Hz":        protocol.MustEncode(&protocol.Enter{Kind: protocol.KindEnter, Epoch: 1}),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, client.Config{}, func(r *rig) {
				conn, _ := r.welcome(protocol.Welcome{})
				r.must(conn.SendRaw(frame))
				if _, hello := r.accept(); hello.Resume == nil {
					t.Error("came back without its token")
				}
				if s := r.c.Stats(); s.Malformed != 1 {
					t.Errorf("%d malformed frames counted", s.Malformed)
				}
			})
		})
	}
}

func TestFramesOfUnknownKindsAreSkipped(t *testing.T) {
	bubble(t, client.Config{}, func(r *rig) {
		conn, _ := r.accept()
		r.must(conn.SendRaw([]byte{0x92, 99, 0xc0}))
		r.must(conn.Welcome(protocol.Welcome{}))
		r.must(conn.SendRaw([]byte{0x91, 100}))
		settle()
		if s := r.c.Stats(); s.Drops[client.DropUnknownKind] != 2 || !r.c.Online() {
			t.Errorf("%d unknown frames, online %v", s.Drops[client.DropUnknownKind], r.c.Online())
		}
	})
}

func TestConfigsThatCannotWorkAreRefused(t *testing.T) {
	for _, cfg := range []client.Config{
		{}, {URL: "http://host/ws"}, {URL: "ws://"}, {URL: "ws://host/ws", DialTimeout: -1},
		{URL: "ws://host/ws", Software: string(make([]byte, 65))},
	} {
		if _, err := client.New(cfg); err == nil {
			t.Errorf("accepted %+v", cfg)
		}
	}
}
