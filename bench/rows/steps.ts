import { Judge } from "../judged.ts";
import { openPlace, type Place, startOurs } from "../place.ts";
import { sampleOf } from "../raw/read.ts";
import { type Chain, rawStart, rawWorker } from "../raw/steps.ts";
import { interleaved, type Options, type Row } from "../row.ts";
import { IN_FLIGHT, ROUTE } from "../team.ts";

/** Steps a second that a round is sized by; a run may have no more than a journal holds. */
export function stepsOf({ sync, seconds }: Options, pace = { always: 2_500, "100ms": 12_000 }): number {
  return Math.max(8, Math.min(700, Math.round((pace[sync] * seconds) / IN_FLIGHT)));
}

export function idsOf(prefix: string, round: number, count = IN_FLIGHT): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${round}-${String(i).padStart(3, "0")}`);
}

/** Rounds of 64 runs of 20 steps: a process is compiled for speed as it goes. */
const WARM = 4;

/** The raw side's chain, with bodies that ours wrote: one run of ours is its pattern, and warms ours up. */
export async function chainOf(place: Place, steps: number): Promise<Chain> {
  for (let round = 0; round < WARM; round++) await place.run("chain", idsOf("warm", round), 20);
  const sample = await sampleOf(place.judge, "ours", "warm-0-000");
  const [first, middle, last] = [sample[0], sample[5], sample.at(-1)].map((message) => message?.body);
  if (first === undefined || middle === undefined || last === undefined) throw new Error("the run to copy has no journal");
  return { team: "bare", route: ROUTE, workflow: "chain", steps, bodies: { first, middle, last } };
}

export const steps: Row = {
  name: "steps",
  syncs: ["always", "100ms"],
  short: ["always", "100ms"],
  processes: 1,
  runs: "hot",
  about: "64 runs in flight; validation, journal, spans sampled at 10 %; ledger and breaker hooks are not there yet",
  measure: async (options) => {
    await using place = await openPlace(options.sync);
    await using _ours = await startOurs(place.mesh);
    const count = stepsOf(options);
    const chain = await chainOf(place, count);
    const judge = new Judge();
    const want = { messages: count + 1, outcomes: count };
    const perSecond = (ms: number): number => (count * IN_FLIGHT * 1_000) / ms;
    const raw = async (ids: readonly string[]): Promise<number> => {
      const began = performance.now();
      let open = ids.length;
      const done = Promise.withResolvers<void>();
      const stop = rawWorker(place.bare, chain, IN_FLIGHT, (_run, ended) => {
        if (ended && --open === 0) done.resolve();
      });
      await rawStart(place.bare, chain, ids);
      await done.promise;
      stop();
      return performance.now() - began;
    };
    const measured = await interleaved(
      options,
      async (round) => {
        const ids = idsOf("ours", round);
        return perSecond(await judge.watch(place, "ours", ids, want, () => place.run("chain", ids, count)));
      },
      async (round) => {
        const ids = idsOf("bare", round);
        return perSecond(await judge.watch(place, "bare", ids, want, () => raw(ids)));
      },
    );
    const target = options.sync === "always" ? { least: 2_000, orRatio: 0.8 } : { least: 10_000 };
    return [{ name: "steps", ...measured, unit: "steps/s", target, ...(judge.missing === undefined ? {} : { missing: judge.missing }) }];
  },
};
