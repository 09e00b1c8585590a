package match_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// notebook is a recorder that writes down what it hears.
type notebook struct {
	head   match.RecordHead
	acts   []string
	hashes []uint32
	broken uint32 // the tick that broke
	result match.Result
	ended  int
}

func (b *notebook) Begin(head match.RecordHead) { b.head = head }

func (b *notebook) Tick(t *match.TickRecord) {
	for _, a := range t.Acts {
		if a.Kind != match.ActInput || a.Age == 0 {
			b.acts = append(b.acts, fmt.Sprint(a.Kind, " ", a.Seat))
		}
	}
	if t.Broken {
		b.broken = t.Tick
		return
	}
	b.hashes = append(b.hashes, protocol.Hash(t.Snapshot, b.head.Schema))
}

func (b *notebook) End(result match.Result) {
	b.result = result
	b.ended++
}

// deaf takes no event.
type deaf struct{}

func (deaf) Emit(string, string, []byte, uint32) {}

func TestARecorderHearsAllThatTheGameMeets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &notebook{}
		m, err := match.New(match.Config{Kind: walkKind(nil), Grace: 2 * time.Second, Record: book})
		if err != nil {
			t.Fatal(err)
		}
		ran := make(chan error, 1)
		go func() { ran <- m.Run(context.Background()) }()
		ada, err := m.Join(match.Member{User: "a", Name: "ada", Out: deaf{}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err = m.Join(match.Member{User: "b", Name: "bob", Out: deaf{}}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		ada.Leave(match.ReasonLeft)
		time.Sleep(3 * time.Second) // bob never brings a connection: away, and then gone
		m.Stop(match.ReasonShutdown)
		if err := <-ran; err != nil {
			t.Fatal(err)
		}
		if want := []string{"join 1", "join 2", "leave 1", "away 2", "leave 2"}; !slices.Equal(book.acts, want) {
			t.Errorf("heard %v, want %v", book.acts, want)
		}
		if book.ended != 1 || book.result.Reason != match.ReasonShutdown || len(book.hashes) < 200 || book.head.Game != "walk" {
			t.Errorf("ended %d times with %+v after %d ticks of %q", book.ended, book.result, len(book.hashes), book.head.Game)
		}
	})
}

func TestARecorderHearsOfTheTickInWhichTheGameBreaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		book := &notebook{}
		m, err := match.New(match.Config{Kind: walkKind(nil), Record: book})
		if err != nil {
			t.Fatal(err)
		}
		ran := make(chan error, 1)
		go func() { ran <- m.Run(context.Background()) }()
		time.Sleep(time.Second)
		if _, err := m.Join(match.Member{User: "a", Name: breaksJoin, Out: deaf{}}); err != nil {
			t.Fatal(err)
		}
		if err := <-ran; err == nil {
			t.Fatal("the game did not break")
		}
		if book.broken != uint32(len(book.hashes))+1 || !slices.Equal(book.acts, []string{"join 1"}) || book.result.Reason != match.ReasonFailed {
			t.Errorf("broken in tick %d after %d, acts %v, %+v", book.broken, len(book.hashes), book.acts, book.result)
		}
	})
}
