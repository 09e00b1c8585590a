package simulator

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"strings"

	"github.com/deltatick/deltatick/protocol"
)

// runIDs are what a run may be called.
var runIDs = regexp.MustCompile(`^[A-Za-z0-9]{1,12}$`)

// runIDLetters is the length of a run's name that nobody has chosen: a chance of one in 2^30 that two runs at once share it.
const runIDLetters = 6

// newRunID names a run: the parts of one alike, and any other as no other.
func newRunID(cfg Config) string {
	text := rand.Text()
	if cfg.Parts > 0 {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s", cfg.Seed, cfg.At.UnixNano(), cfg.Title))
		text = base32.StdEncoding.EncodeToString(sum[:])
	}
	return strings.ToLower(text[:runIDLetters])
}

// maxLobbyName is how many characters a server keeps of a lobby's name (package lobby).
const maxLobbyName = 40

// lobbyPrefix is what the names of this run's lobbies begin with, and no other's, be it another part's: "sim RUN.PART ", with parts from 1, and 0 for a run that
// has none.
func (cfg Config) lobbyPrefix() string {
	part := 0
	if cfg.Parts > 0 {
		part = cfg.Part + 1
	}
	return fmt.Sprintf("sim %s.%d ", cfg.Run, part)
}

// lobbyName is that of a lobby of a group, which has a number from 0. Lobbies are counted from 1; 0 is one that any bot of the group may go to. As
// much of the group's name is in it as there is room for, at the end.
func (cfg Config) lobbyName(group, lobby int, name string) string {
	return protocol.CleanName(fmt.Sprintf("%s%d.%d %s", cfg.lobbyPrefix(), group+1, lobby, name), maxLobbyName, "sim")
}
