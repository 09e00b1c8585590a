package hosting_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// hookAddress is the variable that makes the test binary a hook's command, which asks a test at this address how to end.
const hookAddress = "DELTATICK_TEST_HOOK"

func TestMain(m *testing.M) {
	if addr := os.Getenv(hookAddress); addr != "" {
		os.Exit(actAsHook(addr))
	}
	goleak.VerifyTestMain(m)
}

// actAsHook tells the test what it was run with, and ends with the code that the test answers.
func actAsHook(addr string) int {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		return 101
	}
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return 102
	}
	fmt.Fprintf(conn, "%s %s\n", os.Args[len(os.Args)-1], input)
	var code int
	if _, err := fmt.Fscan(conn, &code); err != nil {
		return 103
	}
	return code
}
