import { z } from "zod";
import { buildEnvelope, chainOf } from "../build-envelope.ts";
import { type Envelope, encodeBody } from "../envelope.ts";
import { ADMINISTRATION } from "../names.ts";
import { buildSubject } from "../subject.ts";

const instant = z.iso.datetime();

/** The longest that an isolation may last at a time, ms. */
export const LONGEST_ISOLATION_MS = 366 * 86_400_000;

/**
 * What the fleet knows of the isolation of a team, or of one agent of it (`prefix`: TEAM or TEAM.AGENT). While it is `isolated` and
 * before `until` nothing of it begins. `since`: from when; `until`: of one that was returned, when it was; `why` and `by`: of what was
 * said last. Each message says all of it, in a revision higher than the one before.
 */
export const Isolation = z.object({
  prefix: z.string().regex(/^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$/),
  status: z.enum(["isolated", "returned"]),
  since: instant,
  until: instant,
  why: z.string(),
  by: z.string(),
  revision: z.int().min(1),
});
export type Isolation = z.infer<typeof Isolation>;

/** The version in which isolations are written. */
const VERSION = 1;

/** Subject, id and body of what is said of an isolation, unsigned. `time`: ISO-8601 UTC. */
export function isolationMessage(
  isolation: Isolation,
  time: string,
): { readonly subject: string; readonly id: string; readonly body: string } {
  const { prefix, revision, status } = isolation;
  const id = `isolation-${prefix}-${revision}`;
  const about = {
    id,
    source: `/${ADMINISTRATION}`,
    type: `armada.isolation.${status}`,
    subject: prefix,
    time,
    data: isolation,
    team: ADMINISTRATION,
    schemaversion: VERSION,
  };
  return { subject: buildSubject({ kind: "isolation", prefix }), id, body: encodeBody([buildEnvelope(about, chainOf(id))]) };
}

/** The isolation of an envelope; a text says why there is none. */
export function isolationIn({ data, schemaversion, subject }: Envelope): Isolation | string {
  if (schemaversion > VERSION) return `it is of version ${schemaversion}, and this build reads up to ${VERSION}`;
  const parsed = Isolation.safeParse(data);
  if (!parsed.success) return `it is no isolation: ${z.prettifyError(parsed.error)}`;
  return parsed.data.prefix === subject ? parsed.data : `it speaks of ${parsed.data.prefix}`;
}
