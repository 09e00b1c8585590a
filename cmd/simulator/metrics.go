package main

import (
	"fmt"
	"strings"

	"github.com/deltatick/deltatick/simulator/serverstat"
)

// metricsURL is what -metrics says: a URL, "none", or, if it is empty, where a deltatick server at a WebSocket URL has its metrics.
func metricsURL(flag, server string) (string, error) {
	switch {
	case flag == "none":
		return "", nil
	case flag == "":
		address, err := serverstat.Address(server)
		if err != nil {
			return "", fmt.Errorf("-url: %w", err)
		}
		return address, nil
	case !strings.HasPrefix(flag, "http://") && !strings.HasPrefix(flag, "https://"):
		return "", fmt.Errorf("-metrics: %q does not begin with http:// or https://", flag)
	}
	return flag, nil
}
