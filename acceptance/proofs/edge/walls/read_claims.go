// Reads account JWTs as nats' own tools do, by the library of nsc and of nats-server, one a line of the standard input, and says of each
// who it is, how much it exports and imports, and what the library finds wrong with it.
package main

import (
	"bufio"
	"encoding/json"
	"os"

	"github.com/nats-io/jwt/v2"
)

type read struct {
	Name    string   `json:"name"`
	Subject string   `json:"subject"`
	Exports int      `json:"exports"`
	Imports int      `json:"imports"`
	Signers int      `json:"signers"`
	Issues  []string `json:"issues"`
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		claims, err := jwt.DecodeAccountClaims(lines.Text())
		if err != nil {
			panic(err)
		}
		found := jwt.CreateValidationResults()
		claims.Validate(found)
		out := read{claims.Name, claims.Subject, len(claims.Exports), len(claims.Imports), len(claims.SigningKeys), []string{}}
		for _, issue := range found.Issues {
			out.Issues = append(out.Issues, issue.Description)
		}
		if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
			panic(err)
		}
	}
}
