import { z } from "zod";
import { buildEnvelope, chainOf } from "../build-envelope.ts";
import { type Envelope, encodeBody } from "../envelope.ts";
import { ArmadaError } from "../errors.ts";
import { IdRule } from "../external-id.ts";
import { ADMINISTRATION } from "../names.ts";
import { buildSubject } from "../subject.ts";

/** JSON Schema, draft 2020-12. */
const Schema = z.record(z.string(), z.unknown());

/** What others need to know of a team. Types are `<team>.<entity>.<event>`, capabilities `<team>.<capability>`. */
export const TeamManifest = z.object({
  team: z.string(),
  /** The facts that others may subscribe to. */
  events: z.array(z.object({ type: z.string(), version: z.number().int(), schema: Schema })),
  /** The types from outside that the gateway takes for it. `schema` is of the data, `id` says what an event is about. */
  external: z.array(z.object({ type: z.string(), version: z.number().int(), schema: Schema, id: IdRule })),
  capabilities: z.array(z.object({ name: z.string(), input: Schema, output: Schema })),
  /** Capabilities of other teams that it asks. */
  asks: z.array(z.string()),
  /** The consumers of its stream, with their subject filters. */
  queues: z.array(z.object({ name: z.string(), filters: z.array(z.string()), concurrency: z.number().int() })),
  /** Facts that it takes from other teams: filters by team. */
  sources: z.array(z.object({ team: z.string(), filters: z.array(z.string()) })),
  /** The events that start its workflows; a run's id is made of `name` and the event's. */
  subscriptions: z.array(z.object({ type: z.string(), workflow: z.string(), name: z.string() })),
  /** What starts its workflows at its time; absent in manifests of builds before schedules. `missed`: what becomes of missed firings. */
  schedules: z
    .array(z.object({ name: z.string(), cron: z.string(), zone: z.string(), missed: z.string(), workflow: z.string() }))
    .optional(),
  /** Whether it shares answers of models with the other teams that do. */
  shares: z.boolean(),
  /** `limits` as the team's code has them: durations as text, `concurrency` and `attempts` as numbers. */
  agents: z.array(z.object({ name: z.string(), does: z.string(), tier: z.string(), limits: z.record(z.string(), z.unknown()) })),
  /** Every version still served; `source` is the digest of its function's text. */
  workflows: z.array(z.object({ name: z.string(), version: z.number().int(), source: z.string() })),
  /** Digest of the files of its code. */
  code: z.string(),
});
export type TeamManifest = z.infer<typeof TeamManifest>;

const about = {
  name: z.string(),
  /** Public keys: the one that signs now first, then former ones, whose signatures still count. */
  keys: z.array(z.string()).readonly(),
  /** Higher in each entry of a name, also in a stream that was made anew: an old one that is sent again changes nothing. */
  revision: z.number().int(),
};
/** What the fleet knows under one name: a team; an identity that is none; or one that was removed, whose signatures still count. */
export const FleetEntry = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("team"), ...about, manifest: TeamManifest }),
  z.object({ kind: z.literal("identity"), ...about }),
  z.object({ kind: z.literal("removed"), ...about }),
]);
export type FleetEntry = z.infer<typeof FleetEntry>;

/** The version in which entries are written. */
const VERSION = 1;
/** `UPCASTS[v]` turns data of version v into data of version v + 1. */
const UPCASTS: Readonly<Record<number, (data: unknown) => unknown>> = {};
/** nats-server takes a megabyte a message, headers and signature included. */
const MOST_BYTES = 960 * 1024;

/** Subject and body of an entry, unsigned. `time`: ISO-8601 UTC. @throws ArmadaError `MANIFEST_TOO_LARGE` */
export function entryMessage(entry: FleetEntry, time: string): { readonly subject: string; readonly body: string } {
  const { name, revision } = entry;
  const id = `${name}-${revision}`;
  const type = `armada.fleet.${entry.kind}`;
  const about = { id, source: `/${ADMINISTRATION}`, type, subject: name, time, data: entry, team: ADMINISTRATION, schemaversion: VERSION };
  const body = encodeBody([buildEnvelope(about, chainOf(id))]);
  if (Buffer.byteLength(body) > MOST_BYTES)
    throw new ArmadaError("MANIFEST_TOO_LARGE", `what is to be said of ${name} has ${Buffer.byteLength(body)} bytes, over ${MOST_BYTES}`, {
      hint: "its schemas are the most of it: share parts of them, or make two teams",
    });
  return { subject: buildSubject({ kind: "fleet", name }), body };
}

/** The entry of an envelope, older versions brought to this one; a text says why there is none. */
export function entryIn(
  { data, schemaversion, subject }: Envelope,
  current: { readonly version: number; readonly upcasts: typeof UPCASTS } = { version: VERSION, upcasts: UPCASTS },
): FleetEntry | string {
  if (schemaversion > current.version) return `it is of version ${schemaversion}, and this build reads up to ${current.version}`;
  let value: unknown = data;
  for (let version = schemaversion; version < current.version; version++) {
    const upcast = current.upcasts[version];
    if (upcast === undefined) return `there is no way from its version ${version} to ${version + 1}`;
    value = upcast(value);
  }
  const parsed = FleetEntry.safeParse(value);
  if (!parsed.success) return `it is no entry of the fleet: ${z.prettifyError(parsed.error)}`;
  return parsed.data.name === subject ? parsed.data : `it speaks of ${parsed.data.name}`;
}
