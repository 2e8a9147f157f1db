import { hash } from "node:crypto";
import { z } from "zod";
import { ArmadaError } from "./errors.ts";
import { ADMINISTRATION } from "./names.ts";
import { holdsSecret, withoutSecrets } from "./secrets/known.ts";
import { parseSubject, type Subject, shortHash } from "./subject.ts";

/**
 * The CloudEvents 1.0 envelope with Armada's extensions. Extension names are small letters and digits, as the
 * specification wants (cloudevents.io, "Naming conventions"); those of others are kept.
 */
export const Envelope = z
  .looseObject({
    specversion: z.literal("1.0"),
    id: z.string().min(1),
    source: z.string().min(1),
    type: z.string().min(1),
    subject: z.string().optional(),
    /** RFC 3339: what the sender said, in the mesh UTC. What came from outside may say none. */
    time: z.string().optional(),
    /** Of what came from outside: when the gateway took it. ISO-8601 UTC. */
    arrived: z.string().optional(),
    data: z.unknown().optional(),
    /** Of what came through the gateway: the key it was sent with, or the person whom a token named. */
    sentby: z.string().optional(),
    /** Data that is no text, instead of `data` (CloudEvents JSON format, section 3.1). */
    data_base64: z.string().optional(),
    /** The team that states this. */
    team: z.string(),
    correlationid: z.string(),
    causationid: z.string(),
    schemaversion: z.number().int().min(1),
    /** Asks and events passed since the chain began. */
    hops: z.number().int().min(0),
    /** W3C trace context. */
    traceparent: z.string().optional(),
    /** Digest of the aggregate's message before this one. */
    prev: z.string().optional(),
    /** Ed25519 over subject, id and body digest, on what crosses teams. */
    sig: z.string().optional(),
  })
  .refine(({ data, data_base64 }) => data === undefined || data_base64 === undefined, "an event has data or data_base64, not both")
  .refine(({ time, arrived }) => (time ?? arrived) !== undefined, "an event has its time, or when it arrived");
export type Envelope = z.infer<z.ZodObject<typeof Envelope.shape>>;

/** The body of a message: one CloudEvent, or a batch of them, whose data has no secret of this process. @throws ArmadaError `ENVELOPE_INVALID` for what no reader would take */
export function encodeBody(events: readonly Envelope[]): string {
  if (events.length === 0 || !events.every(isEnvelope))
    throw new ArmadaError("ENVELOPE_INVALID", `no reader would take ${JSON.stringify(events).slice(0, 500)} for CloudEvents of the mesh`);
  const body = JSON.stringify(events.length === 1 ? events[0] : events);
  if (!holdsSecret(body)) return body;
  const struck = events.map((event) => ({ ...event, data: withoutSecrets(event.data) }));
  return JSON.stringify(struck.length === 1 ? struck[0] : struck);
}

/** @returns undefined for what is not one CloudEvent or a batch of them. */
export function decodeBody(body: string): readonly Envelope[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined; // not JSON is not an envelope; the reader counts it
  }
  const list: unknown[] = Array.isArray(json) ? json : [json];
  return list.length > 0 && list.every(isEnvelope) ? list : undefined;
}

/** A message as every reader takes it, or why none does. */
export type Parsed =
  | { readonly subject: Subject; readonly envelopes: readonly Envelope[]; readonly why?: never }
  | { readonly subject: Subject | undefined; readonly envelopes?: never; readonly why: string };

/** Decides whether a message is valid, for whoever writes it and for whoever reads it. */
export function parseMessage(subject: string, body: string): Parsed {
  const parsed = parseSubject(subject);
  if (parsed === undefined) return { subject: parsed, why: "its subject is none of the mesh's" };
  const envelopes = decodeBody(body);
  if (envelopes === undefined) return { subject: parsed, why: "its body is no CloudEvent" };
  if (!envelopes.every((envelope) => agrees(parsed, envelope)))
    return { subject: parsed, why: "its envelope does not agree with its subject" };
  return { subject: parsed, envelopes };
}

/** The mesh's name of an event: its id, or of what came from outside the hash of source and id, since two sources may use one id. */
export function eventKey({ id, source, arrived }: Envelope): string {
  return arrived === undefined ? id : shortHash(source, id);
}

/** When the mesh learnt of an event, whatever its sender says: the time that starts and waits compare. */
export function arrivalOf({ arrived, time }: Envelope): string {
  return arrived ?? time ?? "";
}

/** What `Envelope` says, by hand: every message of the mesh passes here, and the schema takes three times as long (tested to agree). */
function isEnvelope(json: unknown): json is Envelope {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return false;
  const one = json as Partial<Envelope>;
  return (
    one.specversion === "1.0" &&
    !Object.hasOwn(one, "__proto__") && // no attribute's name, and a trap for whoever copies
    isFilled(one.id) &&
    isFilled(one.source) &&
    isFilled(one.type) &&
    isOptional(one.time) &&
    isOptional(one.arrived) &&
    isOptional(one.sentby) &&
    (one.time ?? one.arrived) !== undefined &&
    (one.data === undefined || one.data_base64 === undefined) &&
    isOptional(one.data_base64) &&
    typeof one.team === "string" &&
    typeof one.correlationid === "string" &&
    typeof one.causationid === "string" &&
    isCount(one.schemaversion, 1) &&
    isCount(one.hops, 0) &&
    isOptional(one.subject) &&
    isOptional(one.traceparent) &&
    isOptional(one.prev) &&
    isOptional(one.sig)
  );
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isOptional(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isCount(value: unknown, least: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

/** The digest by which the next message of an aggregate names this one. */
export function digestOf(body: string): string {
  return hash("sha256", body, "base64url").slice(0, 22);
}

/** Whether envelope and subject speak of the same team and thing: the first check of every reader. */
function agrees(subject: Subject, event: Envelope): boolean {
  switch (subject.kind) {
    case "fact":
      return event.team === subject.team;
    case "journal":
      return event.team === subject.team && event.subject === subject.run;
    case "ask":
      return event.team === subject.from && event.subject === subject.id;
    case "answer":
      return event.team === subject.from && event.subject === `${subject.run}-${subject.n}`;
    case "timer":
    case "tick":
      return event.team === subject.team && event.subject === `${subject.run}-${subject.n}`;
    case "draw":
      return event.team === subject.team && event.subject === subject.block;
    case "fleet":
      return event.team === ADMINISTRATION && event.subject === subject.name;
    case "isolation":
      return event.team === ADMINISTRATION && event.subject === subject.prefix;
    default:
      return subject satisfies never;
  }
}
