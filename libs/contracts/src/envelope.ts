import { hash } from "node:crypto";
import { z } from "zod";
import type { Subject } from "./subject.ts";

/**
 * The CloudEvents 1.0 envelope with Armada's extensions. Extension names are small letters and digits, as the
 * specification wants (cloudevents.io, "Naming conventions"); those of others are kept.
 */
export const Envelope = z.looseObject({
  specversion: z.literal("1.0"),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().optional(),
  /** ISO-8601 UTC. */
  time: z.string(),
  data: z.unknown(),
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
});
export type Envelope = z.infer<z.ZodObject<typeof Envelope.shape>>;

/** The body of a message: one CloudEvent, or a batch of them. */
export function encodeBody(events: readonly Envelope[]): string {
  return JSON.stringify(events.length === 1 ? events[0] : events);
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
  if (list.length === 0) return undefined;
  const envelopes: Envelope[] = [];
  for (const one of list) {
    const envelope = readEnvelope(one);
    if (envelope === undefined) return undefined;
    envelopes.push(envelope);
  }
  return envelopes;
}

/** What `Envelope` says, by hand: every message of the mesh passes here, and the schema takes three times as long (tested to agree). */
function readEnvelope(json: unknown): Envelope | undefined {
  if (typeof json !== "object" || json === null || Array.isArray(json)) return undefined;
  const one = json as Partial<Envelope>;
  const whole =
    one.specversion === "1.0" &&
    "data" in one &&
    !Object.hasOwn(one, "__proto__") && // no attribute's name, and a trap for whoever copies
    isFilled(one.id) &&
    isFilled(one.source) &&
    isFilled(one.type) &&
    typeof one.time === "string" &&
    typeof one.team === "string" &&
    typeof one.correlationid === "string" &&
    typeof one.causationid === "string" &&
    isCount(one.schemaversion, 1) &&
    isCount(one.hops, 0) &&
    isOptional(one.subject) &&
    isOptional(one.traceparent) &&
    isOptional(one.prev) &&
    isOptional(one.sig);
  return whole ? (one as Envelope) : undefined;
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
export function agrees(subject: Subject, event: Envelope): boolean {
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
    default:
      return subject satisfies never;
  }
}
