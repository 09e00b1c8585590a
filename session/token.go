package session

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"

	"github.com/deltatick/deltatick/protocol"
)

// A resume token is base64url of
//
//	1 byte version | 16 session id | 4 generation | 8 epoch | 16 of SHA-256(user) | 12 random | 32 HMAC-SHA256
//
// with big-endian numbers, where the HMAC is over a label and all that stands before it. Nothing in it expires: the session does. A
// session's seat in a match is found by the session, and is in no token: a session has one seat at most, and changes it while its tokens
// stay good.
//
// A token of a hub that has others beside it ([Config.Node]) is of the version after, and has before the HMAC what another hub needs to go on with the
// session: its [origin], as an array of msgpack.
const (
	tokenVersion  = 2
	tokenAbroad   = 3 // version of tokens that are good at other hubs, too
	tokenBody     = 1 + 16 + 4 + 8 + userTagBytes + 12
	tokenBytes    = tokenBody + sha256.Size
	userTagBytes  = 16
	tokenHMACText = "deltatick resume token\x00"
)

var (
	errToken      = errors.New("not a resume token of this server")
	tokenEncoding = base64.RawURLEncoding.Strict() // one spelling only for each token
)

// userTag binds a token to a user without carrying the user's id around.
type userTag [userTagBytes]byte

func tagUser(user string) (tag userTag) {
	sum := sha256.Sum256([]byte(user))
	copy(tag[:], sum[:])
	return tag
}

// claim is what a token says.
type claim struct {
	session    uuid.UUID
	generation uint32
	epoch      uint64 // of the hub that holds the session
	user       userTag
	origin     *origin // nil: good at that hub only
}

// origin is where a token was given out, when, and to whom.
type origin struct {
	node   string
	issued time.Time // to the second
	who    Identity
}

// tokens makes and reads resume tokens.
type tokens struct {
	secret []byte
	random io.Reader
	epoch  uint64 // of this hub; drawn anew by each, so that no other one's sessions can be meant, though secrets be shared
}

func newTokens(secret []byte, random io.Reader) (tokens, error) {
	var epoch [8]byte
	if _, err := io.ReadFull(random, epoch[:]); err != nil {
		return tokens{}, fmt.Errorf("session: epoch: %w", err)
	}
	return tokens{secret: secret, random: random, epoch: binary.BigEndian.Uint64(epoch[:])}, nil
}

func (t *tokens) issue(c claim) (string, error) {
	b := make([]byte, 0, tokenBytes)
	b = append(b, c.version())
	b = append(b, c.session[:]...)
	b = binary.BigEndian.AppendUint32(b, c.generation)
	b = binary.BigEndian.AppendUint64(b, c.epoch)
	b = append(b, c.user[:]...)
	if _, err := io.ReadFull(t.random, b[len(b):tokenBody]); err != nil {
		return "", fmt.Errorf("resume token: %w", err)
	}
	b = b[:tokenBody]
	if c.origin != nil {
		b = append(b, c.origin.encode()...)
	}
	return tokenEncoding.EncodeToString(t.sign(b)), nil
}

// sign appends the signature.
func (t *tokens) sign(body []byte) []byte {
	mac := hmac.New(sha256.New, t.secret)
	mac.Write([]byte(tokenHMACText))
	mac.Write(body)
	return mac.Sum(body)
}

// read believes a token only when its signature is right, and tells nothing about why it is not.
func (t *tokens) read(token string) (claim, error) {
	if len(token) > protocol.MaxTokenBytes {
		return claim{}, errToken
	}
	b, err := tokenEncoding.DecodeString(token)
	if err != nil || len(b) < tokenBytes || len(token) != tokenEncoding.EncodedLen(len(b)) { // line ends are passed over by the decoder
		return claim{}, errToken
	}
	body := b[: len(b)-sha256.Size : len(b)-sha256.Size]
	if !hmac.Equal(b, t.sign(body)) {
		return claim{}, errToken
	}
	var c claim
	copy(c.session[:], b[1:])
	c.generation = binary.BigEndian.Uint32(b[17:])
	c.epoch = binary.BigEndian.Uint64(b[21:])
	copy(c.user[:], b[29:])
	if b[0] == tokenAbroad {
		if c.origin, err = decodeOrigin(body[tokenBody:]); err != nil {
			return claim{}, errToken
		}
	}
	if b[0] != c.version() || c.origin == nil && len(b) != tokenBytes {
		return claim{}, errToken
	}
	return c, nil
}

func (c *claim) version() byte {
	if c.origin != nil {
		return tokenAbroad
	}
	return tokenVersion
}
