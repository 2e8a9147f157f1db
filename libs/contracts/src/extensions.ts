import type { Envelope } from "./envelope.ts";

/** A CloudEvents attribute as JSON carries it: a 32-bit integer, or a text for all but booleans. */
export type Attribute = string | number | boolean;

/** Attributes that the mesh gives its own meaning, in its streams or where it lists them. */
const OURS =
  /^(?:origin)*(?:team|correlationid|causationid|schemaversion|hops|prev|sig|arrived|sentby|traceparent|tracestate|seq|stream|natssubject)$/;
/** Attributes and members that CloudEvents 1.0.2 itself names. */
const CORE: ReadonlySet<string> = new Set([
  "specversion",
  "id",
  "source",
  "type",
  "subject",
  "time",
  "datacontenttype",
  "dataschema",
  "data",
  "data_base64",
]);

/** Under which name the mesh keeps an attribute of a sender's: its own names, and what would then be one of them, as `origin<name>`. */
export function keptAs(name: string): string {
  return OURS.test(name) ? `origin${name}` : name;
}

/** The extension attributes of an event from outside, under the names that its sender gave; none of the mesh's own. */
export function extensionsOf(envelope: Envelope): Readonly<Record<string, Attribute>> {
  if (envelope.arrived === undefined) return {};
  return Object.fromEntries(
    Object.entries(envelope).flatMap(([name, value]) => {
      if (CORE.has(name) || !isAttribute(value)) return [];
      if (!OURS.test(name)) return [[name, value]];
      return name.startsWith("origin") ? [[name.slice("origin".length), value]] : [];
    }),
  );
}

function isAttribute(value: unknown): value is Attribute {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
