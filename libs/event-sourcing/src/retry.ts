import { isRetryable } from "@armada/contracts";
import type { Clock, Logger, Random } from "./ports.ts";

/** How waits grow, ms: from `first`, doubled at each failure, to `most`. */
export type Backoff = { readonly first: number; readonly most: number };

/** What a wait needs: time, chance, and who is told. */
export type RetryPorts = {
  readonly clock: Clock;
  readonly random: Pick<Random, "next">;
  /** Hears of waits that last. */
  readonly logger?: Pick<Logger, "warn"> | undefined;
};

/** How waits grow, what is worth another try, and what ends them. */
export type RetryOptions = {
  /** 50 ms, doubling to 2 s, unless said. */
  readonly backoff?: Backoff;
  /** Which errors are worth another try; `isRetryable` unless said. */
  readonly worth?: (error: unknown) => boolean;
  /** Ends the wait for the next try. */
  readonly signal?: AbortSignal | undefined;
};

const BACKOFF: Backoff = { first: 50, most: 2_000 };
/** Tries after the third one of which the log says that something waits: with waits of two seconds, each 20 to 40 s. */
const SAY_EVERY = 20;

/**
 * Ms to wait behind `failures` failures before this one (0: it is the first), with full jitter: anything between 0 and
 * what `first` has grown to, so that those who failed together do not come again together. `random` in [0, 1).
 */
export function backoff({ first, most }: Backoff, failures: number, random: () => number): number {
  return Math.ceil(random() * Math.min(most, first * 2 ** failures));
}

/** Tries until it works, fails for good, or the signal aborts. `what` is named where it waits for long. @throws what `work` throws for good; the signal's reason */
export async function retry<T>(what: string, ports: RetryPorts, work: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { worth = isRetryable, signal } = options;
  for (let failures = 0; ; failures++) {
    signal?.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      if (!worth(error)) throw error;
      await waitAgain(what, ports, error instanceof Error ? error.message : String(error), failures, options);
    }
  }
}

/** Waits after a failed try, and says so where that goes on. @throws the signal's reason */
export async function waitAgain(
  what: string,
  { clock, random, logger }: RetryPorts,
  why: string,
  failures: number,
  options: Pick<RetryOptions, "backoff" | "signal"> = {},
): Promise<void> {
  if (failures % SAY_EVERY === 2) logger?.warn(`${what} waits: ${why}`, { tries: failures + 1 });
  await clock.sleep(
    backoff(options.backoff ?? BACKOFF, failures, () => random.next()),
    options.signal,
  );
}
