import { type Amount, covers, type GrantAnswered } from "@armada/contracts";
import type { Clock, Logger } from "@armada/event-sourcing";
import type { AskFleet } from "./ask-federation.ts";

export type FundingOptions = {
  readonly month: string;
  readonly ask: AskFleet;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** Writes into the team's ledger what it may spend from here on. */
  fund(answered: GrantAnswered): Promise<void>;
};

/** After a refusal the same is not asked for so soon: others may never give anything back. */
const AGAIN_MS = 5_000;

/** A month's funds from the fleet, for all of a replica that wait for them: one ask at a time. */
export class Funding {
  readonly #options: FundingOptions;
  #refused: { readonly wants: Amount; readonly until: number } | undefined;
  #asking: Promise<void> | undefined;

  constructor(options: FundingOptions) {
    this.#options = options;
  }

  /** Resolves once what is asked for now is answered and in the ledger; undefined where nothing is. */
  get asking(): Promise<void> | undefined {
    return this.#asking;
  }

  /** Asks for `wants` in all, and up to `ahead` more, unless the federation has just said that it does not grant so much. */
  want(wants: Amount, ahead: Amount): "asked" | "refused" {
    const { clock } = this.#options;
    if (this.#refused !== undefined && clock.now() < this.#refused.until && covers(wants, this.#refused.wants)) return "refused";
    this.#asking ??= this.#ask(wants, ahead).finally(() => (this.#asking = undefined));
    return "asked";
  }

  async #ask(wants: Amount, ahead: Amount): Promise<void> {
    const { month, ask, fund, clock, logger, signal } = this.#options;
    try {
      const answered = await ask({ month, wants, ahead }, signal);
      await fund(answered);
      this.#refused = covers(answered.granted, wants) ? undefined : { wants, until: clock.now() + AGAIN_MS };
    } catch (error) {
      if (signal.aborted) return;
      logger.warn(`the fleet's budget: ${error instanceof Error ? error.message : String(error)}`);
      await clock.sleep(AGAIN_MS, signal).catch(() => undefined); // the signal ended it
    }
  }
}
