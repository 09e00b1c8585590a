package session

import (
	"io"
	"slices"

	"github.com/deltatick/deltatick/protocol"
)

// Intake says where the bytes of a client's upload go: all of them at once to Whole, or one chunk after another to Sink. Both are called as
// the methods of a [Handler] are.
type Intake struct {
	// Limit is how many bytes an upload may have here, from 1 to Config.MaxTransfer.
	Limit int64
	// Whole gets all bytes, once they are there and their sum is right, and may keep them. Until then the hub holds them, and counts the size of the upload
	// against Config.MaxWaiting and MaxWaitingInAll. Its error is that of a request: the client is told.
	Whole func(data []byte) error
	// Sink is where bytes go if it is not nil.
	Sink Sink
}

// Sink takes an upload's bytes as they come, each once.
type Sink interface {
	// Write takes some bytes, which it must not keep. An error ends the upload, and is told to the client like that of a request.
	io.Writer
	// Finish is called once, after everything else: with nil when all bytes are there and their sum is right, and then its error is as that of Write; else with
	// why the upload is over: [ErrCancelled], [ErrTimeout], [ErrOver], [transfer.ErrCorrupt], or what Write has returned.
	Finish(why error) error
}

// whole is the Sink of an Intake that wants all bytes at once.
type whole struct {
	size int
	data []byte
	take func([]byte) error
}

func (w *whole) Write(p []byte) (int, error) {
	if room := cap(w.data) - len(w.data); room < len(p) {
		// By doubling, but never beyond the size that the hub counts.
		w.data = slices.Grow(w.data, min(max(len(w.data), len(p)), w.size-len(w.data)))
	}
	w.data = append(w.data, p...)
	return len(p), nil
}

func (w *whole) Finish(why error) error {
	data := w.data
	w.data = nil
	if why != nil {
		return nil
	}
	return w.take(data)
}

// noUploads is the Config.Upload of a house that takes none.
func noUploads(*Session, protocol.Offer) (Intake, error) {
	return Intake{}, protocol.Refuse(protocol.CodeNotFound, "nothing is taken here")
}
