import { hash } from "node:crypto";
import fc from "fast-check";

/** A valid CloudEvent before it becomes a request, and after it was read back. */
export type CloudEvent = { readonly attributes: Readonly<Record<string, string | number | boolean>>; readonly data: Data };
export type Data =
  | { readonly kind: "none" }
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly base64: string };
export type Mode = "binary" | "structured";
export const modes = ["binary", "structured", "batch"] as const;

/** Characters that the type system of CloudEvents 1.0.2 leaves out, with those that no UTF-8 holds. */
const ILLEGAL = /[\u0000-\u001f\u007f-\u009f\p{Cs}\p{Noncharacter_Code_Point}]/gu;
/** Names that the mesh gives a meaning are as legal as any. */
const TAKEN = [
  "team",
  "hops",
  "sig",
  "prev",
  "arrived",
  "sentby",
  "originteam",
  "originoriginteam",
  "correlationid",
  "seq",
  "stream",
  "originid",
];
const CORE = new Set([
  "specversion",
  "id",
  "source",
  "type",
  "subject",
  "time",
  "datacontenttype",
  "dataschema",
  "data",
  "traceparent",
  "tracestate",
]);

const text = fc.string({ unit: "binary", maxLength: 40 }).map((drawn) => drawn.replaceAll(ILLEGAL, ""));
const word = fc.oneof(
  text,
  fc.constantFrom("a b", "100%", "%41", "%zz", '"quoted"', "Ünï 東京 🦫", "a.b > *", " led and trailed ", "x".repeat(300)),
);
const filled = word.filter((drawn) => drawn !== "");
const uri = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.uuid().map((id) => `urn:uuid:${id}`),
  fc.constantFrom("https://example.com/a%20b?c=%C3%A9", "mailto:a@example.com", "tag:example.com,2026:x"),
);
const reference = fc.oneof(uri, fc.constantFrom("/cms", "#fragment", "//host/a?b=c", "a/b", "/a%20b", "/%E2%82%AC"));
const time = fc.oneof(
  fc
    .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9999-12-31T00:00:00Z"), noInvalidDate: true })
    .map((at) => at.toISOString()),
  fc.constantFrom("2024-02-29T00:00:00.123456789+05:30", "1999-12-31T23:59:60Z", "2026-01-01t00:00:00z", "2018-04-05T16:31:00-01:00"),
);
const name = fc.oneof(fc.stringMatching(/^[a-z0-9]{1,20}$/), fc.constantFrom(...TAKEN)).filter((drawn) => !CORE.has(drawn));
const value = fc.oneof(word, fc.boolean(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), uri, time);
const trace = fc.constantFrom(
  "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
  "00-00000000000000000000000000000000-0000000000000000-00",
  "",
  "x",
);

const json = fc
  .oneof(
    fc.jsonValue({ maxDepth: 6 }),
    fc.constantFrom<unknown>(null, "", "100%", 2 ** 53 - 1, { list: [1, null] }, { big: "é".repeat(40_000) }),
  )
  .map((drawn): unknown => JSON.parse(JSON.stringify(drawn)))
  .filter((drawn) => !/"(?:__proto__|\$object)":/.test(JSON.stringify(drawn)));
const plain = fc.string({ unit: "binary", maxLength: 200 }).map((drawn) => drawn.replaceAll(/\p{Cs}/gu, ""));
const base64 = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("base64"));
const typed = fc.oneof(
  fc.record({
    type: fc.constantFrom(undefined, "application/json", "application/json; charset=utf-8", "application/x+json"),
    data: json.map((drawn): Data => ({ kind: "json", value: drawn })),
  }),
  fc.record({
    type: fc.constantFrom("text/plain", "text/csv; charset=UTF-8", "application/xml", "application/soap+xml"),
    data: plain.filter((drawn) => drawn !== "").map((drawn): Data => ({ kind: "text", text: drawn })),
  }),
  fc.record({
    type: fc.constantFrom("application/octet-stream", "image/png", "text/plain; charset=iso-8859-1"),
    data: fc
      .oneof(base64, fc.constant(Buffer.alloc(60_000, 0xff).toString("base64")))
      .filter((drawn) => drawn !== "")
      .map((drawn): Data => ({ kind: "bytes", base64: drawn })),
  }),
  fc.record({ type: fc.constantFrom(undefined, "application/json", "text/plain", "image/png"), data: fc.constant<Data>({ kind: "none" }) }),
);

