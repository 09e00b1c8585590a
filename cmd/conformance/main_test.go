package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/deltatick/deltatick/cmd/internal/env"
)

func noEnv(string) (string, bool) { return "", false }

// file writes one for a test.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestWhatCannotBeUsedIsRefusedInOneLine(t *testing.T) {
	secret := file(t, strings.Repeat("s", 32)+"\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"-only", "("}, "-only"},
		{[]string{"-url", "http://localhost/ws"}, "url"},
		{[]string{"-over", "pigeon"}, "over"},
		{[]string{"-parallel", "0x"}, "-parallel"},
		{[]string{"-jwt-secret-file", "no such file"}, "-jwt-secret-file"},
		{[]string{"-jwt-secret-file", file(t, strings.Repeat("s", 31)+"\n")}, "31 bytes"},
		{[]string{"-jwt-issuer", "somebody"}, "without a secret"},
		{[]string{"-jwt-secret-file", secret, "-jwt-public-key", "no such file"}, "-jwt-public-key"},
		{[]string{"-jwt-secret-file", secret, "-jwt-public-key", secret}, "public key"},
	} {
		var out, errOut bytes.Buffer
		code := run(t.Context(), c.args, noEnv, &out, &errOut)
		if code != env.Usage || strings.Count(errOut.String(), "\n") != 1 || !strings.Contains(errOut.String(), c.want) {
			t.Errorf("%q: code %d, %q", c.args, code, errOut.String())
		}
	}
}

func TestASecretIsReadWithoutItsLineEnd(t *testing.T) {
	secret := strings.Repeat("s", 32)
	var out bytes.Buffer
	cfg, _, err := parse([]string{"-jwt-secret-file", file(t, secret+"\r\n"), "-jwt-issuer", "i", "-jwt-audience", "a"}, noEnv, &out)
	if err != nil || string(cfg.Keys.Secret) != secret || cfg.Keys.Issuer != "i" || cfg.Keys.Audience != "a" {
		t.Errorf("%+v, %v", cfg.Keys, err)
	}
}

func TestTheListNamesEveryCaseAndRunsNone(t *testing.T) {
	var out, errOut bytes.Buffer
	if code := run(t.Context(), []string{"-list", "-url", "ws://127.0.0.1:1/ws"}, noEnv, &out, &errOut); code != 0 {
		t.Errorf("code %d, %q", code, errOut.String())
	}
	if !strings.Contains(out.String(), "\nauth/a token signed with none is refused\n") {
		t.Errorf("the list is %q", out.String())
	}
}

func TestAServerThatKeepsNoPromiseIsToldByTheExitCode(t *testing.T) {
	var out, errOut bytes.Buffer
	code := run(t.Context(), []string{"-url", "ws://127.0.0.1:1/ws", "-only", "^(hello|auth)/"}, noEnv, &out, &errOut)
	if code != 1 || !strings.Contains(out.String(), "FAIL  hello/") || !strings.Contains(out.String(), "0 cases hold") {
		t.Errorf("code %d, %q, %q", code, out.String(), errOut.String())
	}
}
