// Sends the events of FILE with CloudEvents' Go SDK: URL KEY FILE. Prints a JSON line for each request.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/cloudevents/sdk-go/v2/binding"
	"github.com/cloudevents/sdk-go/v2/event"
	cehttp "github.com/cloudevents/sdk-go/v2/protocol/http"
)

type given struct {
	Attributes map[string]any   `json:"attributes"`
	Data       *json.RawMessage `json:"data"`
	Base64     *string          `json:"base64"`
}

func made(one given, mode string) event.Event {
	e := event.New()
	contentType := ""
	for name, value := range one.Attributes {
		text, _ := value.(string)
		switch name {
		case "specversion":
		case "id":
			e.SetID("go-" + mode + "-" + text)
		case "source":
			e.SetSource(text)
		case "type":
			e.SetType(text)
		case "subject":
			e.SetSubject(text)
		case "dataschema":
			e.SetDataSchema(text)
		case "time":
			at, err := time.Parse(time.RFC3339Nano, text)
			if err != nil {
				panic(err)
			}
			e.SetTime(at)
		case "datacontenttype":
			contentType = text
		default:
			if number, ok := value.(float64); ok {
				value = int32(number)
			}
			e.SetExtension(name, value)
		}
	}
	if contentType != "" {
		e.SetDataContentType(contentType)
	}
	var err error
	if one.Base64 != nil {
		var bytes []byte
		if bytes, err = base64.StdEncoding.DecodeString(*one.Base64); err == nil {
			err = e.SetData(contentType, bytes)
		}
	} else if one.Data != nil && contentType != "application/json" {
		var text string
		if err = json.Unmarshal(*one.Data, &text); err == nil {
			err = e.SetData(contentType, []byte(text))
		}
	} else if one.Data != nil {
		err = e.SetData(contentType, *one.Data)
	}
	if err != nil {
		panic(err)
	}
	return e
}

func post(mode, id string, request *http.Request, err error) {
	line := map[string]any{"mode": mode, "id": id, "status": 0}
	if err == nil {
		request.Header.Set("Authorization", "Bearer "+os.Args[2])
		var answer *http.Response
		if answer, err = http.DefaultClient.Do(request); err == nil {
			text, _ := io.ReadAll(answer.Body)
			answer.Body.Close()
			line["status"], line["text"] = answer.StatusCode, string(text)
		}
	}
	if err != nil {
		line["text"] = err.Error()
	}
	out, _ := json.Marshal(line)
	fmt.Println(string(out))
}

func main() {
	bytes, err := os.ReadFile(os.Args[3])
	if err != nil {
		panic(err)
	}
	var all []given
	if err = json.Unmarshal(bytes, &all); err != nil {
		panic(err)
	}
	url := os.Args[1]
	for _, mode := range []string{"binary", "structured"} {
		for _, one := range all {
			e := made(one, mode)
			ctx := binding.WithForceBinary(context.Background())
			if mode == "structured" {
				ctx = binding.WithForceStructured(context.Background())
			}
			request, err := http.NewRequest("POST", url, nil)
			if err == nil {
				err = cehttp.WriteRequest(ctx, binding.ToMessage(&e), request)
			}
			post(mode, e.ID(), request, err)
		}
	}
	var batch []event.Event
	for _, one := range all {
		batch = append(batch, made(one, "batch"))
	}
	request, err := cehttp.NewHTTPRequestFromEvents(context.Background(), url, batch)
	post("batch", batch[0].ID(), request, err)
	for _, e := range batch[1:] {
		fmt.Printf("{\"mode\":\"batch\",\"id\":%q,\"status\":-1}\n", e.ID())
	}
}
