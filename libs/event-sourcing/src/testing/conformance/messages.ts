import { buildEnvelope, buildSubject, chainOf, type Envelope, encodeBody, type Subject } from "@armada/contracts";
import type { Outgoing } from "../../append-once.ts";

export type FactAt = {
  readonly team?: string;
  readonly entity: string;
  readonly event?: string;
  readonly id: string;
  readonly key: string | number;
};

/** One event as one message. */
export function fact(at: FactAt, data: unknown = {}, more: Partial<Envelope> = {}): Outgoing {
  return facts(at, [{ data, ...more }]);
}

/** Several events of one decision as one message. */
export function facts(at: FactAt, events: readonly Partial<Envelope>[]): Outgoing {
  const team = at.team ?? "alpha";
  const name = at.event ?? "noted";
  const subject = buildSubject({ kind: "fact", team, entity: at.entity, event: name, id: at.id, key: String(at.key) });
  const made = events.map((event, i) =>
    envelope({ id: `${at.entity}-${name}-${at.id}-${at.key}-${i}`, type: `${team}.${at.entity}.${name}`, team, subject: at.id, ...event }),
  );
  return { subject, id: made[0]?.id ?? "", body: encodeBody(made) };
}

/** A message of any other kind, written by `team` about `about`. */
export function message(subject: Exclude<Subject, { kind: "fact" }>, team: string, about: string, data: unknown = {}): Outgoing {
  const id = `${subject.kind}-${about}`;
  return {
    subject: buildSubject(subject),
    id,
    body: encodeBody([envelope({ id, type: `${team}.${subject.kind}`, team, subject: about, data })]),
  };
}

function envelope(over: Partial<Envelope> & { id: string; type: string; team: string }): Envelope {
  const chain = { ...chainOf("cause"), correlation: "correlation" };
  return { ...buildEnvelope({ time: "2026-01-01T00:00:00Z", data: {}, ...over }, chain), ...over };
}
