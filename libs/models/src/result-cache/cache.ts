import { ArmadaError } from "@armada/contracts";
import { type Clock, type Logger, type Objects, orAborted, type Random, type Registers } from "@armada/event-sourcing";
import { ModelError } from "../errors.ts";
import type { CallOptions, ModelAnswer, ModelRequest, Models } from "../port.ts";
import { Claim, type ClaimAt, claimed } from "./claim.ts";
import { type Answered, answerOf, bodyOf, type Entry, entryOf, type Found, found } from "./entry.ts";
import { type RequestAbout, requestDigest } from "./request-digest.ts";
import { SharedWatches, type Watch } from "./shared-watches.ts";

/** Where answers are kept, and who may read them. */
export type ResultCacheOptions = {
  /** The team's: its answers serve nobody else. */
  readonly registers: Registers;
  /** Those that teams share on purpose, for `scope: "fleet"`; without them that scope is the team. */
  readonly fleet?: Registers;
  readonly objects: Objects;
  /** Whose objects hold the answers that are too long for a register. */
  readonly team: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly about: (request: ModelRequest) => RequestAbout;
  /** A claim that is not renewed for this long has lost its holder; 15 s unless said. */
  readonly leaseMs?: number;
  /** Told why a call is made without the cache. */
  readonly logger?: Logger;
};

type CacheStore = { readonly registers: Registers; readonly watches: SharedWatches };
/** One request on its way through the cache. */
type Asked<T> = {
  readonly store: CacheStore;
  readonly key: string;
  readonly request: ModelRequest<T>;
  readonly ttlMs: number;
  readonly signal: AbortSignal;
};
type Place<T> =
  | { readonly kind: "answer"; readonly answer: ModelAnswer<T> }
  | { readonly kind: "claim"; readonly claim: Claim; readonly by: string }
  | { readonly kind: "alone" };

const LEASE_MS = 15_000;
/** The answer waits this long for being stored, and no longer. */
const STORE_MS = 2_000;
/** Who lost a race looks again after up to this long. */
const LOST_MS = 25;

/**
 * Calls with `options.cache` ask once for equal requests: over all replicas one of them makes the call under a claim in a
 * register, and the others get its answer while it is in flight, or later from the register. Where the one fails, is
 * aborted or dies, exactly one other takes its place. Waiting draws nothing and asks no provider. Where the registers do
 * not answer, a call is made as if there were no cache.
 */
