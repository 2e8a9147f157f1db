import { execFile } from "node:child_process";
import { hash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Draw, drawing } from "../documents/contradictions/contradiction-drawing.ts";
import { type Place, place, type Up, until, up } from "../harness/product.ts";
import { type About, count, type Figure, holds, none } from "../harness/proof.ts";
import { type Answer, type Request, send } from "../harness/raw-http.ts";
import { briefFile } from "../judges/runs.ts";
import { readTeam, type Stored } from "../judges/streams.ts";
import { anEvent, bindings, dressed, type Event, requestOf } from "./ingress-events.ts";
import { eventFault, type Fault } from "./ingress-faults.ts";
import { wireFault } from "./ingress-wire-faults.ts";

const BEFORE_A_VALID_ONE = 10;
const WAIT_MS = 60_000;

/** What comes in over HTTP: one fact and one run for each event, however often and in whatever form it is sent; nothing else gets in. */
export async function* run({ short, seed, say }: About): AsyncGenerator<Figure> {
  using at = place();
  await using mesh = await up(["--port", "0"], at);
  const { gateway: url = "", key = "" } = mesh.mesh();
  const about: Target = { url, key, mesh, at };
  say("an event by curl, and one ten times at once");
  yield* oneRun(about);
  yield* fuzz(about, drawing(seed), short ? 300 : 3_000, say);
}

type Target = { readonly url: string; readonly key: string; readonly mesh: Up; readonly at: Place };

async function* oneRun({ url, key, mesh, at }: Target): AsyncGenerator<Figure> {
  const data: unknown = JSON.parse(readFileSync(briefFile(at).slice(1), "utf8"));
  const event = (id: string): Event => ({
    attributes: { specversion: "1.0", id, source: "/prove", type: "com.example.article.requested", subject: "trains" },
    data,
  });
  const file = join(at.cwd, "event.json");
  writeFileSync(file, requestOf(event("curl"), "structured", key).body ?? "");
  const headers = ["-H", `authorization: Bearer ${key}`, "-H", "content-type: application/cloudevents+json"];
  const { stdout } = await promisify(execFile)("curl", [
    "-sS",
    "-w",
    "%{http_code}",
    ...headers,
    "--data-binary",
    `@${file}`,
    `${url}/v1/events`,
  ]);
  yield holds("an event by curl is acknowledged by 202", stdout.endsWith("}202"), stdout);

  const request = requestOf(event("ten times"), "structured", key);
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(url, request)));
  const statuses = answers
    .map(({ status }) => status)
    .sort((a, b) => a - b)
    .join();
  yield holds("ten times at once: one answer is 202 and nine are 200", statuses === `${"200,".repeat(9)}202`, statuses);
  yield count("ten times at once: different answers", new Set(answers.map(({ text }) => text)).size, 1);

  const ends = await until("both runs to end", WAIT_MS, async () => {
    const stored = (await readTeam("content", mesh.mesh())).flatMap(({ events }) => events);
    const ended = stored.filter(({ type }) => type === "armada.run.ended");
    return ended.length >= 2 ? stored : undefined;
  });
  yield count("runs started by the two events", ends.filter(({ type }) => type === "armada.run.started").length, 2);
  yield count(
    "of them completed",
    ends.filter(({ type, data }) => type === "armada.run.ended" && (data as { status: string }).status === "completed").length,
    2,
  );
  yield count("facts of the two events", (await facts(mesh)).length, 2);
}

async function* fuzz({ url, key, mesh }: Target, draw: Draw, requests: number, say: (line: string) => void): AsyncGenerator<Figure> {
  const before = (await facts(mesh)).length;
  const wrong: string[] = [];
  const refused: string[] = [];
  const valid: Event[] = [];
  const kinds = new Set<string>();
  const began = performance.now();
  for (let sent = 0; sent < requests; sent += BEFORE_A_VALID_ONE) {
    const faults = Array.from({ length: BEFORE_A_VALID_ONE }, () =>
      draw.integer(1, 2) === 1 ? eventFault(draw, key) : wireFault(draw, key),
    );
    await Promise.all(
      faults.map(async (fault) => {
        kinds.add(fault.what.replaceAll(/\d+/g, "N"));
        const why = unlike(fault, await send(url, fault.request));
        if (why !== undefined) wrong.push(`${fault.what}: ${why}`);
      }),
    );
    const { request, events } = aValidOne(draw, key, sent, valid);
    const answer = await send(url, request);
    if (answer.status !== 202) refused.push(`${answer.status} ${answer.text.slice(0, 200)}`);
    valid.push(...events);
    if (sent % 500 === 0) say(`${sent} of ${requests} malformed requests`);
  }
  const seconds = (performance.now() - began) / 1_000;
  yield {
    name: "malformed requests",
    value: requests,
    target: "any",
    ok: true,
    detail: `${kinds.size} kinds, ${Math.round(requests / seconds)} a second`,
  };
  yield none("malformed requests whose answer is no 4xx problem document naming the field", wrong);
  yield none("valid events, one after every tenth, not answered by 202", refused);
  yield* stored(mesh, valid, before);
}

