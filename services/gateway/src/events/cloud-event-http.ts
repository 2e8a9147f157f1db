import type { IncomingHttpHeaders } from "node:http";
import { Problem } from "../problem.ts";
import { checkEvent, faultOf, type OutsideEvent } from "./cloud-event.ts";
import { dataOfBody, dataOfMembers } from "./event-data.ts";
import { headerValue } from "./header-value.ts";
import { parseJson } from "./json-text.ts";
import { checkEncoding, contentTypeOf, isJson } from "./media-type.ts";

export const MAX_BATCH = 100;
const STRUCTURED = "application/cloudevents+json";
const BATCHED = "application/cloudevents-batch+json";

export type HttpMessage = { readonly headers: IncomingHttpHeaders; readonly rawHeaders: readonly string[]; readonly body: Uint8Array };
/** `batch` says how the answer is shaped. */
export type Received = { readonly batch: boolean; readonly events: readonly OutsideEvent[] };

/** The events of a request in any of the HTTP binding's three content modes (CloudEvents HTTP binding 1.0.2). @throws Problem */
export function readEvents(message: HttpMessage): Received {
  const { headers, rawHeaders, body } = message;
  checkSingle(rawHeaders);
  const { "content-type": type, "content-encoding": encoding } = headers;
  if (hasAttributes(headers) && !/^application\/cloudevents/i.test(type ?? "")) {
    checkEncoding(encoding);
    return { batch: false, events: [readBinary(headers, body)] };
  }
  const media = contentTypeOf(type, encoding);
  if (media.type === STRUCTURED) return { batch: false, events: [readStructured(parseJson(body), "")] };
  if (media.type === BATCHED) return { batch: true, events: readBatch(parseJson(body)) };
  if (media.type.startsWith("application/cloudevents"))
    throw new Problem("media-type-not-served", `CloudEvents come as ${STRUCTURED} or ${BATCHED}, not ${media.type}`, {
      field: "content-type",
    });
  if (!isJson(media))
    throw new Problem("media-type-not-served", `without ce-* headers events come as ${STRUCTURED}, not ${media.type}`, {
      field: "content-type",
    });
  throw new Problem("event-invalid", `the headers ce-id, ce-source, ce-type and ce-specversion are missing; or send ${STRUCTURED}`, {
    field: "ce-specversion",
  });
}

function readBatch(json: unknown): OutsideEvent[] {
  if (!Array.isArray(json)) throw new Problem("event-invalid", "a batch is an array of events", { field: "body" });
  if (json.length > MAX_BATCH)
    throw new Problem("event-invalid", `a batch has at most ${MAX_BATCH} events, not ${json.length}`, { field: "body" });
  return json.map((one: unknown, i) => readStructured(one, `${i}.`));
}

/** An event in the JSON format. @throws Problem */
export function readStructured(json: unknown, prefix: string): OutsideEvent {
  const field = (name: string): string => `${prefix}${name}`;
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new Problem("event-invalid", "an event is a JSON object", { field: prefix === "" ? "body" : prefix.slice(0, -1) });
  const { data, data_base64, ...attributes } = json as Record<string, unknown>;
  return checkEvent(attributes, dataOfMembers({ data, data_base64, datacontenttype: attributes.datacontenttype }, field), field);
}

function readBinary(headers: IncomingHttpHeaders, body: Uint8Array): OutsideEvent {
  const attributes: Record<string, unknown> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith("ce-")) continue;
    const name = header.slice("ce-".length);
    if (name === "datacontenttype" || name === "data")
      throw new Problem("event-invalid", name === "data" ? "the data is the body" : "the data's type is content-type", { field: header });
    const { decoded, literal } = headerValue(String(value));
    // A sender that encodes nothing sends the percent signs of a URI as they are.
    attributes[name] = faultOf(name, decoded) !== undefined && faultOf(name, literal) === undefined ? literal : decoded;
  }
  const type = headers["content-type"];
  if (type !== undefined) attributes.datacontenttype = type;
  const field = (name: string): string => {
    if (name === "data" || name === "data_base64") return "data";
    return name === "datacontenttype" ? "content-type" : `ce-${name}`;
  };
  return checkEvent(attributes, dataOfBody(body, type), field);
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
