// Sends the events of FILE with CloudEvents' JavaScript SDK and Node's http: URL KEY FILE SDK. Prints a JSON line for each request.
import { readFileSync } from "node:fs";
import { request } from "node:http";

const [url, key, path, sdk] = process.argv.slice(2);
const { CloudEvent, HTTP } = await import(sdk);

function post(headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", headers: { ...headers, authorization: `Bearer ${key}` } }, (answer) => {
      let text = "";
      answer.on("data", (chunk) => (text += chunk)).on("end", () => resolve({ status: answer.statusCode, text: text.slice(0, 300) }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const events = (mode) =>
  JSON.parse(readFileSync(path, "utf8")).map(({ attributes, data, base64 }) => {
    const bytes = base64 === undefined ? {} : { data: new Uint8Array(Buffer.from(base64, "base64")) };
    return new CloudEvent({ ...attributes, id: `js-${mode}-${attributes.id}`, ...(data === undefined ? {} : { data }), ...bytes });
  });

for (const mode of ["binary", "structured"])
  for (const event of events(mode)) {
    const about = { mode, id: event.id };
    try {
      const { headers, body } = HTTP[mode](event);
      console.log(JSON.stringify({ ...about, ...(await post(headers, body)) }));
    } catch (error) {
      console.log(JSON.stringify({ ...about, status: 0, text: String(error).slice(0, 300) }));
    }
  }
// The SDK writes no batches; its events are written by it one by one.
const batch = events("batch");
const answer = await post(
  { "content-type": "application/cloudevents-batch+json" },
  `[${batch.map((event) => HTTP.structured(event).body).join()}]`,
);
for (const { id } of batch) console.log(JSON.stringify({ mode: "batch", id, ...answer }));
