package protocol

//lint:file-ignore U1000 msgpack finds the _msgpack fields by reflection: they make a struct travel as an array.

import "github.com/vmihailenco/msgpack/v5/msgpcode"

// The frames of a transfer, which is an upload or a download (docs/PROTOCOL.md, section 4.8). They have the same elements either way; their Kind says
// which it is.

// Offer opens a transfer, and asks, said again on another connection, how far it got.
type Offer struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind    Kind   // KindUpload, KindDownload
	ID      uint32 // of the session's uploads, or downloads; rising
	Channel string
	Name    string
	Size    uint64 // bytes, 1 or more
	Type    string // what the bytes are, such as "image/png", in words of the application's; at most 64 bytes
}

// Chunk carries some bytes of a transfer, in order.
type Chunk struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind   Kind // KindUploadChunk, KindDownloadChunk
	ID     uint32
	Offset uint64 // of its first byte
	Sum    uint32 // CRC-32 (IEEE) of all bytes from the first of the transfer to the last of the chunk
	Data   []byte // MinChunk to MaxChunk bytes, the last chunk 1 or more; nil: the sender has given up
}

// Progress says how far the receiver of a transfer has got, or how it has ended.
type Progress struct {
	_msgpack struct{} `msgpack:",as_array"`

	Kind   Kind // KindUploadProgress, KindDownloadProgress
	ID     uint32
	Offset uint64 // bytes taken
	Limit  uint64 // up to which the sender may send
	Done   bool   // it has ended: with all bytes, or with the error
	Error  *Error
}

// Offer reads an offer, which is to be of a kind. It is one of a server or a client, and has passed [Check]; as with all of a Reader's methods,
// errors wrap [ErrMalformed].
func (r *Reader) Offer(frame []byte, kind Kind) (Offer, error) {
	r.open(frame, kind)
	o := Offer{
		Kind: kind, ID: r.u32(), Channel: r.str(MaxIdentBytes), Name: r.str(MaxIdentBytes), Size: uint64(r.integer(1, maxSafeInt)),
		Type: r.str(MaxIdentBytes),
	}
	r.idents(o.Channel, o.Name)
	return o, r.err
}

// Chunk reads a chunk. Its data are a part of the frame.
func (r *Reader) Chunk(frame []byte, kind Kind) (Chunk, error) {
	r.open(frame, kind)
	c := Chunk{Kind: kind, ID: r.u32(), Offset: r.count(), Sum: r.u32()}
	if !r.null() {
		c.Data = r.chunk(frame)
	}
	return c, r.err
}

// count reads a number of bytes.
func (r *Reader) count() uint64 { return uint64(r.integer(0, maxSafeInt)) }

// chunk reads a bin of 1 to MaxChunk bytes, as a part of the frame. Nothing can be read after it.
func (r *Reader) chunk(frame []byte) []byte {
	if r.err != nil {
		return nil
	}
	if code, err := r.dec.PeekCode(); err != nil || code < msgpcode.Bin8 || code > msgpcode.Bin32 {
		r.fail("bin expected")
		return nil
	}
	n, err := r.dec.DecodeBytesLen()
	if err != nil || n < 1 || n > MaxChunk || n > r.src.Len() {
		r.fail("a chunk of %d bytes, want 1 to %d", n, MaxChunk)
		return nil
	}
	at := len(frame) - r.src.Len()
	return frame[at : at+n : at+n]
}

// Progress reads a progress.
func (r *Reader) Progress(frame []byte, kind Kind) (Progress, error) {
	r.open(frame, kind)
	p := Progress{Kind: kind, ID: r.u32(), Offset: r.count(), Limit: r.count(), Done: r.boolean(), Error: r.refusal()}
	return p, r.err
}
