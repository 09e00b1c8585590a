// Package jwt lets users in by JSON Web Tokens (RFC 7519) that somebody else, who knows who they are, has signed: it is a
// session.Authenticator for ["jwt", token].
//
// A token says with which algorithm it was signed, and lies where that serves it. So here the key says for which single algorithm it is, and a token
// with another one finds no key: a secret is for HS256, an RSA key for RS256, an Ed25519 key for EdDSA. There is no way to say "none".
//
// Keys come from a secret ([Secret]), from PEM ([PublicKeys]), from a JSON Web Key Set at hand ([KeySetJSON]) or from one behind a URL ([NewRemote]).
//
// A refusal says by its close code what the client can do: renew the token that has expired, come back when the keys' source answers, or
// nothing. Errors are fit for a log: nothing of a token is in them.
package jwt
