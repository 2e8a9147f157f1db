import type { Clock } from "@armada/event-sourcing";
import { ModelError, type ModelErrorCode, type Spent } from "../errors.ts";
import type { CallOptions, Meter, ModelAnswer, ModelRequest, Models } from "../port.ts";
import { CoalescedMeter, DRAWS_TOO_LONG } from "./coalesced-meter.ts";
import { canJoin, coalescedRequest, itemOf, type JointAnswer, kindOf } from "./coalesced-request.ts";
import { shares, usageShares } from "./shares.ts";

/** What calls that wait for others go by. */
export type BatchingOptions = { readonly clock: Clock };

/** A call that waits for others, or for the answer that it shares with them. */
type Item = {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  readonly meter: Meter | undefined;
  readonly deadline: number | undefined;
  /** Ends with the part that is its own: entry `n` of the answer. */
  readonly split: (answer: JointAnswer, n: number, part: Spent) => void;
  readonly fail: (error: unknown) => void;
  /** Ends as a call of its own. */
  readonly alone: () => Promise<void>;
};
type Gathering = { readonly items: Set<Item>; readonly full: AbortController };
type Batch = NonNullable<CallOptions["batch"]>;

/** What may be wrong with the joint request alone: its length, or one item for which all are refused. */
const JOINT_FAULTS: ReadonlySet<ModelErrorCode> = new Set([
  "MODEL_BAD_REQUEST",
  "MODEL_REFUSED",
  "MODEL_ANSWER_INVALID",
  "LOCAL_MODEL_CANNOT",
]);

/**
 * Calls with `options.batch` gather in this process with others of their kind (tier, task, system, schema, `maxTokens`)
 * until `max` are there or `withinMs` is over, and become one request, whose answer is split. Each pays an equal part. An
 * item whose entry is missing or malformed fails alone with `MODEL_ANSWER_INVALID`; where the provider cannot serve the
 * joint request as such, each is asked alone. Of what is gathered no text is streamed.
 */
export function batchedModels(models: Models, { clock }: BatchingOptions): Models {
  const gatherings = new Map<string, Gathering>();

  return {
    async call<T>(request: ModelRequest<T>, signal: AbortSignal, options?: CallOptions): Promise<ModelAnswer<T>> {
      const batch = options?.batch;
      if (batch === undefined || batch.max <= 1 || !canJoin(request.schema)) return models.call(request, signal, options);
      signal.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<ModelAnswer<T>>();
      const item: Item = {
        request,
        signal,
        meter: options?.meter,
        deadline: options?.deadline,
        fail: reject,
        alone: () => models.call(request, signal, options).then(resolve, reject),
        split: (answer, n, { model, usage, costMicros, exact }) => {
          try {
            const value = itemOf(answer, n, request.schema, { model, usage, costMicros, exact });
            resolve({ value, model, usage, costMicros });
          } catch (error) {
            reject(error);
          }
        },
      };
      const leave = gather(item, batch);
      const abort = (): void => {
        leave();
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort, { once: true });
      try {
        return await promise;
      } finally {
        signal.removeEventListener("abort", abort);
      }
    },
  };

  /** @returns what takes the item away again, where it has not been sent. */
  function gather(item: Item, { max, withinMs }: Batch): () => void {
    const kind = JSON.stringify([kindOf(item.request), max, withinMs, item.meter !== undefined]);
    const known = gatherings.get(kind);
    const gathering = known ?? { items: new Set(), full: new AbortController() };
    gathering.items.add(item);
    const close = (): void => {
      if (gatherings.get(kind) === gathering) gatherings.delete(kind);
    };
    const over = (): void => {
      close();
      void send([...gathering.items]);
    };
    if (known === undefined) {
      gatherings.set(kind, gathering);
      clock.sleep(withinMs, gathering.full.signal).then(over, over);
    }
    if (gathering.items.size >= max) {
      close();
      gathering.full.abort();
    }
    return () => {
      gathering.items.delete(item);
      if (gathering.items.size > 0) return;
      close();
      gathering.full.abort();
    };
  }

  /** Ends every item. */
  async function send(items: readonly Item[]): Promise<void> {
    const live = items.filter(({ signal }) => !signal.aborted);
    const [first, ...others] = live;
    if (first === undefined) return;
    if (others.length === 0) return first.alone();
    const payers = live.flatMap(({ meter, signal }, i) => (meter === undefined ? [] : [{ meter, signal, i }]));
    const meter = payers.length === 0 ? undefined : new CoalescedMeter(payers, clock);
    try {
      const request = coalescedRequest([first.request, ...others.map((item) => item.request)]);
      const ends = live.flatMap(({ deadline }) => deadline ?? []);
      const { value, ...about } = await models.call(request, whenAllAbort(live), {
        ...(meter === undefined ? {} : { meter }),
        ...(ends.length === 0 ? {} : { deadline: Math.min(...ends) }),
      });
      const parts = partsOf({ ...about, exact: true }, live.length);
      for (const [i, item] of live.entries()) {
        const part = parts[i];
        if (part !== undefined) item.split(value, i + 1, part);
      }
    } catch (error) {
      if (meter !== undefined && meter.refused.size > 0) {
        const refused = new Map([...meter.refused].map(([{ i }, why]) => [i, why]));
        const ended = [...refused].map(([i, why]) => (why === DRAWS_TOO_LONG ? live[i]?.alone() : live[i]?.fail(why)));
        await Promise.all([...ended, send(live.filter((_, i) => !refused.has(i)))]);
        return;
      }
      if (error instanceof ModelError && JOINT_FAULTS.has(error.code)) {
        await Promise.all(live.map((item) => item.alone()));
        return;
      }
      for (const [i, item] of live.entries()) item.fail(error instanceof ModelError ? errorPart(error, i, live.length) : error);
    }
  }
}

/** Aborts when nobody is left to answer. */
function whenAllAbort(items: readonly Item[]): AbortSignal {
  const all = new AbortController();
  let left = items.length;
  for (const { signal } of items)
    signal.addEventListener("abort", () => {
      if (--left === 0) all.abort(signal.reason);
    });
  return all.signal;
}

function partsOf({ model, usage, costMicros, exact }: Spent, n: number): Spent[] {
  const micros = shares(costMicros, n);
  return usageShares(usage, n).map((part, i) => ({ model, usage: part, costMicros: micros[i] ?? 0, exact }));
}

/** The error as one of `n` has it: with its own part of what was spent. */
function errorPart(error: ModelError, i: number, n: number): ModelError {
  const spent = error.spent === undefined ? undefined : partsOf(error.spent, n)[i];
  const { code, message, hint, retryAfter, sent } = error;
  return new ModelError(code, message, { cause: error, hint, retryAfter, spent, sent });
}
