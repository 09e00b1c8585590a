package redis

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/deltatick/deltatick/cluster"
)

// What is read from the store was put there by engines, but others can reach it as well, and another version may write otherwise. So all of it
// is bounded and checked before it is used: a single record that is wrong is [cluster.ErrMalformed], a list passes over it.

// Bounds of what is decoded, in bytes.
const (
	maxEntry    = 32 << 10               // of an entry: 8 KiB of data are 11 in base64, six strings of 256 bytes at most may be six times as long in JSON, and 256 numbers of 20 digits are 6 KiB
	maxPresence = 1 << 20                // of one user's sessions: some 6 KiB for each of a hundred nodes
	maxSessions = 1 << 20                // sessions in one state with one owner
	maxList     = 2 * cluster.MaxMembers // names: members, and seats held
)

func malformed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", cluster.ErrMalformed, fmt.Sprintf(format, args...))
}

// decodeJSON reads JSON of at most so many bytes.
func decodeJSON(text string, limit int, into any) error {
	if len(text) > limit {
		return malformed("%d bytes, want at most %d", len(text), limit)
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return malformed("%v", err)
	}
	return nil
}

// leaseOf is a lease that an entry may have been put with.
func leaseOf(kind cluster.Kind, id, owner string, epoch uint32) cluster.Lease {
	return cluster.Lease{Kind: kind, ID: id, Owner: owner, Epoch: epoch, TTL: cluster.MinTTL}
}

// decodeLobby reads an entry, which says itself what lobby it is of.
func decodeLobby(text string) (cluster.Lobby, error) {
	var l cluster.Lobby
	if err := decodeJSON(text, maxEntry, &l); err != nil {
		return cluster.Lobby{}, err
	}
	return checked(l.Checked(leaseOf(cluster.KindLobby, l.ID, l.Owner, l.Epoch), nil))
}

// decodeMatch likewise.
func decodeMatch(text string) (cluster.Match, error) {
	var m cluster.Match
	if err := decodeJSON(text, maxEntry, &m); err != nil {
		return cluster.Match{}, err
	}
	return checked(m.Checked(leaseOf(cluster.KindMatch, m.ID, m.Owner, m.Epoch)))
}

// decodeNode likewise.
func decodeNode(text string) (cluster.Node, error) {
	var n cluster.Node
	if err := decodeJSON(text, maxEntry, &n); err != nil {
		return cluster.Node{}, err
	}
	return checked(n.Checked(leaseOf(cluster.KindNode, n.ID, n.Owner, n.Epoch)))
}

// checked says of what could not have been put that it is malformed.
func checked[T any](entry T, err error) (T, error) {
	if err != nil {
		var none T
		return none, malformed("%v", err)
	}
	return entry, nil
}

// decodeNumber reads a whole number of 32 bits.
func decodeNumber(text string) (uint32, error) {
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return 0, malformed("%.20q is no number", text)
	}
	return uint32(n), nil
}

// decodeEpoch reads what a script returned for an epoch that it has given out.
func decodeEpoch(n int64) (uint32, error) {
	if n <= 0 || n > math.MaxUint32 {
		return 0, malformed("epoch %d", n)
	}
	return uint32(n), nil
}

// decodeLease reads a lease as expired lists it.
func decodeLease(kind cluster.Kind, id, epoch, ttl, owner string) (cluster.Lease, error) {
	n, err := decodeNumber(epoch)
	if err != nil {
		return cluster.Lease{}, err
	}
	ms, err := decodeNumber(ttl)
	if err != nil {
		return cluster.Lease{}, err
	}
	l := cluster.Lease{Kind: kind, ID: id, Owner: owner, Epoch: n, TTL: time.Duration(ms) * time.Millisecond}
	return checked(l, l.Check(kind))
}

