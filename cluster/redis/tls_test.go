package redis_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/deltatick/deltatick/cluster"
	"github.com/deltatick/deltatick/cluster/redis"
)

// With rediss:// Sentinels are asked over TLS as well as servers: they would be told nothing in the clear, and could not tell a node where to go.
func TestTLSIsForSentinelsToo(t *testing.T) {
	t.Parallel()
	cert, key := selfSigned(t)
	master := startServer(t, false)
	secure, watched := freePort(t), freePort(t)
	for _, setting := range []string{"tls-cert-file " + cert, "tls-key-file " + key, "tls-ca-cert-file " + cert, "tls-auth-clients no", fmt.Sprint("tls-port ", secure)} {
		master.await("+OK", "CONFIG SET "+setting)
	}
	sentinel := startSentinel(t, secure, fmt.Sprint("tls-port ", watched), "tls-cert-file "+cert, "tls-key-file "+key, "tls-ca-cert-file "+cert,
		"tls-auth-clients no", "tls-replication yes")
	sentinel.await("$6\r\nmaster", "SENTINEL MASTER service")
	url := fmt.Sprintf("rediss://127.0.0.1:%d?master_set=service&skip_verify=true", watched)
	e, err := redis.Dial(redis.Config{URL: url, Timeout: 5 * time.Second})
	must(t, err)
	defer e.Close()
	_, err = e.Acquire(t.Context(), cluster.KindMatch, "m", "A", time.Minute)
	must(t, err)
}

// selfSigned makes a certificate for this machine.
func selfSigned(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	about := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, about, about, &private.PublicKey, private)
	must(t, err)
	encoded, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	cert, key = filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	must(t, os.WriteFile(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: encoded}), 0o600))
	return cert, key
}
