package main

import (
	"flag"
	"fmt"
)

func main() {
	file := flag.String("cubes", "", "")
	flag.Parse()
	show := func(tr trace, d int) {
		r, err := packed(tr, d)
		if err != nil {
			fmt.Println(tr.name, err)
			return
		}
		fmt.Printf("| %s | %d | %.1f | %.1f | max %d | %.0f ns | %.0f ns |\n", tr.name, d, r.mean(), r.kbps(), r.largest, float64(r.encode.Nanoseconds())/float64(r.changed), float64(r.decode.Nanoseconds())/float64(r.changed))
	}
	for _, c := range []struct {
		n int
		q bool
	}{{100, false}, {100, true}, {8, false}} {
		tr, err := swarmTrace(fmt.Sprintf("swarm %d quarter %v", c.n, c.q), c.n, c.q, 240, 1200)
		if err != nil {
			panic(err)
		}
		show(tr, 1)
		show(tr, 3)
	}
	if *file != "" {
		tr, err := cubesTrace(*file)
		if err != nil {
			panic(err)
		}
		for _, d := range []int{1, 2, 6} {
			show(tr, d)
		}
	}
}
