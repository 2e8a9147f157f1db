import { Problem } from "../problem.ts";
import type { EventData } from "./event-data.ts";
import { checkTree } from "./json-text.ts";
import { parseMediaType } from "./media-type.ts";

/** A CloudEvent as it came, each attribute checked against the specification, its data still unknown. */
export type OutsideEvent = EventData & {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string | undefined;
  /** All attributes but `specversion`, the three above and `subject`. */
  readonly others: Readonly<Record<string, string | number | boolean>>;
  /** What the request calls an attribute or the data: `ce-id`, `id`, `3.id`. */
  readonly field: (name: string) => string;
};

const MAX_ATTRIBUTE = 4_096;
const MAX_EXTENSIONS = 64;
/** CloudEvents 1.0.2, "Type System": no control characters, no lone surrogates, no noncharacters. */
const ILLEGAL = /[\u0000-\u001f\u007f-\u009f\p{Cs}\p{Noncharacter_Code_Point}]/u;
/** RFC 3986, sections 2.1 to 2.3: the characters of a URI reference. */
const URI_REFERENCE = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const ABSOLUTE_URI = /^[A-Za-z][A-Za-z0-9+.-]*:/;
const RFC_3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}):(\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
/** Section 3.3.1.3: one member or more, at most 512 characters as every receiver has to take. */
const TRACESTATE = /^[\x21-\x7e](?:[\x20-\x7e]{0,510}[\x21-\x7e])?$/;
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** What a textual attribute must be beyond a string with something in it. */
const CHECKS: ReadonlyMap<string, (text: string) => string | undefined> = new Map<string, (text: string) => string | undefined>([
  ["source", (text) => (URI_REFERENCE.test(text) ? undefined : "it is not a URI reference")],
  ["time", (text) => (isTime(text) ? undefined : "it is not an RFC 3339 time")],
  [
    "dataschema",
    (text) => (ABSOLUTE_URI.test(text) && URI_REFERENCE.test(text) && URL.canParse(text) ? undefined : "it is not an absolute URI"),
  ],
  ["datacontenttype", (text) => (parseMediaType(text) === undefined ? "it is not a media type" : undefined)],
]);
const TEXTUAL: ReadonlySet<string> = new Set([...CHECKS.keys(), "specversion", "id", "type", "subject"]);

/** @throws Problem `event-invalid`, `data-invalid`, naming the attribute */
export function checkEvent(given: Readonly<Record<string, unknown>>, data: EventData, field: (name: string) => string): OutsideEvent {
  const attributes = new Map<string, string | number | boolean>();
  for (const [name, value] of Object.entries(usable(given))) {
    if (value === null || value === undefined) continue; // the JSON format's way to leave an attribute out
    attributes.set(name, checkAttribute(name, value, field(name)));
  }
  const text = (name: string): string => {
    const value = attributes.get(name);
    if (typeof value !== "string") throw new Problem("event-invalid", `${name} is missing`, { field: field(name) });
    return value;
  };
  const version = text("specversion");
  if (version !== "1.0")
    throw new Problem("event-invalid", `specversion is ${JSON.stringify(version)}, and 1.0 is served`, { field: field("specversion") });
  const [id, source, type] = [text("id"), text("source"), text("type")];
  const subject = attributes.has("subject") ? text("subject") : undefined;
  const known = new Set(["specversion", "id", "source", "type", "subject"]);
  const others = Object.fromEntries([...attributes].filter(([name]) => !known.has(name)));
  if (Object.keys(others).length > MAX_EXTENSIONS)
    throw new Problem("event-invalid", `more than ${MAX_EXTENSIONS} attributes`, {
      field: field(Object.keys(others)[MAX_EXTENSIONS] ?? ""),
    });
  checkTree(data.data, field("data"));
  return { id, source, type, subject, others, ...data, field };
}

/** Without a trace context of which nothing can be made: a receiver begins a new trace (W3C Trace Context, section 3.2), the fact stays. */
function usable(given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { traceparent, tracestate, ...others } = given;
  if (typeof traceparent !== "string" || !isTraceparent(traceparent)) return others;
  const state = typeof tracestate === "string" && TRACESTATE.test(tracestate) ? { tracestate } : {};
  return { ...others, traceparent, ...state };
}

/** Why a text cannot be the attribute's value. */
export function faultOf(name: string, text: string): string | undefined {
  return CHECKS.get(name)?.(text);
}

function checkAttribute(name: string, value: unknown, field: string): string | number | boolean {
  const wrong = (why: string): Problem =>
    new Problem("event-invalid", `${JSON.stringify(name.slice(0, 64))}: ${why}`, { field: field.slice(0, 128) });
  if (!/^[a-z0-9]{1,64}$/.test(name)) throw wrong("names of attributes have small letters and digits only");
  const textual = TEXTUAL.has(name);
  if (typeof value === "string") {
    if (ILLEGAL.test(value)) throw wrong("it holds a control character, a lone surrogate or a noncharacter");
    if (Buffer.byteLength(value) > MAX_ATTRIBUTE) throw wrong(`it is longer than ${MAX_ATTRIBUTE} bytes`);
    if (value === "" && textual) throw wrong("it is empty");
    const why = faultOf(name, value);
    if (why !== undefined) throw wrong(why);
    return value;
  }
  if (textual) throw wrong("it is not a string");
  if (typeof value === "boolean") return value;
  if (typeof value === "number" && Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31) return value;
  throw wrong("it is neither a string, nor a boolean, nor a 32-bit integer");
}

/** W3C Trace Context, level 2, section 3.2. */
export function isTraceparent(text: string): boolean {
  return TRACEPARENT.test(text);
}

function isTime(text: string): boolean {
  const [, day, minute, second, , zone] = RFC_3339.exec(text) ?? [];
  if (day === undefined || minute === undefined || second === undefined || zone === undefined) return false;
  if (Number(second) > 60 || !/^(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/.test(zone)) return false;
  const at = new Date(`${day}T${minute}:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(`${day}T${minute}`);
}
