package redis

import (
	"crypto/sha1"
	"embed"
	"encoding/hex"
)

//go:embed lua
var lua embed.FS

// script is a Lua script and the name that Redis gives it.
type script struct {
	body string
	sha  string
}

// load puts a script together from files in lua.
func load(names ...string) script {
	var s script
	for _, name := range names {
		part, err := lua.ReadFile("lua/" + name + ".lua")
		if err != nil {
			panic(err) // it is embedded
		}
		s.body += string(part)
	}
	sum := sha1.Sum([]byte(s.body))
	s.sha = hex.EncodeToString(sum[:])
	return s
}

var (
	scriptAcquire     = load("prelude", "acquire")
	scriptRenew       = load("prelude", "renew")
	scriptTransfer    = load("prelude", "transfer")
	scriptRelease     = load("prelude", "release")
	scriptExpired     = load("prelude", "expired")
	scriptPurge       = load("purge")
	scriptPut         = load("prelude", "put")
	scriptLive        = load("prelude", "live")
	scriptPutLobby    = load("prelude", "putlobby")
	scriptLobbies     = load("lobbies")
	scriptEntries     = load("entries")
	scriptGet         = load("get")
	scriptLeave       = load("leave")
	scriptCode        = load("code")
	scriptJoin        = load("prelude", "join")
	scriptSeated      = load("prelude", "seated")
	scriptSave        = load("prelude", "save")
	scriptSaved       = load("saved")
	scriptAnnounce    = load("prelude", "announce")
	scriptSetPresence = load("prelude", "sessions", "presence", "setpresence")
	scriptGetPresence = load("prelude", "sessions", "getpresence")
	scriptDeadOwners  = load("prelude", "deadowners")
	scriptDropOwner   = load("prelude", "sessions", "presence", "dropowner")
	scriptPublish     = load("prelude", "publish")
)
