import { asToken, buildEnvelope, buildSubject, causedBy, chainOf, encodeBody, isRetryable, parseSubject } from "@armada/contracts";
import {
  appendOnce,
  attributes,
  type Delivery,
  type Handled,
  LEAST_ACK_WAIT_MS,
  type Ports,
  type Queue,
  spans,
} from "@armada/event-sourcing";
import type { JournalData } from "../journal/events.ts";
import { cut, messageOf } from "../journal/failure.ts";
import { putNewest } from "./bounded-map.ts";
import { stackOf } from "./stack.ts";

/** A delivery inside its span: what it causes is traced below `traceparent`. `held`: for how long this replica may have had it, ms. */
export type Traced = Delivery & { readonly traceparent: string | undefined; held(): number };

/**
 * For a first delivery of which everything is decided: it is acknowledged, unless it was held up for so long that another replica
 * may have had it meanwhile, decided, and died. Then it comes again, and a second delivery pays what is owed.
 */
export function decidedBefore({ delivery, held }: Pick<Traced, "delivery" | "held">): Handled {
  return delivery === 1 && held() >= LEAST_ACK_WAIT_MS ? { kind: "retry", after: 0 } : { kind: "done" };
}

/** How long a message whose handler failed for a reason of ours (a bug, a taken subject) waits for the next try. */
const FAULT_RETRY_MS = 5_000;
/** After so many deliveries a message that belongs to no run is set aside: no run's attempts would ever end it. */
const PARK_AFTER = 20;

const again: Handled = { kind: "retry", after: FAULT_RETRY_MS };
/** How often the message of a run that was stopped for it is looked at again: the run may have been resumed. */
const STOPPED_RETRY_MS = 60_000;
const MAX_KNOWN = 10_000;

/** Messages of runs whose handlers fail for a reason of ours; a run that cannot go on is stopped, and says why. */
export class Faults {
  readonly #stop: (run: string, failure: JournalData["run.stopped"]) => Promise<void>;
  readonly #times = new Map<string, number>();

  constructor(stop: (run: string, failure: JournalData["run.stopped"]) => Promise<void>) {
    this.#stop = stop;
  }

  /** Counts one more; whether its run is stopped now. An outage stops nothing. */
  async of({ subject }: Delivery, error: unknown, reason: string): Promise<boolean> {
    const parsed = runOf(subject);
    if (parsed === undefined || isRetryable(error)) return false;
    const times = (this.#times.get(subject) ?? 0) + 1;
    putNewest(this.#times, subject, times, MAX_KNOWN);
    if (times < PARK_AFTER) return false;
    const failure = { code: "ENGINE_FAULT", message: cut(`${subject} cannot be handled: ${reason}`) };
    try {
      await this.#stop(parsed, { ...failure, hint: "see the service's log; `armada runs retry ID` goes on once it is mended" });
      return true;
    } catch {
      return false; // the next delivery tries again, and both are in the log
    }
  }
}

/** Handles a delivery inside a span; a handler that throws keeps its message, or parks it as a fact of the team (engine rule 8). */
export async function guarded(
  team: string,
  ports: Ports,
  queue: Queue,
  delivery: Delivery,
  handle: (delivery: Traced) => Promise<Handled>,
  faults: Faults,
  signal: AbortSignal,
): Promise<Handled> {
  const about = { [attributes.subject]: delivery.subject, [attributes.sequence]: delivery.seq };
  const [root = "", , does = ""] = delivery.subject.split(".", 3);
  const kind = root === "run" ? `run ${does}` : root;
  const began = ports.clock.now();
  const held = (): number => delivery.late + ports.clock.now() - began;
  try {
    return await ports.tracer.span(spans.process(kind), about, delivery.envelopes[0]?.traceparent, (traceparent) =>
      handle({ ...delivery, traceparent, held }),
    );
  } catch (error) {
    if (signal.aborted) return { kind: "retry", after: 0 };
    const reason = cut(messageOf(error));
    const { subject, seq } = delivery;
    ports.logger.warn(`queue ${queue.name}: ${reason}`, {
      subject,
      seq,
      delivery: delivery.delivery,
      ...(isRetryable(error) ? {} : stackOf(error)),
    });
    if (runOf(subject) !== undefined)
      return (await faults.of(delivery, error, reason)) ? { kind: "retry", after: STOPPED_RETRY_MS } : again;
    if (delivery.delivery < PARK_AFTER) return again;
    return park({ team, ports, queue, signal }, delivery, reason);
  }
}

/** The run that a message belongs to. */
function runOf(subject: string): string | undefined {
  const parsed = parseSubject(subject);
  return parsed?.kind === "journal" || parsed?.kind === "tick" || parsed?.kind === "answer" ? parsed.run : undefined;
}

type About = { readonly team: string; readonly ports: Ports; readonly queue: Queue; readonly signal: AbortSignal };

async function park({ team, ports, queue, signal }: About, delivery: Delivery, reason: string): Promise<Handled> {
  const cause = delivery.envelopes[0];
  const id = `${queue.name}-${delivery.seq}`;
  const subject = buildSubject({ kind: "fact", team, entity: "message", event: "parked", id: String(delivery.seq), key: asToken(id) });
  const data = { queue: queue.name, seq: delivery.seq, subject: delivery.subject, reason, deliveries: delivery.delivery };
  const time = new Date(ports.clock.now()).toISOString();
  const about = { id, type: `${team}.message.parked`, subject: String(delivery.seq), time, data, team };
  const envelope = buildEnvelope(about, cause === undefined ? chainOf(id) : causedBy(cause));
  const settled = await appendOnce(ports, { subject, id, body: encodeBody([envelope]) }, undefined, { signal, patience: 0 });
  return settled.kind === "stored" || settled.kind === "taken" ? { kind: "done" } : again;
}
