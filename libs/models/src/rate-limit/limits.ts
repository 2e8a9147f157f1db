import type { Clock, Logger } from "@armada/event-sourcing";
import { ModelError } from "../errors.ts";
import type { CallOptions, ModelAnswer, ModelRequest, Models, Usage } from "../port.ts";
import { ProviderGate } from "../providers/gate.ts";
import { TokenBucket } from "./token-bucket.ts";

/** What a provider takes of one account, and this process's part of it. */
export type RateLimitOptions = {
  readonly clock: Clock;
  /** Of the provider's account, as it states them; without a limit where absent. */
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  /** This process's part of the two limits, in (0, 1], asked again at each call; all of them unless said. */
  readonly share?: () => number;
  /** Calls in flight at a time; without a limit where absent. */
  readonly concurrency?: number;
  /** Told when a provider is not to be asked, and when it is there again. */
  readonly logger?: Logger;
};

type Waiting = {
  readonly tokens: number;
  readonly deadline: number | undefined;
  readonly go: () => void;
  readonly fail: (error: unknown) => void;
};
type Buckets = Record<"requests" | "tokens", Pick<TokenBucket, "wait" | "waitForAll" | "take">>;

/** An answer whose length is not known yet is taken for this many tokens. */
const FIRST_OUTPUT = 500;
/** How much of an answer's length goes into what is expected of the next of its task. */
const WEIGHT = 0.2;
const BYTES_PER_TOKEN = 4;

/** Whose limits a request counts against, and which model of theirs it asks. */
export type Account = { readonly provider: string; readonly model: string };

/**
 * Calls of each provider, no faster than its limits and with bursts of one second's worth: a spike becomes a queue. A call counts
 * with the tokens that it is thought to take, and is corrected by those that it took. When a provider names a time before which
 * it wants no more of a model, or cannot be reached, all wait for it. Waiting ends with the signal's reason; what would wait too
 * long for its attempt (`CallOptions.deadline`) is refused with the time when its turn would come.
 */
export function limitedModels(models: Models, options: RateLimitOptions, accountOf?: (request: ModelRequest) => Account): Models {
  const buckets = new Map<string, Buckets>();
  const paces = new Map<string, Models>();
  return {
    call: (request, signal, call) => {
      const { provider, model } = accountOf?.(request) ?? { provider: "", model: "" };
      const known = paces.get(`${provider}/${model}`);
      if (known !== undefined) return known.call(request, signal, call);
      const shared = buckets.get(provider) ?? bucketsOf(options);
      buckets.set(provider, shared);
      const made = pacedModels(models, options, shared);
      paces.set(`${provider}/${model}`, made);
      return made.call(request, signal, call);
    },
  };
}

function bucketsOf({ clock, share = () => 1, requestsPerMinute, tokensPerMinute }: RateLimitOptions): Buckets {
  return { requests: bucketOf(requestsPerMinute, clock, share), tokens: bucketOf(tokensPerMinute, clock, share) };
}

