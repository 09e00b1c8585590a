package redis

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/cluster"
)

// Whatever is in the store: no decoder panics, each error is [cluster.ErrMalformed], and what comes out is what an engine could have put.

func malformedOrNil(t *testing.T, err error) bool {
	t.Helper()
	if err != nil && !errors.Is(err, cluster.ErrMalformed) {
		t.Errorf("error is %v, want %v", err, cluster.ErrMalformed)
	}
	return err == nil
}

func FuzzEntries(f *testing.F) {
	for _, seed := range []string{
		`{"id":"l","owner":"A","epoch":7,"node":"a","code":"ABC","capacity":4,"data":"eA=="}`,
		`{"id":"m","owner":"A","epoch":7,"node":"a","address":"ws://a","lobby":"l"}`,
		`{"id":"a","owner":"A","epoch":7,"address":"ws://a","capacity":10,"load":3,"late":100}`,
		`{"id":"","capacity":-1}`, `{"id":"l","capacity":1e99}`, `[]`, `null`, ``, `{"id":"l","owner":"A","capacity":4000000000}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if l, err := decodeLobby(text); malformedOrNil(t, err) {
			again(t, l, decodeLobby)
		}
		if m, err := decodeMatch(text); malformedOrNil(t, err) {
			again(t, m, decodeMatch)
		}
		if n, err := decodeNode(text); malformedOrNil(t, err) {
			again(t, n, decodeNode)
		}
	})
}

// again encodes what was decoded as an engine would, and decodes that.
func again[T any](t *testing.T, entry T, decode func(string) (T, error)) {
	t.Helper()
	text, err := json.Marshal(entry)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := decode(string(text)); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

func FuzzPublished(f *testing.F) {
	for _, seed := range []string{
		"1 sender payload", "18446744073709551615 s ", "0 s x", "-1 s x", "2 + user", "3 - user", "4 * user", "5", "", "6  ",
		`7 + {"id":"l","owner":"A","epoch":7,"node":"a","capacity":4}`, "8 - ", "9 + {",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := decodePublished(text)
		if !malformedOrNil(t, err) {
			return
		}
		if m, err := decodeMessage("topic", p); malformedOrNil(t, err) && len(m.Payload) > cluster.MaxMessage {
			t.Errorf("message of %d bytes", len(m.Payload))
		}
		if c, err := decodePresenceChange(p); malformedOrNil(t, err) && cluster.CheckName("user", c.User) != nil {
			t.Errorf("presence of %q", c.User)
		}
		put, removed, err := decodeLobbyChange(p)
		if malformedOrNil(t, err) && (put == nil) == (removed == "") {
			t.Errorf("put %+v, removed %q", put, removed)
		}
	})
}

func FuzzSaved(f *testing.F) {
	f.Add("7", "100", "state", "00000001010000000102data|00000001030000000103", "|")
	f.Add("7", "100", "state", "00000001030000000102data", "|")
	f.Add("-1", "4294967296", "", "short", ",")
	f.Add("", "", "", "", "")
	f.Fuzz(func(t *testing.T, epoch, tick, data, log, cut string) {
		var chunks []string
		if cut != "" {
			chunks = strings.Split(log, cut)
		}
		saved, err := decodeSaved(epoch, tick, data, chunks)
		if !malformedOrNil(t, err) {
			return
		}
		// It can be saved by its owner as it is.
		save := cluster.Save{Lease: leaseOf(cluster.KindMatch, "m", "A", saved.Epoch), Checkpoint: &saved.Checkpoint, Inputs: saved.Inputs}
		if err := save.Check(); err != nil {
			t.Error(err)
		}
	})
}

func FuzzLeases(f *testing.F) {
	f.Add("id", "7", "1000", "owner", int64(7))
	f.Add("", "x", "-1", "", int64(-1))
	f.Add("id", "4294967296", "99999999999", "owner", int64(1)<<32)
	f.Fuzz(func(t *testing.T, id, epoch, ttl, owner string, given int64) {
		if l, err := decodeLease(cluster.KindMatch, id, epoch, ttl, owner); malformedOrNil(t, err) && l.Check(cluster.KindMatch) != nil {
			t.Errorf("lease %+v", l)
		}
		if e, err := decodeEpoch(given); malformedOrNil(t, err) && int64(e) != given {
			t.Errorf("epoch %d of %d", e, given)
		}
		if names, others := decodeNames([]string{id, owner}); len(names)+others != 2 {
			t.Errorf("%q and %d others", names, others)
		}
	})
}

func FuzzPresence(f *testing.F) {
	for _, seed := range []string{`[]`, `[{"online":1},{"online":2,"playing":1}]`, `{}`, `[{"online":-1}]`, `[{"online":9223372036854775807},{"online":1}]`, `[[]]`, `null`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sum, err := decodePresence(text)
		if !malformedOrNil(t, err) {
			return
		}
		for state, count := range sum {
			if count < 1 || cluster.CheckName("state", state) != nil {
				t.Errorf("%d sessions %q", count, state)
			}
		}
	})
}

func TestWhatIsLargerThanAnythingThatWasPutIsNotDecoded(t *testing.T) {
	long := strings.Repeat("x", maxPresence+1)
	_, lobby := decodeLobby(`{"id":"l","owner":"A","node":"` + long[:maxEntry] + `"}`)
	_, presence := decodePresence(`[{"` + long + `":1}]`)
	_, message := decodeMessage("t", published{1, "s", long[:cluster.MaxMessage+1]})
	_, checkpoint := decodeSaved("1", "1", long[:cluster.MaxCheckpoint]+"x", nil)
	_, inputs := decodeInputs("00000000010000000001" + long[:cluster.MaxInputs+1])
	names, others := decodeNames(append(strings.Split(strings.Repeat("u ", maxList), " "), "u", long))
	for what, err := range map[string]error{"lobby": lobby, "presence": presence, "message": message, "checkpoint": checkpoint, "inputs": inputs} {
		if !errors.Is(err, cluster.ErrMalformed) {
			t.Errorf("%s: %v, want %v", what, err, cluster.ErrMalformed)
		}
	}
	if len(names) != maxList || others != 3 {
		t.Errorf("%d names and %d others, want %d and 3", len(names), others, maxList)
	}
}
