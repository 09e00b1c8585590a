package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/deltatick/deltatick/server"
	"github.com/deltatick/deltatick/session/jwt"
)

// authConfig is what the flags say about who may connect.
type authConfig struct {
	secretFile, publicKey, keySet string
	issuer, audience              string
	skew                          time.Duration
	guests                        bool
	remote                        *jwt.Remote // the key set, if it is behind a URL
}

func (a *authConfig) define(fs *flag.FlagSet) {
	fs.StringVar(&a.secretFile, "jwt-secret-file", "", "`file` with the secret of HS256 tokens, 32 bytes or more; a line end after it is not part of it")
	fs.StringVar(&a.publicKey, "jwt-public-key", "", "PEM `file` with the public keys of RS256 or EdDSA tokens")
	fs.StringVar(&a.keySet, "jwks", "", "`file` or https URL of the JSON Web Key Set of RS256 or EdDSA tokens")
	fs.StringVar(&a.issuer, "jwt-issuer", "", "`iss` of every token; any if empty")
	fs.StringVar(&a.audience, "jwt-audience", "", "`aud` that tokens must be for; any if empty")
	fs.DurationVar(&a.skew, "jwt-skew", 30*time.Second, "`time` that clocks may be apart, at most 5m")
	fs.BoolVar(&a.guests, "guests", false, "let everybody in under a name of their choice; on if no key is given")
}

// apply makes the server's doors of it. fs has been parsed. Errors name the flag.
func (a *authConfig) apply(fs *flag.FlagSet, c *server.Config, log *slog.Logger) error {
	said := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { said[f.Name] = true })
	keys, source, err := a.keys(log)
	switch {
	case err != nil:
		return fmt.Errorf("-%s: %w", source, err)
	case keys == nil && (a.issuer != "" || a.audience != ""):
		return errors.New("-jwt-issuer, -jwt-audience: of no use without -jwt-secret-file, -jwt-public-key or -jwks")
	case keys == nil && said["guests"] && !a.guests:
		return errors.New("-guests: nobody could connect; give -jwt-secret-file, -jwt-public-key or -jwks")
	case a.skew < 0:
		return fmt.Errorf("-jwt-skew: %v is below 0", a.skew)
	}
	c.Guests = a.guests || keys == nil
	if keys == nil {
		return nil
	}
	skew := a.skew
	if skew == 0 {
		skew = -1 // none, where 0 is the default
	}
	if c.Auth, err = jwt.New(jwt.Config{Keys: keys, Issuer: a.issuer, Audience: a.audience, Skew: skew}); err != nil {
		return fmt.Errorf("-jwt-skew: %w", err)
	}
	return nil
}

// keys reads the one source of keys that is given; nil if none is. source is the flag's name.
func (a *authConfig) keys(log *slog.Logger) (keys jwt.Keys, source string, err error) {
	given := 0
	for _, s := range []struct {
		flag, value string
		read        func(value string) (jwt.Keys, error)
	}{
		{"jwt-secret-file", a.secretFile, fromFile(func(text []byte) (jwt.KeySet, error) {
			return jwt.Secret([]byte(strings.TrimRight(string(text), "\r\n")))
		})},
		{"jwt-public-key", a.publicKey, fromFile(jwt.PublicKeys)},
		{"jwks", a.keySet, func(value string) (jwt.Keys, error) {
			if !strings.Contains(value, "://") {
				return fromFile(jwt.KeySetJSON)(value)
			}
			a.remote, err = jwt.NewRemote(jwt.RemoteConfig{URL: value, Logger: log})
			return a.remote, err
		}},
	} {
		if s.value == "" {
			continue
		}
		if given++; given > 1 {
			return nil, s.flag, fmt.Errorf("-%s is given, too: want one source of keys", source)
		}
		source = s.flag
		if keys, err = s.read(s.value); err != nil {
			return nil, source, err
		}
	}
	return keys, source, nil
}

// fromFile reads keys from a file's text.
func fromFile(read func(text []byte) (jwt.KeySet, error)) func(name string) (jwt.Keys, error) {
	return func(name string) (jwt.Keys, error) {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		return read(text)
	}
}

// report tells an operator who can connect, and fetches a key set that is elsewhere, so that what is wrong with it is in the log before
// the first player comes.
func (a *authConfig) report(ctx context.Context, c server.Config, log *slog.Logger) {
	if c.Auth == nil {
		log.Info("guests are let in under any name, for no key is given: see -jwt-secret-file, -jwt-public-key and -jwks")
		return
	}
	if c.Guests {
		log.Info("guests are let in under any name, beside users with tokens")
	}
	if a.audience == "" {
		log.Warn("tokens are taken whomever they were given for: see -jwt-audience")
	}
	if a.remote != nil {
		_ = a.remote.Refresh(ctx) // it logs what fails, and is tried again when somebody comes
	}
}
