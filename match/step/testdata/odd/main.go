// Command odd is a module of a step that does what a step had better not do; client-js/test/oddstep.test.js asks it to.
package main

import (
	"fmt"
	"time"

	"github.com/deltatick/deltatick/match/step"
)

type row struct{ Made int }

type input struct{ Allocate, Wait, Spawn, Panic, Block bool }

var kept [][]byte

func init() { step.Export(move) }

func main() {}

func move(r *row, in *input, _ float64) {
	switch {
	case in.Allocate: // a kilobyte, and lets go of half a megabyte now and then
		if kept = append(kept, make([]byte, 1000)); len(kept) > 500 {
			kept = nil
		}
	case in.Wait:
		time.Sleep(time.Millisecond)
	case in.Spawn:
		made := make(chan int)
		go func() { made <- 1 }()
		<-made
	case in.Panic:
		panic(fmt.Sprintf("after %d steps", r.Made))
	case in.Block:
		select {}
	}
	r.Made++
}
