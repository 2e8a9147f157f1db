import fc from "fast-check";
import { binary, type CloudEvent, cloudEvent, modes, structured, unlike } from "../../../services/gateway/src/testing/drawn-events.ts";
import { bySender, senderOf } from "../harness/gateway-events.ts";
import { armada, type Place, place, type Up, up } from "../harness/product.ts";
import { type About, count, type Figure, none } from "../harness/proof.ts";
import { type Request, send } from "../harness/raw-http.ts";
import { foreign } from "./events-clients.ts";
import { invalid, valid, validBatches } from "./events-conformance.ts";
import { recorded } from "./events-recorded.ts";

const AT_ONCE = 8;
const MOST_IN_BATCH = 10;
const MOST_BYTES = 900_000;

type Mode = (typeof modes)[number];
type Sent = { readonly event: CloudEvent; readonly mode: Mode };

/** Every valid CloudEvent is taken, in any binding and from any SDK, and handed on as its sender gave it; what is invalid is refused. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  using at = place({ ARMADA_GATEWAY_ACCEPT_UNDECLARED: "true" });
  await using mesh = await up(["--port", "0", "--only", "gateway"], at);
  yield* drawn(mesh, at, short ? 600 : 5_000, seed, say);
  yield* conformance(mesh);
  yield* wireForms(mesh);
  if (!short) yield* foreign(mesh, say);
}

async function* drawn(mesh: Up, at: Place, wanted: number, seed: number, say: About["say"]): AsyncGenerator<Figure> {
  say(`${wanted} drawn events in three bindings`);
  const events = fc.sample(cloudEvent, { numRuns: wanted, seed }).map(
    (event, i): Sent => ({
      event: { ...event, attributes: { ...event.attributes, id: `${event.attributes.id} ${i}` } },
      mode: modes[i % modes.length] ?? "binary",
    }),
  );
  const refused: string[] = [];
  const requests = requestsOf(events, mesh.mesh().key ?? "");
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = requests.pop(); next !== undefined; next = requests.pop()) {
        const { status, text } = await send(mesh.mesh().gateway ?? "", next);
        if (status !== 202) refused.push(`${status} ${text.slice(0, 200)}`);
      }
    }),
  );
  yield none("valid events not answered by 202", refused);
  const stored = await bySender(mesh.mesh());
  const differ = events.flatMap(({ event, mode }) => {
    const found = stored.get(senderOf(event.attributes));
    const why = found === undefined ? "no reader gets it" : unlike(event, found, mode);
    return why === undefined ? [] : [`${mode} ${String(event.attributes.id).slice(0, 40)}: ${why}`];
  });
  yield count("drawn events that came back equal", events.length - differ.length, wanted, differ.slice(0, 5).join(" | "));
  const { lines } = await armada(["events", "list", "--team", "gateway", "--json"], at);
  const listed = lines.filter(({ natssubject }) => String(natssubject).startsWith("evt."));
  yield count("events that `armada events list` has", listed.length, wanted);
  yield none(
    "events without the time at which they arrived",
    [...stored.values()].filter(({ arrived }) => Number.isNaN(Date.parse(String(arrived)))).map(({ id }) => id),
  );
}

function requestsOf(events: readonly Sent[], key: string): Request[] {
  const requests: Request[] = [];
  let batch: string[] = [];
  const flush = (): void => {
    if (batch.length > 0) requests.push(post(key, [["content-type", "application/cloudevents-batch+json"]], `[${batch.join()}]`));
    batch = [];
  };
  for (const { event, mode } of events) {
    if (mode === "binary") {
      const { headers, body } = binary(event);
      requests.push({ ...post(key, headers, ""), body });
      continue;
    }
    const whole = JSON.stringify(structured(event));
    if (mode === "structured") requests.push(post(key, [["content-type", "application/cloudevents+json"]], whole));
    else {
      if (batch.length === MOST_IN_BATCH || Buffer.byteLength(batch.join()) + Buffer.byteLength(whole) > MOST_BYTES) flush();
      batch.push(whole);
    }
  }
  flush();
  return requests;
}

function post(key: string, headers: readonly (readonly [string, string])[], body: string): Request {
  return { method: "POST", path: "/v1/events", headers: [["authorization", `Bearer ${key}`], ...headers], body: Buffer.from(body) };
}

/** Samples of the kinds of the official conformance set, valid and invalid, judged as that set says. */
async function* conformance(mesh: Up): AsyncGenerator<Figure> {
  const { gateway = "", key = "" } = mesh.mesh();
  const answer = async (sample: unknown, media: string): Promise<number> =>
    (await send(gateway, post(key, [["content-type", media]], JSON.stringify(sample)))).status;
  const wrong = async (samples: readonly (readonly [string, unknown])[], media: string, statuses: readonly number[]): Promise<string[]> => {
    const out: string[] = [];
    for (const [what, sample] of samples) {
      const status = await answer(sample, media);
      if (!statuses.includes(status)) out.push(`${what}: ${status}`);
    }
    return out;
  };
  const one = "application/cloudevents+json";
  const many = "application/cloudevents-batch+json";
  yield none("valid samples that are refused", [
    ...(await wrong(valid, one, [200, 202])),
    ...(await wrong(validBatches, many, [200, 202])),
  ]);
  const batched = invalid.map(([what, sample]) => [what, [valid[0]?.[1], sample]] as const);
  const alone = invalid.filter(([, sample]) => typeof sample === "object");
  yield none("invalid samples that are taken", [...(await wrong(alone, one, [400, 422])), ...(await wrong(batched, many, [400, 422]))]);
}

/** Bytes as SDKs send them. */
async function* wireForms(mesh: Up): AsyncGenerator<Figure> {
  const { gateway = "", key = "" } = mesh.mesh();
  const wrong: string[] = [];
  for (const { sender, headers, body } of recorded) {
    const { status, text } = await send(gateway, { ...post(key, headers, ""), body: Buffer.from(body) });
    if (status !== 202) wrong.push(`${sender}: ${status} ${text.slice(0, 200)}`);
  }
  const stored = await bySender(mesh.mesh());
  for (const { sender, wanted } of recorded) {
    const found = stored.get(senderOf(wanted));
    const differing = Object.entries(wanted).filter(([name, value]) => JSON.stringify(found?.[name]) !== JSON.stringify(value));
    if (differing.length > 0)
      wrong.push(`${sender}: ${differing.map(([name]) => `${name} is ${JSON.stringify(found?.[name])}`).join(", ")}`);
  }
  yield none("of the wire forms of five SDKs, those that are not read as what was meant", wrong);
}
