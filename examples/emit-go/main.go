// Emits the events on its stdin, a CloudEvent in JSON a line, and prints the id of each that the gateway's log has: with net/http
// alone, as any language can. An event is its source and its id, so what is sent again, whether or not it arrived, is one event.
//
//	ARMADA_GATEWAY_URL=http://127.0.0.1:4780 ARMADA_GATEWAY_KEY_FILE=shop.key go run . < events.jsonl >> acknowledged
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

const mostEvents = 100

type head struct {
	ID string `json:"id"`
}

func main() {
	url := strings.TrimRight(os.Getenv("ARMADA_GATEWAY_URL"), "/") + "/v1/events"
	key, err := os.ReadFile(os.Getenv("ARMADA_GATEWAY_KEY_FILE"))
	if err != nil {
		log.Fatal(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	var batch []json.RawMessage
	for more := true; more; {
		if more = lines.Scan(); more {
			batch = append(batch, json.RawMessage(bytes.Clone(lines.Bytes())))
		}
		if len(batch) == mostEvents || !more && len(batch) > 0 {
			if err := emit(url, strings.TrimSpace(string(key)), batch); err != nil {
				log.Fatal(err)
			}
			for _, event := range batch {
				var said head
				if err := json.Unmarshal(event, &said); err != nil {
					log.Fatal(err)
				}
				fmt.Println(said.ID)
			}
			batch = nil
		}
	}
	if err := lines.Err(); err != nil {
		log.Fatal(err)
	}
}

// emit returns when all events are stored, and the problem document where one is refused: then none of them is.
func emit(url, key string, events []json.RawMessage) error {
	body, err := json.Marshal(events)
	if err != nil {
		return err
	}
	client := http.Client{Timeout: 10 * time.Second}
	for attempt := 0; ; attempt++ {
		request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
		if err != nil {
			return err
		}
		request.Header.Set("authorization", "Bearer "+key)
		request.Header.Set("content-type", "application/cloudevents-batch+json")
		wait := time.Duration(rand.Int63n(int64(100*time.Millisecond) << min(attempt, 6)))
		answer, err := client.Do(request)
		if err == nil {
			said, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			switch status := answer.StatusCode; {
			case err == nil && stored(status, said, len(events)):
				return nil
			case status >= 300 && status < 500 && status != 408 && status != 429:
				return fmt.Errorf("refused: %d %s", status, said)
			}
			if seconds, err := strconv.Atoi(answer.Header.Get("retry-after")); err == nil {
				wait += time.Duration(seconds) * time.Second
			}
		}
		time.Sleep(wait)
	}
}

// stored tells a gateway's answer from that of something in between.
func stored(status int, said []byte, count int) bool {
	var answer struct {
		Events []struct {
			Event string `json:"event"`
		} `json:"events"`
	}
	return status/100 == 2 && json.Unmarshal(said, &answer) == nil && len(answer.Events) == count
}
