import type { IncomingHttpHeaders } from "node:http";
import { checkEvent, type OutsideEvent, wantsJson } from "./cloud-event.ts";
import { parseJson } from "./json-text.ts";
import { contentTypeOf, isJson } from "./media-type.ts";
import { Problem } from "./problem.ts";

export const MAX_BATCH = 100;
const STRUCTURED = "application/cloudevents+json";
const BATCHED = "application/cloudevents-batch+json";
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export type HttpMessage = { readonly headers: IncomingHttpHeaders; readonly rawHeaders: readonly string[]; readonly body: Uint8Array };
/** `batch` says how the answer is shaped. */
export type Received = { readonly batch: boolean; readonly events: readonly OutsideEvent[] };

/** The events of a request in any of the HTTP binding's three content modes (CloudEvents HTTP binding 1.0.2). @throws Problem */
export function readEvents(message: HttpMessage): Received {
  const { headers, rawHeaders, body } = message;
  checkSingle(rawHeaders);
  if (body.length === 0 && headers["content-type"] === undefined && hasAttributes(headers))
    return { batch: false, events: [readBinary(headers, undefined)] };
  const media = contentTypeOf(headers["content-type"], headers["content-encoding"]);
  if (media.type === STRUCTURED) return { batch: false, events: [readStructured(parseJson(body), "")] };
  if (media.type === BATCHED) return { batch: true, events: readBatch(parseJson(body)) };
  if (media.type.startsWith("application/cloudevents"))
    throw new Problem("media-type-not-served", `CloudEvents come as ${STRUCTURED} or ${BATCHED}, not ${media.type}`, {
      field: "content-type",
    });
  if (!isJson(media)) throw new Problem("media-type-not-served", `data is JSON, not ${media.type}`, { field: "content-type" });
  if (!hasAttributes(headers))
    throw new Problem("event-invalid", `the headers ce-id, ce-source, ce-type and ce-specversion are missing; or send ${STRUCTURED}`, {
      field: "ce-specversion",
    });
  return { batch: false, events: [readBinary(headers, parseJson(body))] };
}

function readBatch(json: unknown): OutsideEvent[] {
  if (!Array.isArray(json)) throw new Problem("event-invalid", "a batch is an array of events", { field: "body" });
  if (json.length === 0) throw new Problem("event-invalid", "the batch is empty", { field: "body" });
  if (json.length > MAX_BATCH)
    throw new Problem("event-invalid", `a batch has at most ${MAX_BATCH} events, not ${json.length}`, { field: "body" });
  return json.map((one: unknown, i) => readStructured(one, `${i}.`));
}

function readStructured(json: unknown, prefix: string): OutsideEvent {
  const field = (name: string): string => `${prefix}${name}`;
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new Problem("event-invalid", "an event is a JSON object", { field: prefix === "" ? "body" : prefix.slice(0, -1) });
  const { data, data_base64, ...attributes } = json as Record<string, unknown>;
  wantsJson(attributes.datacontenttype, field("datacontenttype"));
  if (data_base64 === undefined || data_base64 === null) return checkEvent(attributes, data, field);
  if (data !== undefined) throw new Problem("event-invalid", "an event has data or data_base64, not both", { field: field("data_base64") });
  if (typeof data_base64 !== "string" || !BASE64.test(data_base64))
    throw new Problem("event-invalid", "data_base64 is not base64", { field: field("data_base64") });
  return checkEvent(attributes, parseJson(Buffer.from(data_base64, "base64"), field("data_base64")), field);
}

function readBinary(headers: IncomingHttpHeaders, data: unknown): OutsideEvent {
  const attributes: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith("ce-")) continue;
    const name = header.slice("ce-".length);
    if (name === "datacontenttype" || name === "data")
      throw new Problem("event-invalid", name === "data" ? "the data is the body" : "the data's type is content-type", { field: header });
    attributes[name] = headerText(header, String(value));
  }
  const type = headers["content-type"];
  if (type !== undefined) attributes.datacontenttype = type;
  return checkEvent(attributes, data, (name) => (name === "data" ? "data" : name === "datacontenttype" ? "content-type" : `ce-${name}`));
}

/** HTTP binding 1.0.2, section 3.1.3.2: unquote, then one round of percent-decoding; what is not ASCII comes percent-encoded. */
function headerText(header: string, value: string): string {
  const wrong = (why: string): Problem => new Problem("event-invalid", `${header}: ${why}`, { field: header });
  if (/[^\t\x20-\x7e]/.test(value)) throw wrong("characters beyond ASCII come percent-encoded");
  const unquoted =
    value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
  try {
    return decodeURIComponent(unquoted);
  } catch {
    throw wrong("its percent-encoding is not UTF-8");
  }
}

function hasAttributes(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => name.startsWith("ce-"));
}

/** A header given twice means different things to different readers. @throws Problem `request-malformed` */
function checkSingle(rawHeaders: readonly string[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? "").toLowerCase();
    if (!name.startsWith("ce-") && name !== "content-type" && name !== "content-encoding") continue;
    if (seen.has(name)) throw new Problem("request-malformed", `${name} is given twice`, { field: name });
    seen.add(name);
  }
}
