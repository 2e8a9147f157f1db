import { type Backoff, backoff, type Clock, type Logger } from "@armada/event-sourcing";
import { ModelError } from "../errors.ts";

/** The pauses after tries that could not reach a provider. */
const PAUSE: Backoff = { first: 1_000, most: 300_000 };
/** One call tries for all of a replica, and says until when it waits: there is nobody here to keep apart. */
const ALL_OF_IT = (): number => 1;

/**
 * When a provider is not to be asked: until the time that it named, or, where it cannot be reached, until the next try, which one
 * call makes for all. What calls meet meanwhile is an error that says until when and why, and that they were not sent.
 */
export class ProviderGate {
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  #until = 0;
  #why: ModelError | undefined;
  /** Tries in a row that did not reach it, and when the first was, ms since 1970. */
  #tries = 0;
  #since = 0;

  constructor(clock: Clock, logger: Logger | undefined) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Milliseconds until it opens; 0 where it is open. */
  get wait(): number {
    return Math.max(0, this.#until - this.#clock.now());
  }

  /** Whether the next call finds out for all whether the provider is there. */
  get trying(): boolean {
    return this.#tries > 0;
  }

  /** What a call meets that would have to wait for it; undefined where it is open. */
  get refusal(): ModelError | undefined {
    const { wait } = this;
    if (wait === 0 || this.#why === undefined) return undefined;
    const { code, message, hint } = this.#why;
    const named = this.trying ? "" : `; it takes no request before ${new Date(this.#until).toISOString()}`;
    return new ModelError(code, `${message}${named}`, { cause: this.#why, hint, retryAfter: wait, sent: false });
  }

  /** A call that began at `began` reached it: also one that failed otherwise. */
  reached(): void {
    if (this.#tries > 0) this.#logger?.info(`the provider is there again after ${Math.round((this.#clock.now() - this.#since) / 1_000)} s`);
    this.#tries = 0;
  }

  /** @returns whether it has closed */
  heed(error: ModelError, began: number): boolean {
    const now = this.#clock.now();
    if (error.code === "MODEL_UNREACHABLE" && !error.sent) {
      if (began < this.#until) return false; // it began before another had found out
      if (this.#tries++ === 0) {
        this.#since = now;
        this.#logger?.warn(`${error.message}: model calls wait for it`, { code: error.code, hint: error.hint });
      }
      return this.#close(now + backoff(PAUSE, this.#tries - 1, ALL_OF_IT), error);
    }
    this.reached();
    if (error.retryAfter === undefined) return false;
    this.#logger?.info(`${error.message}: it is not asked for ${Math.ceil(error.retryAfter / 1_000)} s`, { code: error.code });
    return this.#close(now + error.retryAfter, error);
  }

  #close(until: number, why: ModelError): boolean {
    if (until <= this.#until) return false;
    this.#until = until;
    this.#why = why;
    return true;
  }
}
