import { type Envelope, eventKey } from "./envelope.ts";

/** Of which chain an event is: what began it, what caused the event, and the asks and events passed since. */
export type Provenance = {
  readonly correlation: string;
  readonly causation: string;
  readonly hops: number;
  /** W3C trace context; undefined where the event is in no trace. */
  readonly traceparent: string | undefined;
};

/** The provenance of what nothing of the mesh caused: `id` names the chain. */
export function chainOf(id: string, traceparent?: string): Provenance {
  return { correlation: id, causation: id, hops: 0, traceparent };
}

/** The provenance of what a stored event caused, in the same team: an ask counts one hop more. `traceparent`: the event's own unless given. */
export function causedBy(cause: Envelope, traceparent = cause.traceparent): Provenance {
  return { correlation: cause.correlationid, causation: eventKey(cause), hops: cause.hops, traceparent };
}

/**
 * What an event says of itself. `source` is `/teams/<team>` unless said, for what is no team `/<name>`; `schemaversion`, from 1, is 1
 * unless said; `time` and `arrived` are ISO-8601 UTC, and one of them must be there.
 */
export type Said = Pick<Envelope, "id" | "type" | "team" | "subject" | "time" | "arrived" | "data" | "data_base64" | "prev"> & {
  readonly source?: string | undefined;
  readonly schemaversion?: number | undefined;
};

/** The one place where an envelope is made. Each attribute by name: a journal's append waits for this, and spreading takes it longer. */
export function buildEnvelope(
  { id, source, type, subject, time, arrived, data, data_base64, team, schemaversion = 1, prev }: Said,
  { correlation, causation, hops, traceparent }: Provenance,
): Envelope {
  return {
    specversion: "1.0",
    id,
    source: source ?? `/teams/${team}`,
    type,
    subject,
    time,
    arrived,
    data,
    data_base64,
    team,
    correlationid: correlation,
    causationid: causation,
    schemaversion,
    hops,
    traceparent,
    prev,
  };
}
