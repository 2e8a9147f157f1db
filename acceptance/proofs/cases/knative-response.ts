import { count, holds, type Proof } from "../harness/proof.ts";
import { gateway } from "./gateway.ts";

const event = (id: string): Record<string, string> => ({
  "content-type": "application/json",
  "ce-specversion": "1.0",
  "ce-id": id,
  "ce-source": "/broker",
  "ce-type": "example.thing.happened",
});

/** A sender that takes a body for a failure gets none, and everybody else gets the event's id. */
export const run: Proof = async function* () {
  await using door = await gateway();
  for (const [name, headers] of [
    ["Knative's trigger", { prefer: "reply", "kn-namespace": "default" }],
    ["kn-namespace alone", { "kn-namespace": "default" }],
    ["Prefer: return=minimal", { prefer: "respond-async, return=minimal" }],
  ] as const) {
    const first = await door.ask("POST", { ...event(name), ...headers }, "{}");
    yield count(`status of a new event, ${name}`, first.status, 202);
    const again = await door.ask("POST", { ...event(name), ...headers }, "{}");
    yield count(`status of one that was there, ${name}`, again.status, 204);
    yield holds(`no body, ${name}`, first.text === "" && again.text === "" && first.headers.get("content-type") === null, first.text);
    yield holds(
      `what was preferred is said, ${name}`,
      first.headers.get("preference-applied") === ("prefer" in headers && headers.prefer.includes("minimal") ? "return=minimal" : null),
    );
  }
  const plain = await door.ask("POST", event("plain"), "{}");
  yield holds("others get a body", plain.status === 202 && plain.text.startsWith('{"event":'), plain.text);
};
