import type { Clock } from "@armada/event-sourcing";
import { ModelError } from "./errors.ts";
import type { CallOptions, ModelAnswer, ModelRequest, Models, Usage } from "./port.ts";
import { TokenBucket } from "./token-bucket.ts";

export type RateLimitOptions = {
  readonly clock: Clock;
  /** Of the provider's account, as it states them; without a limit where absent. */
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** This process's part of the two limits, in (0, 1], asked again at each call; all of them unless said. */
  readonly share?: () => number;
  /** Calls in flight at a time; without a limit where absent. */
  readonly concurrency?: number;
};

type Waiting = { readonly tokens: number; readonly go: () => void };

/** An answer whose length is not known yet is taken for this many tokens. */
const FIRST_OUTPUT = 500;
/** How much of an answer's length goes into what is expected of the next of its task. */
const WEIGHT = 0.2;
const BYTES_PER_TOKEN = 4;

/**
 * Calls of one provider, in the order in which they came, no faster than its limits and with bursts of one second's worth:
 * a spike becomes a queue. A call counts with the tokens that it is thought to take, and is corrected by those that it took.
 * When the provider names a time before which it wants no more, all wait for it. Waiting ends with the signal's reason.
 */
export function limitedModels(models: Models, options: RateLimitOptions): Models {
  const { clock } = options;
  const share = options.share ?? (() => 1);
  const requests = bucketOf(options.requestsPerMinute, clock, share);
  const tokens = bucketOf(options.tokensPerMinute, clock, share);
  const slots = options.concurrency ?? Number.POSITIVE_INFINITY;
  const outputs = new Map<string, number>();
  const queue: Waiting[] = [];
  let inFlight = 0;
  let notBefore = 0;
  /** Ends the pump's sleep: what it waits for has changed. */
  let changed = new AbortController();
  let pumping = false;

  return {
    async call<T>(request: ModelRequest<T>, signal: AbortSignal, callOptions?: CallOptions): Promise<ModelAnswer<T>> {
      signal.throwIfAborted();
      const expected = inputTokens(request) + (outputs.get(request.task) ?? FIRST_OUTPUT);
      await turn(expected, signal);
      try {
        const answer = await models.call(request, signal, callOptions);
        learn(request.task, expected, answer.usage);
        return answer;
      } catch (error) {
        if (error instanceof ModelError) heed(error, expected);
        throw error;
      } finally {
        inFlight--;
        changed.abort();
      }
    },
  };

  /** Resolves when the call may be made, and counts it. */
  async function turn(expected: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting: Waiting = { tokens: expected, go: resolve };
    const leave = (): void => {
      const at = queue.indexOf(waiting);
      if (at === -1) return; // it has its turn already, and the call itself sees the signal
      queue.splice(at, 1);
      changed.abort();
      reject(signal.reason);
    };
    signal.addEventListener("abort", leave, { once: true });
    queue.push(waiting);
    if (!pumping) void pump();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", leave);
    }
  }

  async function pump(): Promise<void> {
    pumping = true;
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      const wait =
        inFlight >= slots ? Number.POSITIVE_INFINITY : Math.max(notBefore - clock.now(), requests.wait(1), tokens.wait(head.tokens));
      if (wait > 0) {
        changed = new AbortController();
        const { signal } = changed;
        if (wait === Number.POSITIVE_INFINITY) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        else await clock.sleep(wait, signal).catch(() => undefined);
        continue;
      }
      queue.shift();
      inFlight++;
      requests.take(1);
      tokens.take(head.tokens);
      head.go();
    }
    pumping = false;
  }

  function learn(task: string, expected: number, usage: Usage): void {
    tokens.take(counted(usage) - expected);
    const before = outputs.get(task) ?? usage.outputTokens;
    outputs.set(task, before + WEIGHT * (usage.outputTokens - before));
  }

  function heed(error: ModelError, expected: number): void {
    if (error.spent !== undefined) tokens.take(counted(error.spent.usage) - expected);
    if (error.retryAfter !== undefined) notBefore = Math.max(notBefore, clock.now() + error.retryAfter);
  }
}

function bucketOf(perMinute: number | undefined, clock: Clock, share: () => number): Pick<TokenBucket, "wait" | "take"> {
  return perMinute === undefined ? { wait: () => 0, take: () => undefined } : new TokenBucket(perMinute, clock, share);
}

/** What providers count towards a limit by the minute: reads from their cache are free of it. */
function counted(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + (usage.cacheWriteTokens ?? 0);
}

function inputTokens({ prompt, system, params, material }: ModelRequest): number {
  const texts = [prompt ?? "", system ?? "", JSON.stringify(params ?? {}), ...material.flatMap(({ name, text }) => [name, text])];
  return Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / BYTES_PER_TOKEN);
}
