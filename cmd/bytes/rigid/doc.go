// Package rigid is a small world of rigid cubes, to make traces with: they fall, tumble, slide, push each other and come to rest. It is
// written for movement that looks like a physics engine's, not for simulations that have to be right.
//
// A cube meets the floor with its eight corners and other cubes as a ball somewhat larger than the one inside it, both with
// friction. Contacts are solved by sequential impulses (E. Catto, "Iterative Dynamics with Temporal Coherence", 2005), without the memory from
// step to step. A cube that has been slow for a while falls asleep, until something hits it or what it lies on goes away.
//
// Worlds that get the same calls are the same on every machine: nothing is random here, bodies are gone through in order, and products are
// rounded before they are added, so that compilers cannot fuse the two.
//
//	vector.go   vectors and rotations
//	body.go     one cube
//	world.go    a step
//	contact.go  where cubes touch
//	solve.go    the impulses there
package rigid
