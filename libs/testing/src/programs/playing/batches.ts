import type { Clock } from "@armada/event-sourcing";
import type { ModelRequest, ProviderBatches } from "@armada/models";
import { COST } from "./declarations.ts";

type Batch = { readonly at: number; readonly requests: ReadonlyMap<string, ModelRequest> };

/** A provider whose batches take `lengthMs`, as all replicas see it. */
export class Batches {
  readonly #clock: Clock;
  readonly #lengthMs: number;
  readonly #known: Batch[] = [];

  constructor(clock: Clock, lengthMs: number) {
    this.#clock = clock;
    this.#lengthMs = lengthMs;
  }

  provider(): ProviderBatches {
    return {
      drawing: ({ tier }) => Promise.resolve({ tier, model: "batched", ceiling: COST }),
      submit: (items) => {
        this.#known.push({ at: this.#clock.now(), requests: new Map(items.map(({ call, request }) => [call, request])) });
        return Promise.resolve({ kind: "submitted", batch: `b${this.#known.length - 1}` });
      },
      poll: (batch) => Promise.resolve(this.#ended(this.#of(batch)) ? "ended" : "in_progress"),
      results: (batch, requestOf) => this.#results(batch, requestOf),
      recent: (since) =>
        Promise.resolve(
          this.#known
            .map((one, i) => ({ batch: `b${i}`, createdAt: one.at, ended: this.#ended(one), items: one.requests.size }))
            .filter(({ createdAt }) => createdAt >= since)
            .toReversed(),
        ),
    };
  }

  async *#results(batch: string, requestOf: (call: string) => ModelRequest | undefined): ReturnType<ProviderBatches["results"]> {
    const usage = { inputTokens: COST.tokens, outputTokens: 0 };
    for (const call of this.#of(batch).requests.keys()) {
      if (requestOf(call) === undefined) continue;
      const answer = { value: "said", model: "batched", usage, costMicros: COST.micros };
      yield { call, cost: { kind: "billed", model: "batched", usage, amount: COST }, answer };
    }
  }

  #ended({ at }: Batch): boolean {
    return this.#clock.now() >= at + this.#lengthMs;
  }

  #of(batch: string): Batch {
    const found = this.#known[Number(batch.slice(1))];
    if (found === undefined) throw new Error(`no batch ${batch}`);
    return found;
  }
}
