package ticket

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"
)

// A ticket is base64url of
//
//	1 byte version | 16 id | 8 expiry, Unix ms | 4 epoch | 2 seat | 1 direct | match | user | name | 32 HMAC-SHA256
//
// with big-endian numbers and, before each of the three strings, a byte with its length. The HMAC is over a label, which keeps apart what else is
// signed with the secret, and all that stands before it.
const (
	version    = 1
	fixedBytes = 1 + 16 + 8 + 4 + 2 + 1
	minBytes   = fixedBytes + 3 + sha256.Size
	maxBytes   = minBytes + 3*MaxName
	hmacText   = "deltatick seat ticket\x00"
)

var encoding = base64.RawURLEncoding.Strict() // one spelling only for each ticket

type id [16]byte

// signed is a ticket with what makes it a single one.
type signed struct {
	Ticket
	id      id
	expires time.Time // whole milliseconds
}

func (s signed) encode(secret []byte) string {
	b := make([]byte, 0, minBytes+len(s.Match)+len(s.User)+len(s.Name))
	b = append(b, version)
	b = append(b, s.id[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(s.expires.UnixMilli()))
	b = binary.BigEndian.AppendUint32(b, s.Epoch)
	b = binary.BigEndian.AppendUint16(b, s.Seat)
	b = append(b, flag(s.Direct))
	for _, name := range []string{s.Match, s.User, s.Name} {
		b = append(b, byte(len(name)))
		b = append(b, name...)
	}
	return encoding.EncodeToString(append(b, sign(secret, b)...))
}

func flag(set bool) byte {
	if set {
		return 1
	}
	return 0
}

func sign(secret, body []byte) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(hmacText))
	mac.Write(body)
	return mac.Sum(nil)
}

// decode believes nothing before the signature is right. The error is ErrWrong.
func decode(secret []byte, text string) (signed, error) {
	if n := encoding.DecodedLen(len(text)); n < minBytes || n > maxBytes || strings.ContainsAny(text, "\r\n") { // which base64 skips
		return signed{}, ErrWrong
	}
	b, err := encoding.DecodeString(text)
	if err != nil || len(b) < minBytes || b[0] != version {
		return signed{}, ErrWrong
	}
	body, mac := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if !hmac.Equal(mac, sign(secret, body)) {
		return signed{}, ErrWrong
	}
	s := signed{id: id(body[1:17]), expires: time.UnixMilli(int64(binary.BigEndian.Uint64(body[17:])))}
	s.Epoch, s.Seat = binary.BigEndian.Uint32(body[25:]), binary.BigEndian.Uint16(body[29:])
	s.Direct = body[31] == 1
	rest := body[fixedBytes:]
	for _, name := range []*string{&s.Match, &s.User, &s.Name} {
		if len(rest) < 1 || len(rest) < 1+int(rest[0]) {
			return signed{}, ErrWrong
		}
		end := 1 + int(rest[0]) // 256 at most, which is no byte any more
		*name, rest = string(rest[1:end]), rest[end:]
	}
	if len(rest) > 0 || body[31] > 1 || s.check() != nil {
		return signed{}, ErrWrong
	}
	return s, nil
}
