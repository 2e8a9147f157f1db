import type { Clock } from "@armada/event-sourcing";
import type { BatchItem, ProviderBatches, Submitted } from "../providers/batches.ts";

export type GatheringOptions = {
  readonly clock: Clock;
  /** Requests wait so long for others, milliseconds, up to `max` in one batch. */
  readonly withinMs: number;
  readonly max: number;
  /** Told of each batch that was submitted. */
  readonly onSubmitted: (batch: string, calls: readonly string[]) => void;
  /** Resolves when a batch has ended. */
  readonly ended: (batch: string) => Promise<unknown>;
  readonly signal: AbortSignal;
};

type Waiting = {
  readonly item: BatchItem;
  readonly tell: (submitted: Submitted) => void;
  readonly fail: (error: unknown) => void;
  /** `left`: given up before it was sent. */
  state: "waiting" | "sent" | "left";
};

/** What may read a beginning from the provider's cache waits this long for the batch that writes it. */
const WAVE_MS = 3_600_000;

/** Gathers requests of this process and submits them as one batch; those that begin alike as two, one after the other. */
export class BatchGathering {
  readonly #provider: ProviderBatches;
  readonly #options: GatheringOptions;
  #gathered: Waiting[] = [];
  #full = new AbortController();

  constructor(provider: ProviderBatches, options: GatheringOptions) {
    this.#provider = provider;
    this.#options = options;
  }

  /**
   * What became of its batch. Rejects where it was not sent, and calls `unsent` first: with the signal's reason where that aborts
   * before; later it changes nothing.
   */
  submit(item: BatchItem, signal: AbortSignal, unsent: () => void): Promise<Submitted> {
    const { promise, resolve, reject } = Promise.withResolvers<Submitted>();
    const fail = (error: unknown): void => {
      unsent();
      reject(error);
    };
    const waiting: Waiting = { item, tell: resolve, fail, state: "waiting" };
    const leave = (): void => {
      if (waiting.state !== "waiting") return;
      waiting.state = "left";
      fail(signal.reason);
    };
    if (signal.aborted) leave();
    else {
      signal.addEventListener("abort", leave, { once: true });
      this.#gathered.push(waiting);
      if (this.#gathered.length === 1) this.#gather();
      if (this.#gathered.length >= this.#options.max) this.#full.abort();
    }
    return promise.finally(() => signal.removeEventListener("abort", leave));
  }

  #gather(): void {
    const full = new AbortController();
    this.#full = full;
    const over = (): void => {
      const gathered = this.#gathered;
      this.#gathered = [];
      void this.#inWaves(gathered);
    };
    full.signal.addEventListener("abort", over, { once: true });
    this.#options.clock.sleep(this.#options.withinMs, full.signal).then(
      () => full.abort(),
      () => undefined, // it was full before
    );
  }

  async #inWaves(gathered: readonly Waiting[]): Promise<void> {
    const live = gathered.filter(({ state }) => state === "waiting");
    try {
      const byCall = new Map(live.map((one) => [one.item.call, one]));
      const items = live.map(({ item }) => item);
      const { first, rest } = (await this.#provider.inWaves?.(items)) ?? { first: items, rest: [] };
      const wave = (items: readonly BatchItem[]): [Waiting, BatchItem][] =>
        items.flatMap((item) => {
          const waiting = byCall.get(item.call);
          return waiting === undefined ? [] : [[waiting, item]];
        });
      const batches = await this.#send(wave(first));
      if (rest.length === 0) return;
      await this.#settled(batches);
      await this.#send(wave(rest));
    } catch (error) {
      for (const one of live) if (one.state === "waiting") one.fail(error); // of building a request; nothing was sent
    }
  }

  async #settled(batches: readonly string[]): Promise<void> {
    const enough = new AbortController();
    const late = this.#options.clock.sleep(WAVE_MS, enough.signal).catch(() => undefined);
    await Promise.race([late, Promise.all(batches.map((batch) => this.#options.ended(batch)))]);
    enough.abort();
  }

  /** A request for which all are refused fails alone: halves are tried until it is found. @returns the batches that were made */
  async #send(wave: readonly (readonly [Waiting, BatchItem])[]): Promise<string[]> {
    const all = wave.filter(([one]) => one.state !== "left");
    if (all.length === 0) return [];
    for (const [one] of all) one.state = "sent";
    const items = all.map(([, item]) => item);
    const submitted = await this.#provider.submit(items, this.#options.signal).catch((error: unknown) => {
      for (const [one] of all) one.state = "waiting";
      throw error;
    });
    if (submitted.kind === "refused" && submitted.error.code === "MODEL_BAD_REQUEST" && all.length > 1) {
      const half = Math.ceil(all.length / 2);
      return (await Promise.all([this.#send(all.slice(0, half)), this.#send(all.slice(half))])).flat();
    }
    const made = submitted.kind === "submitted" ? [submitted.batch] : [];
    for (const batch of made)
      this.#options.onSubmitted(
        batch,
        items.map(({ call }) => call),
      );
    for (const [one] of all) one.tell(submitted);
    return made;
  }
}
