import { type Clock, type Logger, orAborted } from "@armada/event-sourcing";
import type { CallOptions, EarlierCall, LaneNotes, Meter, ModelAnswer, ModelRequest, Models, Tier } from "../port.ts";
import type { ProviderBatches } from "../providers/batches.ts";
import { requestDigest } from "../result-cache/request-digest.ts";
import { BatchGathering } from "./gathering.ts";
import { BatchWatch } from "./watch.ts";

/** Whose batches a lane submits to, and how it waits for them. */
export type BatchLaneOptions = {
  readonly clock: Clock;
  /** Undefined for a tier whose provider has no batches: its calls are made as any other. */
  readonly batches: (tier: Tier) => ProviderBatches | undefined;
  /** How long a request waits for others of this process before they are submitted, milliseconds. */
  readonly gatherMs: number;
  /** Between two looks at a batch, milliseconds. */
  readonly pollMs: number;
  readonly logger?: Logger;
  /** Ends polling. */
  readonly signal: AbortSignal;
};

/** Two layers of one lane. Between them may stand what answers without asking a provider. */
export type BatchLane = {
  /** Outermost: who has a call of an earlier attempt waits for that one, whatever a cache may have. */
  adopting(models: Models): Models;
  /** Submits what `models` would be asked. */
  submitting(models: Models): Models;
};

type Desk = { readonly provider: ProviderBatches; readonly gathering: BatchGathering; readonly watch: BatchWatch };
type Kept = { readonly desk: Desk; readonly meter: Meter; readonly notes: LaneNotes; readonly asked: string };

const MAX = 100;
/** A submission without an answer may still be on its way for this long. */
const UNANSWERED_MS = 5_000;

/**
 * Calls with `options.lane` go to the provider's batches and resolve when their batch has ended, a bad one failing alone.
 * Each is drawn before it is submitted, under one id that is also the batch's: after a restart that id tells whether it was
 * submitted, so no call is made twice. An aborted call that was sent stays drawn; what it cost is settled when it is known.
 */
export function batchLane(options: BatchLaneOptions): BatchLane {
  const { clock, gatherMs, pollMs, logger, signal: over } = options;
  const desks = new Map<ProviderBatches, Desk>();

  return {
    adopting: (models) => ({
      call: <T>(request: ModelRequest<T>, signal: AbortSignal, call?: CallOptions): Promise<ModelAnswer<T>> => {
        const kept = keptOf(request, call);
        const earlier = kept?.notes.earlier(kept.asked);
        return kept === undefined || earlier === undefined ? models.call(request, signal, call) : answered(kept, request, signal, earlier);
      },
    }),
    submitting: (models) => ({
      call: <T>(request: ModelRequest<T>, signal: AbortSignal, call?: CallOptions): Promise<ModelAnswer<T>> => {
        const kept = keptOf(request, call);
        return kept === undefined ? models.call(request, signal, call) : answered(kept, request, signal, undefined);
      },
    }),
  };

  function keptOf(request: ModelRequest, call: CallOptions | undefined): Kept | undefined {
    if (call?.lane !== "batch" || call.meter === undefined || call.notes === undefined) return undefined;
    const provider = options.batches(request.tier);
    if (provider === undefined) return undefined;
    // Another attempt may get another tier, when a budget has run low: it asks the same.
    const asked = requestDigest({ ...request, tier: "worker" }, { model: "" });
    return { desk: deskOf(provider), meter: call.meter, notes: call.notes, asked };
  }

  function deskOf(provider: ProviderBatches): Desk {
    const known = desks.get(provider);
    if (known !== undefined) return known;
    const watch = new BatchWatch(provider, { clock, pollMs, logger, signal: over });
    const onSubmitted = (batch: string, calls: readonly string[]): void => watch.submitted(batch, calls);
    const ended = (batch: string): Promise<unknown> => watch.ended(batch);
    const gathering = new BatchGathering(provider, { clock, withinMs: gatherMs, max: MAX, onSubmitted, ended, signal: over });
    const desk = { provider, gathering, watch };
    desks.set(provider, desk);
    return desk;
  }

  /** Goes on when the attempt is given up: what was sent is billed, and somebody must hear how much. */
  async function answered<T>(kept: Kept, request: ModelRequest<T>, signal: AbortSignal, earlier: EarlierCall | undefined) {
    const work = made(kept, request, signal, earlier);
    work.catch(() => undefined); // who gave it up does not hear of it
    return orAborted(work, signal);
  }

  async function made<T>(
    kept: Kept,
    request: ModelRequest<T>,
    signal: AbortSignal,
    earlier: EarlierCall | undefined,
  ): Promise<ModelAnswer<T>> {
    const { desk, meter, notes, asked } = kept;
    const call = earlier?.call ?? (await meter.draw({ ...(await desk.provider.drawing(request)), asked }));
    const batch = earlier?.batch ?? (await submitted(kept, { call, request }, signal, earlier?.drawnAt));
    if (earlier?.batch === undefined)
      await notes.submitted(call, batch).catch((error: unknown) => logger?.warn(`batch ${batch} is not noted: ${String(error)}`, { call }));
    const outcome = await desk.watch.outcome(batch, call, request);
    meter.settle(call, outcome.cost);
    if ("error" in outcome) throw outcome.error;
    return outcome.answer as ModelAnswer<T>; // parsed by this very request's schema
  }

  /** The batch that the call is in. `drawnAt`: set where it may be in one already. @throws ModelError, the signal's reason: it is in none, and free */
  async function submitted(
    { desk, meter }: Kept,
    item: { readonly call: string; readonly request: ModelRequest },
    signal: AbortSignal,
    drawnAt: number | undefined,
  ): Promise<string> {
    let since = drawnAt;
    for (;;) {
      const found = since === undefined ? undefined : await desk.watch.find(item.call, since);
      if (found !== undefined) return found;
      since = clock.now();
      const free = (): void => meter.settle(item.call, { kind: "free" });
      const ended = await desk.gathering.submit(item, signal, free);
      if (ended.kind === "submitted") return ended.batch;
      if (ended.kind === "refused") {
        free();
        throw ended.error;
      }
      logger?.warn(`a batch was submitted without an answer: ${ended.error.message}`, { call: item.call });
      await clock.sleep(UNANSWERED_MS, over);
    }
  }
}
