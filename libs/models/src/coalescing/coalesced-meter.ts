import { type Clock, orAborted } from "@armada/event-sourcing";
import type { CallCost, Drawing, Meter } from "../port.ts";
import { costShares } from "./shares.ts";

/** One of those who pay for a joint call. */
export type Payer = { readonly meter: Meter; readonly signal: AbortSignal };
type Drawn = { readonly meter: Meter; readonly call: string };

/** Who has drawn keeps what others may wait for: nobody waits longer than this for the rest, ms. */
const PATIENCE_MS = 5_000;

/** The refusal of one who was still waiting for its budget: it can wait alone. */
export const DRAWS_TOO_LONG: unique symbol = Symbol("draws too long");

/**
 * The meter of a call that several pay for in equal parts, under the call id that the first of them creates. Where one is
 * refused, is too slow or its signal aborts, nothing of the others stays drawn, the call is refused, and `refused` says who
 * and why.
 */
export class CoalescedMeter<P extends Payer> implements Meter {
  readonly refused = new Map<P, unknown>();
  readonly #payers: readonly P[];
  readonly #clock: Clock;
  readonly #drawn = new Map<string, readonly Drawn[]>();

  constructor(payers: readonly P[], clock: Clock) {
    this.#payers = payers;
    this.#clock = clock;
  }

  /** @throws the first refusal */
  async draw(about: Drawing): Promise<string> {
    const { micros, tokens } = about.ceiling;
    const n = this.#payers.length;
    const part = { ...about, ceiling: { micros: Math.ceil(micros / n), tokens: Math.ceil(tokens / n) } };
    const [drawn, late] = [new AbortController(), new AbortController()];
    this.#clock.sleep(PATIENCE_MS, drawn.signal).then(
      () => late.abort(DRAWS_TOO_LONG),
      () => undefined,
    );
    try {
      return await this.#all(part, late.signal);
    } finally {
      drawn.abort();
    }
  }

  settle(call: string, cost: CallCost): void {
    const drawn = this.#drawn.get(call) ?? [];
    this.#drawn.delete(call);
    const parts = costShares(cost, drawn.length);
    for (const [i, one] of drawn.entries()) one.meter.settle(one.call, parts[i] ?? cost);
  }

  async #all(part: Drawing, late: AbortSignal): Promise<string> {
    const rest = [...this.#payers];
    let first: Drawn | undefined;
    for (let payer = rest.shift(); payer !== undefined; payer = first === undefined ? rest.shift() : undefined)
      first = await this.#pay(payer, part, late);
    if (first === undefined) throw this.refused.values().next().value;
    const { call } = first;
    const others = await Promise.all(rest.map((payer) => this.#pay(payer, { ...part, call }, late)));
    const drawn = [first, ...others].filter((one) => one !== undefined);
    if (this.refused.size > 0) {
      for (const one of drawn) one.meter.settle(one.call, { kind: "free" });
      throw this.refused.values().next().value;
    }
    this.#drawn.set(call, drawn);
    return call;
  }

  async #pay(payer: P, part: Drawing, late: AbortSignal): Promise<Drawn | undefined> {
    const drawing = payer.meter.draw(part);
    const given = AbortSignal.any([payer.signal, late]);
    try {
      return { meter: payer.meter, call: await orAborted(drawing, given) };
    } catch (error) {
      this.refused.set(payer, error);
      // Given up while it was drawn: should it still be granted, it is given back.
      if (given.aborted)
        drawing.then(
          (call) => payer.meter.settle(call, { kind: "free" }),
          () => undefined,
        );
      return undefined;
    }
  }
}
