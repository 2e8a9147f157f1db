import { equal } from "node:assert/strict";
import { HOSTILE, MemoryMesh, type MemoryReplica } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { z } from "zod";
import type { CallOptions, ModelAnswer, ModelRequest, Models } from "../port.ts";
import { cachedModels, type ResultCacheOptions } from "../result-cache/cache.ts";

export const HOUR = 3_600_000;
export const Urgency = z.object({ urgency: z.string() });
export const request = (prompt = "sort", schema: z.ZodType = Urgency): ModelRequest => ({
  tier: "worker",
  task: "sort",
  prompt,
  material: [],
  schema,
});
export const cached = (ttlMs = HOUR, scope: "team" | "fleet" = "team"): CallOptions => ({ cache: { ttlMs, scope } });
export const value = { urgency: "high" };

/** A provider that takes `ms`, and what it was asked. `fails` is told the number of the call. */
export function provider(clock: VirtualClock, options: { ms?: number; fails?: (n: number) => unknown; value?: unknown } = {}) {
  const calls: { request: ModelRequest; options: CallOptions | undefined; at: number }[] = [];
  const models: Models = {
    async call<T>(asked: ModelRequest<T>, signal: AbortSignal, callOptions?: CallOptions): Promise<ModelAnswer<T>> {
      const n = calls.push({ request: asked, options: callOptions, at: clock.now() });
      await clock.sleep(options.ms ?? 2_000, signal);
      const failure = options.fails?.(n);
      if (failure !== undefined) throw failure;
      const given = asked.schema.parse(options.value ?? value);
      return { value: given, model: "m", usage: { inputTokens: 30, outputTokens: 12 }, costMicros: 77 };
    },
  };
  return { calls, models };
}

export function world(options: { seed?: number; hostile?: boolean } = {}) {
  const clock = new VirtualClock();
  const random = seededRandom(options.seed ?? 1);
  const mesh = new MemoryMesh(clock, random, options.hostile === true ? HOSTILE : undefined);
  const replica = (models: Models, more: Partial<ResultCacheOptions> = {}, team = "alpha") => {
    const ports: MemoryReplica = mesh.connect(team);
    const logged: string[] = [];
    const logger = {
      info: () => undefined,
      warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void logged.push(`${message}: ${String(fields?.reason)}`),
    };
    const about = () => ({ model: "m" });
    const cache = cachedModels(models, { ...ports, team, clock, random, about, logger, ...more });
    return {
      ...ports,
      logged,
      call: (asked = request(), signal = new AbortController().signal, how = cached()) => cache.call(asked, signal, how),
    };
  };
  /** All settled, in virtual time. */
  const settled = async <T>(calls: readonly Promise<T>[], limit = 600_000): Promise<PromiseSettledResult<T>[]> => {
    let all: PromiseSettledResult<T>[] | undefined;
    void Promise.allSettled(calls).then((results) => {
      all = results;
    });
    equal(await clock.run(() => all !== undefined, limit), "done");
    return all ?? [];
  };
  const after = async (ms: number): Promise<void> => {
    await settled([clock.sleep(ms)], ms);
  };
  return { clock, random, mesh, replica, settled, after };
}

export const outcomes = <T>(results: readonly PromiseSettledResult<ModelAnswer<T>>[]) => {
  const answers = results.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  return {
    made: answers.filter((one) => one.cached === undefined).length,
    hits: answers.filter((one) => one.cached !== undefined).length,
    errors: results.flatMap((one): unknown[] => (one.status === "rejected" ? [one.reason] : [])),
    values: new Set(answers.map((one) => JSON.stringify(one.value))),
    answers,
  };
};
