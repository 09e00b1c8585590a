package main

import "testing"

func TestAnAddressThatCannotBeListenedOnIsAnError(t *testing.T) {
	if err := run(t.Context(), "nowhere"); err == nil {
		t.Error("run returned nil")
	}
}
