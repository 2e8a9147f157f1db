import { asToken, buildSubject, type Envelope, encodeBody } from "@armada/contracts";
import { attributes, type Delivery, type Handled, type Ports, type Queue, spans } from "@armada/event-sourcing";

import { cut, messageOf } from "./failure.ts";

/** A delivery inside its span: what it causes is traced below `traceparent`. */
export type Traced = Delivery & { readonly traceparent: string | undefined };

/** How long a message whose handler failed for a reason of ours (a bug, a taken subject) waits for the next try. */
const FAULT_RETRY_MS = 5_000;
/** After so many deliveries a message that belongs to no run is set aside: no run's attempts would ever end it. */
const PARK_AFTER = 20;

/** Handles a delivery inside a span; a handler that throws keeps its message, or parks it as a fact of the team (ENGINE rule 8). */
export async function guarded(
  team: string,
  ports: Ports,
  queue: Queue,
  delivery: Delivery,
  handle: (delivery: Traced) => Promise<Handled>,
  signal: AbortSignal,
): Promise<Handled> {
  const about = { [attributes.subject]: delivery.subject, [attributes.sequence]: delivery.seq };
  const [root = "", , does = ""] = delivery.subject.split(".", 3);
  const kind = root === "run" ? `run ${does}` : root;
  try {
    return await ports.tracer.span(spans.process(kind), about, delivery.envelopes[0]?.traceparent, (traceparent) =>
      handle({ ...delivery, traceparent }),
    );
  } catch (error) {
    if (signal.aborted) return { kind: "retry", after: 0 };
    const reason = cut(messageOf(error));
    const { subject, seq } = delivery;
    ports.logger.warn(`queue ${queue.name}: ${reason}`, { subject, seq, delivery: delivery.delivery });
    if (root === "run" || delivery.delivery < PARK_AFTER) return { kind: "retry", after: FAULT_RETRY_MS };
    return park(team, ports, queue, delivery, reason);
  }
}

async function park(team: string, ports: Ports, queue: Queue, delivery: Delivery, reason: string): Promise<Handled> {
  const cause = delivery.envelopes[0];
  const id = `${queue.name}-${delivery.seq}`;
  const subject = buildSubject({ kind: "fact", team, entity: "message", event: "parked", id: String(delivery.seq), key: asToken(id) });
  const envelope: Envelope = {
    specversion: "1.0",
    id,
    source: `/teams/${team}`,
    type: `${team}.message.parked`,
    subject: String(delivery.seq),
    time: new Date(ports.clock.now()).toISOString(),
    data: { queue: queue.name, seq: delivery.seq, subject: delivery.subject, reason, deliveries: delivery.delivery },
    team,
    correlationid: cause?.correlationid ?? id,
    causationid: cause?.id ?? id,
    schemaversion: 1,
    hops: cause?.hops ?? 0,
  };
  const stored = await ports.log.append(subject, encodeBody([envelope]), { filter: subject, last: 0 });
  return stored.kind === "appended" || stored.kind === "conflict" || stored.kind === "refused"
    ? { kind: "done" }
    : { kind: "retry", after: FAULT_RETRY_MS };
}
