package arena

import (
	"math/rand/v2"

	"github.com/deltatick/deltatick/match"
)

var botNames = [maxShips]string{
	"Altair", "Bellatrix", "Capella", "Deneb", "Electra", "Fomalhaut", "Gienah", "Hadar",
	"Izar", "Kochab", "Lesath", "Mizar", "Naos", "Procyon", "Rigel", "Spica",
}

// balance lets bots in or out so that they and the given number of players make botGoal ships, or more when the players alone do.
func (g *game) balance(rng *rand.Rand, players int) {
	want := max(0, min(g.botGoal, maxShips)-players)
	have := g.ships.Len() - g.players()
	for ; have > want; have-- {
		g.exit(g.weakestBot())
	}
	for ; have < want; have++ {
		g.enter(rng, ship{Name: g.freeName(rng), pilot: &pilot{skill: rng.Float64()}})
	}
}

// players is how many ships have a seat.
func (g *game) players() int {
	n := 0
	for _, s := range g.ships.All() {
		if s.Seat != 0 {
			n++
		}
	}
	return n
}

// weakestBot is the bot that is missed least: the one with the fewest points, and of those the newest.
func (g *game) weakestBot() match.EntityID {
	var weakest match.EntityID
	fewest := 0
	for id, s := range g.ships.All() {
		if s.pilot != nil && (weakest == 0 || s.Score <= fewest) {
			weakest, fewest = id, s.Score
		}
	}
	return weakest
}

// freeName is a bot's name that no ship has.
func (g *game) freeName(rng *rand.Rand) string {
	start := rng.IntN(len(botNames))
	for i := range botNames {
		name := botNames[(start+i)%len(botNames)]
		if !g.named(name) {
			return name
		}
	}
	return "bot" // sixteen players took all the names, and then there is no room for bots either
}

func (g *game) named(name string) bool {
	for _, s := range g.ships.All() {
		if s.Name == name {
			return true
		}
	}
	return false
}