/** Every kind of valid CloudEvent within the gateway's limits; JSON data without the two members that it refuses by name. */
export const cloudEvent: fc.Arbitrary<CloudEvent> = fc
  .record({
    id: filled,
    source: reference,
    type: filled,
    typed,
    subject: fc.option(filled, { nil: undefined }),
    time: fc.option(time, { nil: undefined }),
    dataschema: fc.option(uri, { nil: undefined }),
    traceparent: fc.option(trace, { nil: undefined }),
    tracestate: fc.option(fc.constantFrom("", "a=1,b=2"), { nil: undefined }),
    extensions: fc.dictionary(name, value, { maxKeys: 5 }),
  })
  .map(({ typed: { type: datacontenttype, data }, extensions, ...core }) => {
    const given = Object.entries({ specversion: "1.0", ...core, datacontenttype, ...extensions });
    return { attributes: Object.fromEntries(given.flatMap(([one, said]) => (said === undefined ? [] : [[one, said]]))), data };
  });

export type HttpRequest = { readonly headers: readonly (readonly [string, string])[]; readonly body: Buffer };

/** The event as the binary mode carries it. */
export function binary({ attributes, data }: CloudEvent): HttpRequest {
  const { datacontenttype, ...others } = attributes;
  const headers = Object.entries(others).map(([one, said]) => [`ce-${one}`, headerOf(String(said))] as const);
  return { headers: datacontenttype === undefined ? headers : [...headers, ["content-type", String(datacontenttype)]], body: bodyOf(data) };
}

/** The event as the JSON format carries it. */
export function structured({ attributes, data }: CloudEvent): object {
  if (data.kind === "none") return attributes;
  if (data.kind === "bytes") return { ...attributes, data_base64: data.base64 };
  return { ...attributes, data: data.kind === "json" ? data.value : data.text };
}

function bodyOf(data: Data): Buffer {
  if (data.kind === "none") return Buffer.alloc(0);
  if (data.kind === "bytes") return Buffer.from(data.base64, "base64");
  return Buffer.from(data.kind === "json" ? JSON.stringify(data.value) : data.text);
}

/** HTTP binding 1.0.2, section 3.1.3.2: space, quote, percent and all that is not printable ASCII are percent-encoded. */
function headerOf(said: string): string {
  return said.replaceAll(/[^!#-$&-~]/gu, (one) => [...Buffer.from(one)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""));
}

const MESH = "team|correlationid|causationid|schemaversion|hops|prev|sig|arrived|sentby|traceparent|tracestate|seq|stream|natssubject";
const RENAMED = new RegExp(`^origin((?:origin)*(?:${MESH}))$`);
const OWN = new RegExp(`^(?:${MESH}|data|data_base64)$`);

/** What is wrong with what a stream holds of an event that was sent, in words; undefined where it is the same event. */
export function unlike(sent: CloudEvent, stored: Readonly<Record<string, unknown>>, mode: (typeof modes)[number]): string | undefined {
  const said = (one: unknown): unknown => (mode === "binary" ? String(one) : one); // a header has no types
  const wanted = Object.entries(usable(sent.attributes)).map(([one, was]) => [one, said(was)]);
  const found = Object.entries(stored).flatMap(([one, is]) => (OWN.test(one) ? [] : [[RENAMED.exec(one)?.[1] ?? one, is]]));
  const [was, is] = [wanted, found].map((list) => JSON.stringify(list.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))));
  if (was !== is) return `sent ${was}, stored ${is}`;
  return sameData(sent.data, stored)
    ? undefined
    : `sent ${JSON.stringify(sent.data).slice(0, 300)}, stored ${JSON.stringify(stored).slice(0, 300)}`;
}

/** A trace context of which nothing can be made is dropped, and with it its state. */
function usable({ traceparent, tracestate, ...others }: CloudEvent["attributes"]): CloudEvent["attributes"] {
  if (!String(traceparent).startsWith("00-4bf9")) return others;
  return {
    ...others,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(tracestate === undefined || tracestate === "" ? {} : { tracestate }),
  };
}

function sameData(sent: Data, { data, data_base64 }: Readonly<Record<string, unknown>>): boolean {
  if (sent.kind === "none") return data === undefined && data_base64 === undefined;
  const value = sent.kind === "json" ? sent.value : sent.kind === "text" ? sent.text : sent.base64;
  const whole = JSON.stringify(value);
  const { $object, size, base64 } = (data ?? {}) as { $object?: string; size?: number; base64?: boolean };
  if (Buffer.byteLength(whole) > 64 * 1024)
    return (
      $object === hash("sha256", whole, "base64url") && size === Buffer.byteLength(whole) && (base64 === true) === (sent.kind === "bytes")
    );
  return JSON.stringify(sent.kind === "bytes" ? data_base64 : data) === whole && (sent.kind === "bytes" ? data : data_base64) === undefined;
}
