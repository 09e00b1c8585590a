package lobby

import (
	"errors"
	"maps"

	"github.com/deltatick/deltatick/match"
	"github.com/deltatick/deltatick/protocol"
)

// maxNameRunes is the length of a lobby's name; longer ones are cut.
const maxNameRunes = 40

// Options is what a host decides about a lobby, and the payload of the request "settings". What is nil is left as it is, or to the default in a
// new lobby.
type Options struct {
	Name       *string        `msgpack:"name"`               // cleaned and cut to 40 characters; when nothing is left of it, it counts as nil; default "<host>'s lobby"
	Private    *bool          `msgpack:"private"`            // not in the list, joined by code; default false
	MaxPlayers *int           `msgpack:"max_players"`        // the game's least to its most; not below the players present; default its most
	Start      *string        `msgpack:"start"`              // StartHost (default), StartReady or StartFull
	Settings   match.Settings `msgpack:"settings,omitempty"` // those to be changed; default the game's
}

// apply changes the lobby, or nothing at all when one of the options is wrong.
func (l *lobby) apply(o Options) error {
	if o.MaxPlayers != nil {
		least, most := max(l.kind.MinPlayers, l.players()), l.kind.MaxPlayers
		if n := *o.MaxPlayers; n < least || n > most {
			return refuseField("max_players", "%d is outside %d..%d", n, least, most)
		}
	}
	if o.Start != nil && *o.Start != StartHost && *o.Start != StartReady && *o.Start != StartFull {
		return refuseField("start", "want %q, %q or %q", StartHost, StartReady, StartFull)
	}
	settings, err := l.merged(o.Settings)
	if err != nil {
		return err
	}

	if o.Name != nil {
		set(l, &l.name, protocol.CleanName(*o.Name, maxNameRunes, l.name))
	}
	if o.Private != nil {
		set(l, &l.private, *o.Private)
	}
	if o.MaxPlayers != nil {
		set(l, &l.maxPlayers, *o.MaxPlayers)
	}
	if o.Start != nil {
		set(l, &l.policy, *o.Start)
	}
	if !maps.Equal(settings, l.settings) {
		l.settings, l.changed = settings, true
		if l.round != nil {
			l.round.match.Configure(maps.Clone(settings))
		}
	}
	return nil
}

// merged is the present settings with some of them changed.
func (l *lobby) merged(given match.Settings) (match.Settings, error) {
	settings := maps.Clone(l.settings)
	maps.Copy(settings, given)
	settings, err := l.kind.Complete(settings)
	var wrong *match.SettingError
	if errors.As(err, &wrong) {
		return nil, refuseField(settingField(wrong.Name), "%s", wrong.Why)
	}
	return settings, err
}

// settingField names a setting in an error. What could not be a setting's name is not echoed.
func settingField(name string) string {
	if !protocol.ValidIdent(name) {
		return "settings"
	}
	return "settings." + name
}

func set[T comparable](l *lobby, to *T, value T) {
	l.changed = l.changed || *to != value
	*to = value
}