/** Calls of one model, in the order in which they came. */
function pacedModels(models: Models, { clock, concurrency, logger }: RateLimitOptions, { requests, tokens }: Buckets): Models {
  const gate = new ProviderGate(clock, logger);
  const outputs = new Map<string, number>();
  const queue: Waiting[] = [];
  /** Turns of those that were told to come again, so that they do not all come at once. */
  let promised: readonly { readonly at: number; readonly tokens: number }[] = [];
  let inFlight = 0;
  /** Ends the pump's sleep: what it waits for has changed. */
  let changed = new AbortController();
  let pumping = false;

  return {
    async call<T>(request: ModelRequest<T>, signal: AbortSignal, callOptions?: CallOptions): Promise<ModelAnswer<T>> {
      signal.throwIfAborted();
      const expected = inputTokens(request) + (outputs.get(request.task) ?? FIRST_OUTPUT);
      await turn(expected, signal, callOptions?.deadline);
      const began = clock.now();
      try {
        const answer = await models.call(request, signal, callOptions);
        gate.reached();
        learn(request.task, expected, answer.usage);
        return answer;
      } catch (error) {
        throw error instanceof ModelError ? heed(error, expected, began) : error;
      } finally {
        inFlight--;
        changed.abort();
      }
    },
  };

  /** Resolves when the call may be made, and counts it. */
  async function turn(expected: number, signal: AbortSignal, deadline: number | undefined): Promise<void> {
    const early = refusalOf(expected, deadline);
    if (early !== undefined) throw early;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (reason: unknown): void => {
      const at = queue.indexOf(waiting);
      if (at === -1) return; // it has its turn already, and the call itself sees the signal
      queue.splice(at, 1);
      changed.abort();
      reject(reason);
    };
    const waiting: Waiting = { tokens: expected, deadline, go: resolve, fail: leave };
    const aborted = (): void => leave(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    queue.push(waiting);
    if (!pumping) void pump();
    try {
      await promise;
    } finally {
      signal.removeEventListener("abort", aborted);
    }
  }

  async function pump(): Promise<void> {
    pumping = true;
    for (let head = queue[0]; head !== undefined; head = queue[0]) {
      const slots = gate.trying ? 1 : (concurrency ?? Number.POSITIVE_INFINITY);
      const wait = inFlight >= slots ? Number.POSITIVE_INFINITY : Math.max(gate.wait, requests.wait(1), tokens.wait(head.tokens));
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

  /** Why the call is not to wait here: its turn would leave it less than half of its time. */
  function refusalOf(expected: number, deadline: number | undefined): ModelError | undefined {
    if (deadline === undefined) return undefined;
    const now = clock.now();
    const patience = (deadline - now) / 2;
    const closed = gate.refusal;
    if (closed !== undefined && (gate.trying || gate.wait > patience)) return closed;
    const waitBehind = (others: readonly { readonly tokens: number }[]): number => {
      const sum = others.reduce((all, one) => all + one.tokens, expected);
      return Math.max(requests.waitForAll(others.length + 1), tokens.waitForAll(sum));
    };
    if (waitBehind(queue) <= patience) return undefined;
    promised = promised.filter(({ at }) => at > now);
    const wait = waitBehind([...queue, ...promised]);
    promised = [...promised, { at: now + wait, tokens: expected }];
    const when = new Date(now + wait).toISOString();
    return new ModelError(
      "MODEL_RATE_LIMITED",
      `the limits of models.requestsPerMinute and models.tokensPerMinute are used up until ${when}`,
      {
        hint: "wait, or raise the limits in armada.config.ts to those of the provider's account",
        retryAfter: wait,
        sent: false,
      },
    );
  }

  function learn(task: string, expected: number, usage: Usage): void {
    tokens.take(counted(usage) - expected);
    const before = outputs.get(task) ?? usage.outputTokens;
    outputs.set(task, before + WEIGHT * (usage.outputTokens - before));
  }

  /** Those in the queue that cannot wait so long are told at once. @returns what the call ends with */
  function heed(error: ModelError, expected: number, began: number): ModelError {
    if (error.spent !== undefined) tokens.take(counted(error.spent.usage) - expected);
    const closed = gate.heed(error, began);
    if (closed) tellWaiting();
    if (error.sent || gate.wait === 0) return error;
    const { code, message, hint } = error;
    return new ModelError(code, message, { cause: error, hint, retryAfter: gate.wait, sent: false });
  }

  function tellWaiting(): void {
    for (const waiting of [...queue]) {
      const { refusal } = gate;
      if (refusal === undefined || waiting.deadline === undefined) continue;
      if (gate.trying || gate.wait > (waiting.deadline - clock.now()) / 2) waiting.fail(refusal);
    }
  }
}

function bucketOf(perMinute: number | undefined, clock: Clock, share: () => number): Buckets["requests"] {
  return perMinute === undefined ? { wait: () => 0, waitForAll: () => 0, take: () => undefined } : new TokenBucket(perMinute, clock, share);
}

/** What providers count towards a limit by the minute: reads from their cache are free of it. */
function counted(usage: Usage): number {
  return usage.inputTokens + usage.outputTokens + (usage.cacheWriteTokens ?? 0);
}

function inputTokens({ prompt, system, params, material }: ModelRequest): number {
  const texts = [prompt ?? "", system ?? "", JSON.stringify(params ?? {}), ...material.flatMap(({ name, text }) => [name, text])];
  return Math.ceil(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) / BYTES_PER_TOKEN);
}
