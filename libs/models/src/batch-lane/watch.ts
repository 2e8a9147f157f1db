import type { Clock, Logger } from "@armada/event-sourcing";
import { ModelError } from "../errors.ts";
import type { ModelRequest } from "../port.ts";
import type { BatchOutcome, ProviderBatches } from "../providers/batches.ts";

export type WatchOptions = {
  readonly clock: Clock;
  readonly pollMs: number;
  readonly logger?: Logger | undefined;
  readonly signal: AbortSignal;
};

type Asked = { readonly request: ModelRequest; readonly tell: (outcome: BatchOutcome) => void; readonly fail: (reason: unknown) => void };

/** How far the provider's clock may be behind ours. */
const SKEW_MS = 300_000;
/** Batches whose calls are remembered. */
const MAX_KNOWN = 1_000;

/**
 * Waits for batches, whoever submitted them: one poller a batch, and its results are read once for all that wait. What
 * fails on the way is tried again: results stay where they are for 29 days, and giving up would pay for them twice.
 */
export class BatchWatch {
  readonly #provider: ProviderBatches;
  readonly #options: WatchOptions;
  readonly #watched = new Map<string, Map<string, Asked>>();
  /** Calls of batches, where they are known. */
  readonly #calls = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(provider: ProviderBatches, options: WatchOptions) {
    this.#provider = provider;
    this.#options = options;
  }

  /** This process submitted it. */
  submitted(batch: string, calls: readonly string[]): void {
    this.#know(batch, Promise.resolve(new Set(calls)));
  }

  /** The end of a call that is in this batch. Rejects only when the watch itself ends. */
  outcome(batch: string, call: string, request: ModelRequest): Promise<BatchOutcome> {
    const { promise, resolve, reject } = Promise.withResolvers<BatchOutcome>();
    const asked = this.#watched.get(batch) ?? new Map<string, Asked>();
    const before = asked.get(call);
    asked.set(call, {
      request,
      tell: (outcome) => {
        before?.tell(outcome);
        resolve(outcome);
      },
      fail: (reason) => {
        before?.fail(reason);
        reject(reason);
      },
    });
    if (!this.#watched.has(batch)) {
      this.#watched.set(batch, asked);
      this.#follow(batch, asked).catch((reason: unknown) => {
        for (const { fail } of asked.values()) fail(reason);
      });
    }
    return promise;
  }

  /** The batch in which a call is that was drawn at `drawnAt`, ms since 1970; waits for the end of those that may hold it. Undefined: none does. */
  async find(call: string, drawnAt: number): Promise<string | undefined> {
    const { signal } = this.#options;
    const recent = await this.#persistently("list batches", () => this.#provider.recent(drawnAt - SKEW_MS, signal));
    for (const { batch } of recent) if ((await this.#callsOf(batch)).has(call)) return batch;
    return undefined;
  }

  /** Resolves when the batch is no longer in progress. Rejects only when the watch itself ends. */
  async ended(batch: string): Promise<"ended" | "missing"> {
    const { clock, pollMs, signal } = this.#options;
    for (;;) {
      const state = await this.#persistently(`poll batch ${batch}`, () => this.#provider.poll(batch, signal));
      if (state !== "in_progress") return state;
      await clock.sleep(pollMs, signal);
    }
  }

  async #follow(batch: string, asked: Map<string, Asked>): Promise<void> {
    const state = await this.ended(batch);
    while (asked.size > 0) {
      const now = new Map(asked);
      if (state === "ended") await this.#persistently(`read batch ${batch}`, () => this.#read(batch, asked));
      for (const [call, { tell }] of now) if (asked.delete(call)) tell(lost(call, batch));
    }
    this.#watched.delete(batch);
  }

  async #read(batch: string, asked: Map<string, Asked>): Promise<void> {
    const { signal } = this.#options;
    for await (const outcome of this.#provider.results(batch, (call) => asked.get(call)?.request, signal)) {
      const { tell } = asked.get(outcome.call) ?? {};
      asked.delete(outcome.call);
      tell?.(outcome);
    }
  }

  #callsOf(batch: string): Promise<ReadonlySet<string>> {
    const known = this.#calls.get(batch);
    if (known !== undefined) return known;
    const found = this.#listed(batch);
    this.#know(batch, found);
    found.catch(() => this.#calls.delete(batch));
    return found;
  }

  #know(batch: string, calls: Promise<ReadonlySet<string>>): void {
    this.#calls.set(batch, calls);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > MAX_KNOWN && oldest !== undefined) this.#calls.delete(oldest);
  }

  /** Results alone tell which calls a batch has. */
  async #listed(batch: string): Promise<ReadonlySet<string>> {
    const { signal } = this.#options;
    const calls = new Set<string>();
    if ((await this.ended(batch)) === "missing") return calls;
    const note = (call: string): undefined => void calls.add(call);
    await this.#persistently(`read batch ${batch}`, async () => {
      for await (const _ of this.#provider.results(batch, note, signal));
    });
    return calls;
  }

  async #persistently<T>(what: string, ask: () => Promise<T>): Promise<T> {
    const { clock, pollMs, logger, signal } = this.#options;
    for (let tries = 1; ; tries++) {
      try {
        return await ask();
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (tries % 10 === 1) logger?.warn(`${what}: ${error instanceof Error ? error.message : String(error)}`, { tries });
        await clock.sleep(pollMs, signal);
      }
    }
  }
}

/** Whether it was answered, and billed, nobody will say. */
function lost(call: string, batch: string): BatchOutcome {
  const reason = `the results of the batch ${batch} do not hold the request ${call}`;
  return { call, error: new ModelError("MODEL_BATCH_ENDED", reason), cost: { kind: "unknown", reason } };
}
