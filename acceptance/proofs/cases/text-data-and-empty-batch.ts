import { count, holds, type Proof } from "../harness/proof.ts";
import { gateway, STRUCTURED } from "./gateway.ts";

const event = { specversion: "1.0", source: "/samples", type: "example.samples.taken", datacontenttype: "text/plain" };

/** Text is data like any other, a content type without data promises nothing, and a list of no events is a list. */
export const run: Proof = async function* () {
  await using door = await gateway();
  const none = await door.ask("POST", STRUCTURED, JSON.stringify({ ...event, id: "none" }));
  yield count("status of text/plain without data", none.status, 202, none.text);
  const text = await door.ask("POST", STRUCTURED, JSON.stringify({ ...event, id: "text", data: "Simple text" }));
  yield count("status of text data", text.status, 202, text.text);
  const binary = { "content-type": "text/plain", "ce-specversion": "1.0", "ce-id": "b", "ce-source": "/samples", "ce-type": event.type };
  const body = await door.ask("POST", binary, "Simple text");
  yield count("status of the same in binary mode", body.status, 202, body.text);
  const data = door.messages().map(({ envelopes }) => envelopes[0]?.data);
  yield holds("readers get the text", JSON.stringify(data) === '[null,"Simple text","Simple text"]', JSON.stringify(data));
  const batch = await door.ask("POST", { "content-type": "application/cloudevents-batch+json" }, "[]");
  yield count("status of an empty batch", batch.status, 200, batch.text);
  yield holds("its answer is an empty list", batch.text === '{"events":[]}', batch.text);
};
