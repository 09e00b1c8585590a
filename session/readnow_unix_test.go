//go:build unix

package session

import (
	"net"
	"testing"
)

// BenchmarkReadOfNothing is what a read costs that finds nothing, which Attend spares.
func BenchmarkReadOfNothing(b *testing.B) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer listener.Close()
	peer, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	defer peer.Close()
	conn, err := listener.Accept()
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	buf := make([]byte, readBuffer)
	if err := rawConn(conn).Control(func(fd uintptr) {
		for b.Loop() {
			if n, err := readNow(fd, buf); n != 0 || err != nil {
				b.Fatal(n, err)
			}
		}
	}); err != nil {
		b.Fatal(err)
	}
}