// decodeSaved reads a checkpoint and the log of inputs after it, of which each chunk is "<from><to><data>" with ten digits for a number.
func decodeSaved(epoch, tick, data string, log []string) (cluster.Saved, error) {
	var saved cluster.Saved
	var err error
	if saved.Epoch, err = decodeNumber(epoch); err != nil {
		return cluster.Saved{}, err
	}
	if saved.Checkpoint.Tick, err = decodeNumber(tick); err != nil {
		return cluster.Saved{}, err
	}
	bytes := 0
	for _, chunk := range log {
		bytes += len(chunk) - logHead
	}
	if len(data) > cluster.MaxCheckpoint || bytes > cluster.MaxInputLog {
		return cluster.Saved{}, malformed("checkpoint of %d bytes, inputs of %d; want at most %d and %d", len(data), bytes, cluster.MaxCheckpoint, cluster.MaxInputLog)
	}
	saved.Checkpoint.Data = []byte(data)
	for i, chunk := range log {
		in, err := decodeInputs(chunk)
		if err != nil {
			return cluster.Saved{}, err
		}
		if i > 0 && in.From <= saved.Inputs[i-1].To {
			return cluster.Saved{}, malformed("inputs of tick %d after those of %d", in.From, saved.Inputs[i-1].To)
		}
		saved.Inputs = append(saved.Inputs, in)
	}
	return saved, nil
}

// logHead is how much of a chunk says which ticks it is for.
const logHead = 20

func decodeInputs(chunk string) (cluster.Inputs, error) {
	if len(chunk) < logHead || len(chunk) > logHead+cluster.MaxInputs {
		return cluster.Inputs{}, malformed("chunk of %d bytes, want %d to %d", len(chunk), logHead, logHead+cluster.MaxInputs)
	}
	var in cluster.Inputs
	var err error
	if in.From, err = decodeNumber(chunk[:logHead/2]); err != nil {
		return in, err
	}
	if in.To, err = decodeNumber(chunk[logHead/2 : logHead]); err != nil {
		return in, err
	}
	if in.To < in.From {
		return cluster.Inputs{}, malformed("inputs of ticks %d to %d", in.From, in.To)
	}
	in.Data = []byte(chunk[logHead:])
	return in, nil
}

// decodePresence adds up a JSON list of sessions by state.
func decodePresence(text string) (cluster.Sessions, error) {
	var parts []cluster.Sessions
	if err := decodeJSON(text, maxPresence, &parts); err != nil {
		return nil, err
	}
	sum := cluster.Sessions{}
	for _, part := range parts {
		sessions, err := checked(part.Checked())
		if err != nil {
			return nil, err
		}
		for state, count := range sessions {
			if count > maxSessions {
				return nil, malformed("%d sessions", count)
			}
			sum[state] += count
		}
	}
	return sum, nil
}

// decodeNames reads a list of users or owners, without those that no engine has put, and says how many these are.
func decodeNames(all []string) (names []string, others int) {
	for _, name := range all {
		if len(names) == maxList || cluster.CheckName("name", name) != nil {
			others++
			continue
		}
		names = append(names, name)
	}
	return names, others
}

// published is what comes on a channel: "<number> <word> <text>".
type published struct {
	number     uint64 // from 1
	word, text string
}

func decodePublished(text string) (published, error) {
	number, rest, _ := strings.Cut(text, " ")
	word, rest, ok := strings.Cut(rest, " ")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil || !ok || n == 0 || word == "" || len(word) > cluster.MaxID {
		return published{}, malformed("published: %.20q", text)
	}
	return published{n, word, rest}, nil
}

// decodeMessage is a message of a topic: the word is its sender.
func decodeMessage(topic string, p published) (cluster.Message, error) {
	if len(p.text) > cluster.MaxMessage {
		return cluster.Message{}, malformed("message of %d bytes, want at most %d", len(p.text), cluster.MaxMessage)
	}
	return cluster.Message{Topic: topic, Sender: p.word, Payload: []byte(p.text)}, nil
}

// decodePresenceChange is that of a user: the word says which.
func decodePresenceChange(p published) (cluster.PresenceChange, error) {
	if p.word != "+" && p.word != "-" || cluster.CheckName("user", p.text) != nil {
		return cluster.PresenceChange{}, malformed("presence: %q of a user with %d bytes", p.word, len(p.text))
	}
	return cluster.PresenceChange{User: p.text, Online: p.word == "+"}, nil
}

// decodeLobbyChange is an entry that was put, or nil and the id of one that is no more.
func decodeLobbyChange(p published) (put *cluster.Lobby, removed string, err error) {
	switch p.word {
	case "-":
		if cluster.CheckName("lobby", p.text) == nil {
			return nil, p.text, nil
		}
	case "+":
		lobby, err := decodeLobby(p.text)
		return &lobby, "", err
	}
	return nil, "", malformed("change %q of a lobby", p.word)
}
