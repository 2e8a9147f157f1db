import { EmitError } from "./errors.ts";

/** What an event says beside its type and data. */
export type EventOptions = {
  /** Who says it, a URI reference such as `/shop`; the emitter's `source` where it is left out. */
  readonly source?: string;
  /** What it is about, e.g. the id of an order. */
  readonly subject?: string;
  /** With the source it makes the event one: the same two again are the same event. Made where it is left out. */
  readonly id?: string;
  /** When it happened; now, where it is left out. */
  readonly time?: Date | string;
  /** Further CloudEvents attributes, e.g. `traceparent`, `partitionkey`, `dataschema`. */
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
};

/** An event of a batch. */
export type EventInput = EventOptions & { readonly type: string; readonly data?: unknown };

/** As it goes over the wire. */
export type WireEvent = { readonly id: string; readonly type: string; readonly json: string; readonly bytes: number };

/** JSON of nothing else than these says all that they hold. */
const KEPT = new Set(["Object", "Array", "String", "Number", "Boolean", "Null"].map((name) => `[object ${name}]`));

/** The event in the JSON format of CloudEvents 1.0. @throws EmitError `event-invalid`, `data-invalid` */
export function wireEvent(
  input: EventInput,
  defaults: { readonly source: string | undefined; readonly id: string; readonly now: Date },
): WireEvent {
  const { type, data, source = defaults.source, subject, id = defaults.id, time = defaults.now, attributes } = input;
  const hint = "every event has a type, a source and an id; `source` may stand in the options of the emitter";
  for (const [name, value] of Object.entries({ type, source, id }))
    if (typeof value !== "string" || value === "")
      throw new EmitError("event-invalid", `the event has no ${name}`, { hint, field: name, id });
  const at = typeof time === "string" ? time : timeOf(time, id);
  const json = jsonOf({ ...attributes, specversion: "1.0", id, source, type, subject, time: at, data }, id);
  return { id, type, json, bytes: new TextEncoder().encode(json).length };
}

function timeOf(time: Date, id: string): string {
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw new EmitError("event-invalid", "its time is no valid date", {
    hint: "a Date, or a text as 2026-03-01T12:00:00Z",
    field: "time",
    id,
  });
}

function jsonOf(event: Readonly<Record<string, unknown>>, id: string): string {
  let path = "";
  const wrong = (why: string): EmitError =>
    new EmitError("data-invalid", `${path === "" ? "the data" : `"${path}" of it`} is ${why}`, {
      hint: "data is what JSON can say; send bytes as text in base64, a Map as an object, a bigint as text",
      field: "data",
      id,
    });
  try {
    return JSON.stringify(event, function (this: unknown, key, value: unknown) {
      path = key;
      if (typeof value === "number" && !Number.isFinite(value)) throw wrong(String(value));
      if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") throw wrong(`a ${typeof value}`);
      if (value === undefined && Array.isArray(this)) throw wrong("undefined in an array");
      const kind = Object.prototype.toString.call(value);
      if (typeof value === "object" && !KEPT.has(kind)) throw wrong(`a ${kind.slice("[object ".length, -1)}`);
      return value;
    });
  } catch (error) {
    if (error instanceof EmitError) throw error;
    throw wrong("no JSON: it refers to itself, or its toJSON fails");
  }
}
