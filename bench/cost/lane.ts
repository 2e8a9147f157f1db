import type { Clock } from "@armada/event-sourcing";
import type { BatchItem, BatchOutcome, Meter, ModelRequest, ProviderBatches } from "@armada/models";

type Waiting = { readonly request: ModelRequest; readonly call: string; readonly done: (outcome: BatchOutcome) => void };

/** Requests gather so long for one batch. */
const GATHER_MS = 30 * 60_000;
const POLL_MS = 60_000;

/** The batch lane of one replica without its journal: gathers, submits, polls, collects. */
export function batchLane(batches: ProviderBatches, clock: Clock, signal: AbortSignal) {
  let gathering: Waiting[] = [];

  return {
    /** Draws at the batch's price, waits for the batch, settles. */
    async call(request: ModelRequest, meter: Meter): Promise<BatchOutcome> {
      const call = await meter.draw(await batches.drawing(request));
      const { promise, resolve, reject } = Promise.withResolvers<BatchOutcome>();
      gathering.push({ request, call, done: resolve });
      if (gathering.length === 1) gather().catch(reject);
      const outcome = await promise;
      meter.settle(call, outcome.cost);
      return outcome;
    },
  };

  async function gather(): Promise<void> {
    await clock.sleep(GATHER_MS, signal);
    const items = gathering;
    gathering = [];
    const { first, rest } = (await batches.inWaves?.(items)) ?? { first: items, rest: [] };
    await batch(items, first);
    if (rest.length > 0) await batch(items, rest);
  }

  async function batch(items: readonly Waiting[], wave: readonly BatchItem[]): Promise<void> {
    const submitted = await batches.submit(wave, signal);
    if (submitted.kind !== "submitted") throw submitted.error;
    while ((await batches.poll(submitted.batch, signal)) !== "ended") await clock.sleep(POLL_MS, signal);
    const byCall = new Map(items.map((item) => [item.call, item]));
    for await (const outcome of batches.results(submitted.batch, (call) => byCall.get(call)?.request, signal))
      byCall.get(outcome.call)?.done(outcome);
  }
}
