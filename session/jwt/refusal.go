package jwt

import (
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"

	"github.com/deltatick/deltatick/protocol"
)

// reasons are the errors by which a refusal is told in the log, the first that applies. The library's own texts quote from the token.
var reasons = []error{
	ErrUnreachable, ErrUnknownKey, errCritical,
	jwt.ErrTokenMalformed, jwt.ErrTokenSignatureInvalid, jwt.ErrTokenUnverifiable,
	jwt.ErrTokenInvalidIssuer, jwt.ErrTokenInvalidAudience, jwt.ErrTokenNotValidYet, jwt.ErrTokenRequiredClaimMissing, jwt.ErrTokenExpired,
}

// refusal is what an authenticator says of a token that did not pass. That it has expired is only told of one that is good otherwise.
func refusal(err error) error {
	reason := errors.New("token refused")
	for _, known := range reasons {
		if errors.Is(err, known) {
			reason = known
			break
		}
	}
	switch reason {
	case ErrUnreachable:
		return fmt.Errorf("%w: %w", reason, closed(protocol.CloseBusy))
	case jwt.ErrTokenExpired:
		return fmt.Errorf("%w: %w", reason, closed(protocol.CloseAuthExpired))
	}
	return reason
}

func closed(code protocol.CloseCode) error { return &protocol.Closed{Code: code, Text: code.Text()} }
