import { children } from "../children.ts";
import { Judge } from "../judged.ts";
import { openPlace } from "../place.ts";
import { rawStart } from "../raw/steps.ts";
import { interleaved, type Row } from "../row.ts";
import { IN_FLIGHT } from "../team.ts";
import { chainOf, idsOf, stepsOf } from "./steps.ts";

/** Of a run: what a cold replica loads of it is what runs of this length have. */
const STEPS = 20;

export const twoReplicas: Row = {
  name: "two-replicas",
  syncs: ["always", "100ms"],
  short: [],
  processes: 2,
  runs: "hot and cold",
  about:
    "as steps, in runs of 20; a step goes to either process, which loads the run where it does not have its newest state; the raw side never loads",
  measure: async (options) => {
    await using place = await openPlace(options.sync);
    const { url, keys } = place.mesh;
    await using _ours = await children("replica.main.ts", 2, { url, keys });
    const waves = Math.max(1, Math.round(stepsOf(options, { always: 1_800, "100ms": 6_000 }) / STEPS));
    const chain = await chainOf(place, STEPS);
    await using bare = await children("raw/worker.main.ts", 2, { url, keys, chain, concurrency: IN_FLIGHT / 2 });
    const judge = new Judge();
    const want = { messages: STEPS + 1, outcomes: STEPS };
    const perSecond = (ms: number): number => (waves * STEPS * IN_FLIGHT * 1_000) / ms;
    const raw = async (ids: readonly string[]): Promise<number> => {
      const began = performance.now();
      let open = ids.length;
      const done = Promise.withResolvers<void>();
      const ended = (): void => {
        if (--open === 0) done.resolve();
      };
      for (const child of bare.all) child.on("message", ended);
      await rawStart(place.bare, chain, ids);
      await done.promise;
      for (const child of bare.all) child.off("message", ended);
      return performance.now() - began;
    };
    const inWaves = async (name: string, round: number, one: (ids: readonly string[]) => Promise<number>): Promise<number> => {
      let ms = 0;
      for (let wave = 1; wave <= waves; wave++) ms += await one(idsOf(`${name}${wave}`, round));
      return ms;
    };
    const all = (name: string, round: number): string[] => Array.from({ length: waves }, (_, i) => idsOf(`${name}${i + 1}`, round)).flat();
    const measured = await interleaved(
      options,
      async (round) => {
        const work = (): Promise<number> => inWaves("ours", round, (ids) => place.run("chain", ids, STEPS));
        return perSecond(await judge.watch(place, "ours", all("ours", round), want, work));
      },
      async (round) => perSecond(await judge.watch(place, "bare", all("bare", round), want, () => inWaves("bare", round, raw))),
    );
    const target = { least: options.sync === "always" ? 1_500 : 5_000 };
    return [
      { name: "two-replicas", ...measured, unit: "steps/s", target, ...(judge.missing === undefined ? {} : { missing: judge.missing }) },
    ];
  },
};
