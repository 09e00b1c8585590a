package peer

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/gorilla/websocket"
)

// Both sides of a new connection prove that they know the secret, and for which two nodes the connection is:
//
//	server  16 random bytes
//	client  16 random bytes | 32 HMAC-SHA256 over "client", both random parts, and both ids | its id
//	server  32 HMAC-SHA256 over "server" and the same
//
// The random parts make a proof good for one connection only, so no clock is needed. What is said after it is as safe as the network or its TLS is.
const nonceBytes = 16

var errProof = errors.New("peer: the other side does not know the secret, or means another node")

func proof(secret []byte, side string, nonces []byte, from, to string) []byte {
	mac := hmac.New(sha256.New, secret)
	for _, part := range [][]byte{[]byte("deltatick peer\x00" + side), nonces, []byte(from), {0}, []byte(to)} {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

// prove is the client's side.
func prove(ws *websocket.Conn, secret []byte, from, to string, timeout time.Duration) error {
	if err := ws.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	_, theirs, err := ws.ReadMessage()
	if err != nil {
		return err
	}
	if len(theirs) != nonceBytes {
		return errProof
	}
	ours := make([]byte, nonceBytes)
	rand.Read(ours)
	nonces := append(theirs, ours...)
	message := append(append(ours, proof(secret, "client", nonces, from, to)...), from...)
	if err := write(ws, message, timeout); err != nil {
		return err
	}
	_, answer, err := ws.ReadMessage()
	if err != nil {
		return err
	}
	if !hmac.Equal(answer, proof(secret, "server", nonces, from, to)) {
		return errProof
	}
	return nil
}

// demand is the server's side. It returns whose the connection is.
func demand(ws *websocket.Conn, secret []byte, to string, timeout time.Duration) (from string, err error) {
	ours := make([]byte, nonceBytes)
	rand.Read(ours)
	if err := write(ws, ours, timeout); err != nil {
		return "", err
	}
	if err := ws.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return "", err
	}
	_, message, err := ws.ReadMessage()
	if err != nil {
		return "", err
	}
	const head = nonceBytes + sha256.Size
	if len(message) <= head || len(message) > head+maxNode {
		return "", errProof
	}
	nonces := append(ours, message[:nonceBytes]...)
	from = string(message[head:])
	if !hmac.Equal(message[nonceBytes:head], proof(secret, "client", nonces, from, to)) {
		return "", errProof
	}
	return from, write(ws, proof(secret, "server", nonces, from, to), timeout)
}

func write(ws *websocket.Conn, message []byte, timeout time.Duration) error {
	if err := ws.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	return ws.WriteMessage(websocket.BinaryMessage, message)
}
