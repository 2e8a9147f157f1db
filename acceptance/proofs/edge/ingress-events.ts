import type { Draw } from "../documents/contradictions/contradiction-drawing.ts";
import type { Request } from "../harness/raw-http.ts";

export type Binding = "structured" | "binary" | "batch";
export const bindings: readonly Binding[] = ["structured", "binary", "batch"];

/** An event before it becomes a request. */
export type Event = { readonly attributes: Readonly<Record<string, unknown>>; readonly data: unknown };

export const TYPE = "com.example.article.requested";
const SOURCES = [
  "/cms/drafts",
  "https://desk.example.com/queue/7",
  "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66",
  "tag:example.com,2026:x",
  "//host/a?b=c#d",
  "mailto:a@example.com",
];
const TEXTS = [
  "plain",
  "Ünïcode ✓ 日本",
  "a.b.c",
  "*",
  ">",
  "evt.gateway.>",
  "with space",
  "$JS.API",
  "x".repeat(300),
  "-",
  "%41",
  "\u{1F9AB}",
];

/** A legal event of the type that content wants, with little to write about: what it starts ends at once. */
export function anEvent(draw: Draw, name: string): Event {
  const big = draw.integer(1, 12) === 1;
  const topic = `topic ${draw.one(TEXTS)}`.slice(0, 200);
  // Over 64 KiB the data goes to the object store; the schema takes members that it does not know.
  const data = { topic, documents: [], ...(big ? { extra: "é".repeat(draw.integer(40_000, 400_000)) } : {}) };
  const some = (share: number, attributes: Record<string, unknown>): Record<string, unknown> =>
    draw.integer(1, 100) <= share ? attributes : {};
  const attributes = {
    specversion: "1.0",
    id: `${name} ${draw.one(TEXTS)}`,
    source: draw.one(SOURCES),
    type: TYPE,
    ...some(60, { subject: draw.one(TEXTS) }),
    ...some(50, {
      time: draw.one(["2026-02-03T04:05:06Z", "1999-12-31T23:59:60Z", "2024-02-29T00:00:00.123456789+05:30", "2026-01-01t00:00:00z"]),
    }),
    ...some(30, { dataschema: "https://example.com/schemas/article#1" }),
    ...some(30, { partitionkey: draw.one(TEXTS), sequence: draw.one(["1", "0002"]) }),
    ...some(30, {
      team: "marketing",
      hops: draw.integer(0, 99),
      sig: "A".repeat(86),
      prev: "x",
      correlationid: "theirs",
      originid: "forged",
    }),
    ...some(20, { traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01" }),
  };
  return { attributes, data };
}

/** The request that carries `event`; in a batch it stands at `at`, among `others`. */
export function requestOf(event: Event, binding: Binding, key: string, others: readonly Event[] = [], at = 0): Request {
  const headers: [string, string][] = [["authorization", `Bearer ${key}`]];
  const common = { method: "POST", path: "/v1/events" };
  if (binding === "binary") {
    headers.push(["content-type", "application/json"]);
    for (const [name, value] of Object.entries(event.attributes)) headers.push([`ce-${name}`, headerValue(value)]);
    return { ...common, headers, body: json(event.data) };
  }
  headers.push(["content-type", binding === "batch" ? "application/cloudevents-batch+json" : "application/cloudevents+json"]);
  const whole = (one: Event): unknown => ({ ...one.attributes, ...(one.data === undefined ? {} : { data: one.data }) });
  return {
    ...common,
    headers,
    body: json(binding === "batch" ? [...others.slice(0, at), event, ...others.slice(at)].map(whole) : whole(event)),
  };
}

/** The same request, one header replaced, added or (undefined) left out. */
export function withHeader(request: Request, name: string, value: string | undefined): Request {
  const others = request.headers.filter(([one]) => one.toLowerCase() !== name);
  return { ...request, headers: value === undefined ? others : [...others, [name, value]] };
}

/** Oddities that every HTTP server and every CloudEvents reader has to take. */
export function dressed(request: Request, draw: Draw): Request {
  const type = request.headers.find(([name]) => name === "content-type")?.[1] ?? "";
  switch (draw.integer(1, 8)) {
    case 1:
      return withHeader(request, "content-type", `${type}; charset=UTF-8`);
    case 2:
      return { ...request, headers: request.headers.map(([name, value]) => [name.toUpperCase(), value]) };
    case 3:
      return withHeader(request, "traceparent", "not-a-traceparent");
    case 4:
      return { ...request, chunked: true };
    case 5:
      return withHeader(request, "traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    case 6:
      return withHeader(request, "x-padding", "x".repeat(2_000));
    default:
      return request;
  }
}

/** `@@HUGE@@` stands for a number that no float holds, `@@LONG@@` for one that a float rounds. */
function json(value: unknown): Buffer | undefined {
  return value === undefined
    ? undefined
    : Buffer.from(JSON.stringify(value).replaceAll('"@@HUGE@@"', "1e999").replaceAll('"@@LONG@@"', "1524831183200260097"));
}

/** Percent-encoded as the HTTP binding wants: space, quote, percent and all that is not printable ASCII. */
export function headerValue(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.replaceAll(/[^!#-$&-~]/gu, percent);
}

function percent(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}
