package clustertest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

var seatTests = []Test{
	{"OfManyWhoJoinAsManyAreInAsThereAreSeats", ofManyWhoJoinAsManyAreInAsThereAreSeats},
	{"TwoHundredRacesForOneSeat", twoHundredRacesForOneSeat},
	{"JoiningAgainKeepsTheSeat", joiningAgainKeepsTheSeat},
	{"HeldSeatIsFreeAgainUnlessItsUserBecameAMember", heldSeatIsFreeAgainUnlessItsUserBecameAMember},
	{"OwnerSaysWhoIsIn", ownerSaysWhoIsIn},
}

func openLobby(t *testing.T, e cluster.Engine, id string, capacity int, members ...string) cluster.Lease {
	t.Helper()
	lease := acquire(t, e, cluster.KindLobby, id, "owner", long)
	must(t, e.PutLobby(ctx(t), lease, cluster.Lobby{Capacity: capacity}, members))
	return lease
}

func ofManyWhoJoinAsManyAreInAsThereAreSeats(t *testing.T, s Service) {
	engines := []cluster.Engine{s.Open(), s.Open(), s.Open()}
	openLobby(t, engines[0], "l", 8)
	var in atomic.Int32
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			for try := range 3 { // who is in, is in
				seats, err := engines[(i+try)%3].Join(ctx(t), "l", fmt.Sprint("user ", i), long)
				switch {
				case errors.Is(err, cluster.ErrFull):
					return
				case err != nil:
					t.Error(err)
					return
				case seats.Taken > 8:
					t.Errorf("%d seats are taken, of 8", seats.Taken)
				}
				if !seats.Already {
					in.Add(1)
				}
			}
		})
	}
	all.Wait()
	users, err := engines[0].Seated(ctx(t), "l")
	must(t, err)
	if in.Load() != 8 || len(users) != 8 {
		t.Fatalf("%d were let in, %d are: %v", in.Load(), len(users), users)
	}
}

func twoHundredRacesForOneSeat(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	for race := range 200 {
		id := fmt.Sprint("lobby ", race)
		openLobby(t, a, id, 2, "host")
		var in atomic.Int32
		var all sync.WaitGroup
		for i, e := range []cluster.Engine{a, b, a, b} {
			all.Go(func() {
				_, err := e.Join(ctx(t), id, fmt.Sprint("user ", i), long)
				if err == nil {
					in.Add(1)
				} else if !errors.Is(err, cluster.ErrFull) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			t.Fatalf("race %d: %d are in", race, in.Load())
		}
	}
}

func joiningAgainKeepsTheSeat(t *testing.T, s Service) {
	a, b := s.Open(), s.Open()
	openLobby(t, a, "l", 1)
	first, err := a.Join(ctx(t), "l", "ada", long)
	must(t, err)
	again, err := b.Join(ctx(t), "l", "ada", long)
	must(t, err)
	if first != (cluster.Seats{Taken: 1}) || again != (cluster.Seats{Taken: 1, Already: true}) {
		t.Fatalf("got %+v, then %+v", first, again)
	}
	_, err = b.Join(ctx(t), "l", "bob", long)
	want(t, err, cluster.ErrFull)
	must(t, b.Leave(ctx(t), "l", "ada"))
	must(t, b.Leave(ctx(t), "l", "ada"))
	_, err = b.Join(ctx(t), "l", "bob", long)
	must(t, err)
}

func heldSeatIsFreeAgainUnlessItsUserBecameAMember(t *testing.T, s Service) {
	e := s.Open()
	lease := openLobby(t, e, "l", 2)
	for _, user := range []string{"ada", "bob"} {
		_, err := e.Join(ctx(t), "l", user, 50*time.Millisecond)
		must(t, err)
	}
	must(t, e.PutLobby(ctx(t), lease, cluster.Lobby{Capacity: 2}, []string{"ada"}))
	eventually(t, "bob's seat is free", func() bool {
		_, err := e.Join(ctx(t), "l", "eve", long)
		return err == nil
	})
	users, err := e.Seated(ctx(t), "l")
	must(t, err)
	if !slices.Equal(users, []string{"ada", "eve"}) {
		t.Fatalf("seated: %v", users)
	}
}

func ownerSaysWhoIsIn(t *testing.T, s Service) {
	e := s.Open()
	lease := openLobby(t, e, "l", 3, "ada", "bob")
	_, err := e.Join(ctx(t), "l", "eve", long)
	must(t, err)
	must(t, e.PutLobby(ctx(t), lease, cluster.Lobby{Capacity: 3}, []string{"bob"})) // it does not know eve yet
	users, err := e.Seated(ctx(t), "l")
	must(t, err)
	if !slices.Equal(users, []string{"bob", "eve"}) {
		t.Fatalf("seated: %v", users)
	}
}
