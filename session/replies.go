package session

import "time"

// Bounds of what a session keeps to answer requests that come again.
const (
	maxReplies    = 64
	maxReplyBytes = 64 << 10
)

// replies keeps the replies to a session's requests that are to run once, so that one that comes again is answered without running again. It
// needs Session.turn.
type replies struct {
	kept    []keptReply // oldest first
	bytes   int         // of their frames
	givenUp uint32      // highest request id whose reply is kept no more
}

type keptReply struct {
	id    uint32
	frame []byte
	born  time.Time
	given uint32 // generation of the newest connection that it was given to
}

// find returns the reply to a request, or nil.
func (r *replies) find(id uint32) *keptReply {
	for i := range r.kept {
		if r.kept[i].id == id {
			return &r.kept[i]
		}
	}
	return nil
}

// tooLate says whether a request whose reply is not kept may have run.
func (r *replies) tooLate(id uint32) bool { return id <= r.givenUp }

// add keeps a reply, and gives up the oldest that it leaves no room for, itself among them if it is too large.
func (r *replies) add(k keptReply) {
	r.kept = append(r.kept, k)
	r.bytes += len(k.frame)
	for len(r.kept) > maxReplies || r.bytes > maxReplyBytes {
		r.giveUp()
	}
}

// age gives up the replies from before a time.
func (r *replies) age(before time.Time) {
	for len(r.kept) > 0 && r.kept[0].born.Before(before) {
		r.giveUp()
	}
}

func (r *replies) giveUp() {
	oldest := r.kept[0]
	copy(r.kept, r.kept[1:])
	r.kept[len(r.kept)-1] = keptReply{}
	r.kept = r.kept[:len(r.kept)-1]
	r.bytes -= len(oldest.frame)
	r.givenUp = max(r.givenUp, oldest.id)
}