export function cachedModels(models: Models, options: ResultCacheOptions): Models {
  const { clock, random, objects, logger } = options;
  const leaseMs = options.leaseMs ?? LEASE_MS;
  const storeOf = (registers: Registers): CacheStore => ({ registers, watches: new SharedWatches(registers, clock) });
  const team = storeOf(options.registers);
  const fleet = options.fleet === undefined ? team : storeOf(options.fleet);

  return {
    async call<T>(request: ModelRequest<T>, signal: AbortSignal, callOptions?: CallOptions): Promise<ModelAnswer<T>> {
      const cache = callOptions?.cache;
      if (cache === undefined) return models.call(request, signal, callOptions);
      signal.throwIfAborted();
      const store = cache.scope === "fleet" ? fleet : team;
      const key = `answer-${requestDigest(request, { ...options.about(request), tools: cache.tools ?? [] })}`;
      const place = await placeOf({ store, key, request, ttlMs: cache.ttlMs, signal });
      if (place.kind === "answer") return place.answer;
      const call = (): Promise<ModelAnswer<T>> => models.call(request, signal, callOptions);
      return place.kind === "alone" ? call() : await claimedCall(place, request, cache.ttlMs, signal, call);
    },
  };

  /** Waits until the request is answered, or this caller is the one to ask. Rejects with the signal's reason only. */
  async function placeOf<T>(asked: Asked<T>): Promise<Place<T>> {
    const { store, key, signal } = asked;
    let watch: Watch | undefined;
    try {
      let at = found(await orAborted(store.registers.get(key), signal), clock.now());
      for (;;) {
        signal.throwIfAborted();
        const { entry } = at;
        const stored = entry?.kind === "answered" ? await read(asked, entry) : undefined;
        if (stored !== undefined) return { kind: "answer", answer: stored };
        if (entry?.kind === "claimed" && endOf(entry.until, at) > clock.now()) {
          watch ??= store.watches.join(key);
          const next = await watch.next(at.revision, endOf(entry.until, at), signal);
          if (next !== undefined) at = found(next, clock.now());
          continue;
        }
        const taken = await take(asked, at);
        if (taken !== undefined) return { kind: "claim", ...taken };
        await clock.sleep(random.next() * LOST_MS, signal);
        at = found(await orAborted(store.registers.get(key), signal), clock.now());
      }
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      logger?.warn("a model call is made without the cache", { key, reason: reasonOf(error) });
      return { kind: "alone" };
    } finally {
      watch?.leave();
    }
  }

  /** By the claimer's clock, but never longer than a lease from when it was read: clocks differ. */
  function endOf(until: number, { seen }: Found): number {
    return Math.min(until, seen + leaseMs);
  }

  async function read<T>({ key, request, ttlMs, signal }: Asked<T>, entry: Answered): Promise<ModelAnswer<T> | undefined> {
    if (clock.now() >= Math.min(entry.until, entry.at + ttlMs)) return undefined;
    try {
      return await orAborted(answerOf(entry, request.schema, objects), signal);
    } catch (error) {
      signal.throwIfAborted();
      logger?.warn("a cached answer cannot be used", { key, reason: reasonOf(error) });
      return undefined;
    }
  }

  /** @returns undefined where another was first. Rejects where the register does not answer. */
  async function take<T>({ store, key, signal }: Asked<T>, { revision }: Found): Promise<{ claim: Claim; by: string } | undefined> {
    const at: ClaimAt = { registers: store.registers, key, by: random.id(), clock, random, leaseMs };
    const put = store.registers.put(key, claimed(at), revision);
    try {
      const mine = await orAborted(put, signal);
      return mine === undefined ? undefined : { claim: new Claim(at, mine), by: at.by };
    } catch (error) {
      if (signal.aborted) {
        // Too late to ask, and the claim may stand: it is handed on.
        put.then(
          (mine) => (mine === undefined ? undefined : said(new Claim(at, mine).end(failed(at.by, signal.reason)))),
          () => undefined,
        );
        throw error;
      }
      // The answer is lost, or the write: what stands there tells.
      const now = await orAborted(store.registers.get(key), signal);
      if (now === undefined || now.revision <= revision) throw error;
      const entry = entryOf(now.value);
      if (entry?.kind !== "claimed" || entry.by !== at.by) return undefined;
      return { claim: new Claim(at, now.revision), by: at.by };
    }
  }

  async function claimedCall<T>(
    { claim, by }: { readonly claim: Claim; readonly by: string },
    request: ModelRequest<T>,
    ttlMs: number,
    signal: AbortSignal,
    call: () => Promise<ModelAnswer<T>>,
  ): Promise<ModelAnswer<T>> {
    let answer: ModelAnswer<T>;
    try {
      answer = await call();
    } catch (error) {
      const handedOn = said(claim.end(failed(by, error)));
      if (!signal.aborted) await atMost(STORE_MS, handedOn);
      throw error;
    }
    await atMost(STORE_MS, said(stored(answer, request, by, ttlMs).then((entry) => claim.end(entry))));
    return answer;
  }

  async function stored<T>(answer: ModelAnswer<T>, request: ModelRequest<T>, by: string, ttlMs: number): Promise<Entry> {
    try {
      const body = await bodyOf(answer.value, request.schema, objects, options.team);
      const at = clock.now();
      const { model, usage, costMicros } = answer;
      return { kind: "answered", by, body, model, usage, costMicros, at, until: at + ttlMs };
    } catch (error) {
      logger?.warn("an answer is not cached", { task: request.task, reason: reasonOf(error) });
      return failed(by, error);
    }
  }

  function failed(by: string, error: unknown): Entry {
    return { kind: "failed", by, code: codeOf(error), at: clock.now() };
  }

  async function said(ending: Promise<"held" | "lost">): Promise<void> {
    const reason = await ending.catch(reasonOf);
    if (reason !== "held") logger?.warn("how a claimed call went is not stored", { reason });
  }

  async function atMost(ms: number, work: Promise<void>): Promise<void> {
    const enough = new AbortController();
    const late = clock.sleep(ms, enough.signal).catch(() => undefined);
    await Promise.race([work, late]);
    enough.abort();
  }
}

function codeOf(error: unknown): string {
  return error instanceof ModelError || error instanceof ArmadaError ? error.code : "ABORTED";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