/** One event, or a batch of new ones, in any legal form. */
function aValidOne(draw: Draw, key: string, n: number, sent: readonly Event[]): { request: Request; events: readonly Event[] } {
  const binding = draw.one(bindings);
  const event = anEvent(draw, `valid ${n}`);
  if (binding !== "batch") return { request: dressed(requestOf(event, binding, key), draw), events: [event] };
  const others = Array.from({ length: draw.integer(0, 3) }, (_, i) => light(anEvent(draw, `valid ${n}-${i}`)));
  const known = sent.length === 0 ? [] : [light(draw.one(sent))]; // in a batch with new ones it is passed over
  return {
    request: dressed(requestOf(light(event), "batch", key, [...known, ...others], known.length), draw),
    events: [light(event), ...others],
  };
}

function light(event: Event): Event {
  return { ...event, data: { topic: "light", documents: [] } };
}

/** The stream against what was sent. */
async function* stored(mesh: Up, valid: readonly Event[], before: number): AsyncGenerator<Figure> {
  const all = (await facts(mesh)).slice(before);
  yield count("facts stored", all.length, valid.length);
  const name = (source: unknown, id: unknown): string => JSON.stringify([source, id]);
  const bySender = new Map(all.map(({ events }) => [name(events[0]?.source, events[0]?.id), events[0]]));
  const differ = valid.flatMap(({ attributes, data }) => {
    const found = bySender.get(name(attributes.source, attributes.id));
    if (found === undefined) return [`missing: ${String(attributes.id)}`];
    const { type, subject } = found;
    if (type !== attributes.type || subject !== attributes.subject) return [`${String(attributes.id)}: another type or subject`];
    if (found.team !== "gateway" || found.hops !== 0) return [`${String(attributes.id)}: what the sender said of the mesh was taken`];
    return sameData(found.data, data) ? [] : [`${String(attributes.id)}: other data`];
  });
  yield none("events sent and not stored as sent", differ);
  const ids = new Set(all.map(({ subject }) => subject.split(".").at(-1) ?? ""));
  yield count("different ids among them", ids.size, valid.length);
  const runs = await until("a run of each", WAIT_MS, async () => {
    const started = startedBy(await readTeam("content", mesh.mesh()), ids);
    return started.length >= ids.size ? started : undefined;
  }).catch(async () => startedBy(await readTeam("content", mesh.mesh()), ids));
  yield count("runs that they started", runs.length, valid.length);
  yield count("events that started them", new Set(runs).size, valid.length);
}

function startedBy(messages: readonly Stored[], ids: ReadonlySet<string>): string[] {
  return messages
    .filter(({ subject }) => subject.startsWith("run."))
    .flatMap(({ events }) => events)
    .flatMap(({ type, data }) => (type === "armada.run.started" ? [(data as { by: { id: string } }).by.id] : []))
    .filter((id) => ids.has(id));
}

/** Large data stands as the digest of its JSON. */
function sameData(found: unknown, sent: unknown): boolean {
  const json = JSON.stringify(sent);
  const reference = found as { $object?: string; size?: number };
  if (Buffer.byteLength(json) <= 64 * 1024) return JSON.stringify(found) === json;
  return reference.$object === hash("sha256", json, "base64url") && reference.size === Buffer.byteLength(json);
}

async function facts(mesh: Up): Promise<Stored[]> {
  return (await readTeam("gateway", mesh.mesh())).filter(({ subject }) => subject.startsWith("evt."));
}

/** Why an answer is not what a malformed request has to get; undefined where it is. */
function unlike({ statuses, fields }: Fault, { status, headers, text }: Answer): string | undefined {
  if (status === 0) return text;
  if (!statuses.includes(status)) return `answered ${status}: ${text.slice(0, 200)}`;
  if (headers.get("content-type")?.startsWith("application/problem+json") !== true)
    return `${status} as ${headers.get("content-type") ?? "nothing"}`;
  try {
    const { type, title, detail, field, status: said } = JSON.parse(text);
    if (![type, title, detail].every((one) => typeof one === "string" && one !== "") || said !== status)
      return `an incomplete document: ${text.slice(0, 200)}`;
    return fields.includes(field) ? undefined : `names ${String(field)}, not ${fields.join(" or ")}: ${text.slice(0, 200)}`;
  } catch {
    return `no JSON: ${text.slice(0, 200)}`;
  }
}
