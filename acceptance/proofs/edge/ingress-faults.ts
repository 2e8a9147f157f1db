import type { Draw } from "../documents/contradictions/contradiction-drawing.ts";
import type { Request } from "../harness/raw-http.ts";
import { anEvent, type Binding, bindings, type Event, headerValue, requestOf, TYPE, withHeader } from "./ingress-events.ts";

/** A malformed request, and what its answer has to say: one of `statuses`, and the field at fault (one of, where HTTP itself is broken). */
export type Fault = {
  readonly what: string;
  readonly request: Request;
  readonly statuses: readonly number[];
  readonly fields: readonly string[];
};

const LONE = "lone \ud800 surrogate";
const ATTRIBUTES: Readonly<Record<string, readonly unknown[]>> = {
  id: [undefined, "", 7, true, {}, [], "a\u0001b", "\u007f", LONE, "noncharacter \ufffe", "x".repeat(5_000)],
  source: [undefined, "", 7, "a b", "/%zz", "<x>", "/ä", "/a\\b", "{}", "x".repeat(5_000)],
  type: [undefined, "", 7, null, "com.example.nobody.knows", `${TYPE}s`, TYPE.toUpperCase(), "\u0085", "x".repeat(5_000)],
  specversion: [undefined, "", 1, "0.3", "1.1", "2.0", "1.0 ", "v1.0"],
  subject: ["", 7, {}, "a\nb", LONE, "x".repeat(5_000)],
  time: [
    "",
    "yesterday",
    "2026-13-01T00:00:00Z",
    "2026-02-30T00:00:00Z",
    "2026-02-03 04:05:06",
    "2026-02-03T04:05:06",
    "2026-02-03T24:61:00Z",
    "2026-02-03T04:05:06+99:00",
    1_700_000_000,
  ],
  dataschema: ["", "relative/path", "http://a b", "::", 7],
  datacontenttype: ["", "nonsense", "text plain", "application/"],
  partitionkey: [{}, [], 1.5, 2 ** 40, "a\u0000b", "x".repeat(5_000)],
};
const NAMES = ["Upper", "with-dash", "with_underscore", "ä", "a.b", "x".repeat(70), "a b"];
const DATA: readonly (readonly [string, unknown, string])[] = [
  ["no data", undefined, "data"],
  ["data null", null, "data"],
  ["data a text", "text", "data"],
  ["data a list", [], "data"],
  ["no topic", { documents: [] }, "data.topic"],
  ["topic a number", { topic: 3, documents: [] }, "data.topic"],
  ["topic empty", { topic: "", documents: [] }, "data.topic"],
  ["topic too long", { topic: "x".repeat(201), documents: [] }, "data.topic"],
  ["documents a text", { topic: "t", documents: "d" }, "data.documents"],
  ["a document that is none", { topic: "t", documents: [{ name: "a.md", text: "x" }, 7] }, "data.documents.1"],
  ["too many documents", { topic: "t", documents: Array.from({ length: 201 }, () => ({ name: "a", text: "b" })) }, "data.documents"],
  ["approval a text", { topic: "t", documents: [], approval: "yes" }, "data.approval"],
  ["a question too long", { topic: "t", documents: [], questions: ["x".repeat(301)] }, "data.questions.0"],
  ["promote unknown", { topic: "t", documents: [], promote: "never" }, "data.promote"],
  ["an object of the mesh", { $object: "x".repeat(43), size: 1, team: "content" }, "data.$object"],
  ["an object of the mesh inside", { topic: "t", documents: [], extra: [{ $object: "x" }] }, "data.extra.0.$object"],
  ["a number that no float holds", { topic: "t", documents: [], extra: "@@HUGE@@" }, "data.extra"],
  ["a number beyond 2^53", { topic: "t", documents: [], extra: [0, "@@LONG@@"] }, "data.extra.1"],
  ["a prototype", JSON.parse('{"topic":"t","documents":[],"__proto__":{"x":1}}'), "data.__proto__"],
  ["nested too deep", { topic: "t", documents: [], extra: nest(100) }, "data"],
];

function nest(depth: number): unknown {
  return depth === 0 ? 1 : [nest(depth - 1)];
}

/** What a request calls an attribute or the data. */
function named(binding: Binding, at: number, name: string): string {
  if (binding === "batch") return `${at}.${name}`;
  if (binding === "structured" || name.startsWith("data.") || name === "data") return name;
  return name === "datacontenttype" ? "content-type" : `ce-${name}`;
}

/** Unlike `draw.one`, undefined too: it stands for what is left out. */
export function pick<T>(draw: Draw, items: readonly T[]): T | undefined {
  return items[draw.integer(0, items.length - 1)];
}

type Made = { readonly what: string; readonly attributes?: Record<string, unknown>; readonly data?: unknown; readonly field: string };

/** A request with one fault in an attribute or in the data, in any binding. */
export function eventFault(draw: Draw, key: string): Fault {
  const binding = draw.one(bindings);
  const others = binding === "batch" ? Array.from({ length: draw.integer(0, 6) }, (_, i) => small(draw, `other ${i}`)) : [];
  const at = draw.integer(0, others.length);
  const event = small(draw, "faulty");
  const made = draw.integer(1, 3) === 1 ? dataFault(draw) : attributeFault(draw, binding);
  const attributes = { ...event.attributes, ...made.attributes };
  const faulty: Event = {
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
    data: "data" in made ? made.data : event.data,
  };
  const noBody = binding === "binary" && faulty.data === undefined;
  const request = requestOf(faulty, binding, key, others, at);
  return {
    what: `${binding}: ${made.what}`,
    request: noBody ? withHeader(request, "content-type", undefined) : request,
    statuses: [400, 415, 422],
    fields: [named(binding, at, made.field)],
  };
}

/** Without the oddities of `anEvent` that could hide which part is at fault. */
function small(draw: Draw, name: string): Event {
  const { attributes } = anEvent(draw, name);
  const { specversion, id, source, type } = attributes;
  return { attributes: { specversion, id, source, type }, data: { topic: "t", documents: [] } };
}

function attributeFault(draw: Draw, binding: Binding): Made {
  if (draw.integer(1, 8) === 1) {
    const legal = binding === "binary" ? NAMES.filter((name) => !/[ ä]/.test(name) && name.toLowerCase() === name) : NAMES;
    const name = draw.one(legal);
    return { what: `attribute ${JSON.stringify(name)}`, attributes: { [name]: "x" }, field: name };
  }
  const name = draw.one(Object.keys(ATTRIBUTES).filter((one) => binding !== "binary" || one !== "datacontenttype"));
  // A header is text always: what is no text there is a text, and what UTF-8 cannot say cannot be sent.
  // Percent-encoded for a header, `a b` is what a sender that encodes nothing writes for the legal source `a%20b`.
  const sendable = (value: unknown): boolean =>
    typeof value === "string" && value.isWellFormed() && (name !== "source" || headerValue(value) === value);
  const values = (ATTRIBUTES[name] ?? []).filter((value) => binding !== "binary" || value === undefined || sendable(value));
  const value = pick(draw, values);
  return { what: `${name} ${JSON.stringify(value)?.slice(0, 40) ?? "missing"}`, attributes: { [name]: value }, field: name };
}

function dataFault(draw: Draw): Made {
  const [what, data, field] = draw.one(DATA);
  return { what, data, field };
}
