import { children } from "../children.ts";
import { Judge } from "../judged.ts";
import { openPlace } from "../place.ts";
import { rawStart } from "../raw/steps.ts";
import { interleaved, type Row } from "../row.ts";
import { IN_FLIGHT } from "../team.ts";
import { chainOf, idsOf, stepsOf } from "./steps.ts";

export const twoReplicas: Row = {
  name: "two-replicas",
  syncs: ["always", "100ms"],
  processes: 2,
  runs: "hot and cold",
  about: "as steps; a step goes to either process, which loads the run where it does not have its newest state; the raw side never loads",
  measure: async (options) => {
    await using place = await openPlace(options.sync);
    const { url, keys } = place.mesh;
    await using _ours = await children("replica.main.ts", 2, { url, keys });
    const count = stepsOf(options, { always: 1_800, "100ms": 6_000 });
    const chain = await chainOf(place, count);
    await using bare = await children("raw/worker.main.ts", 2, { url, keys, chain, concurrency: IN_FLIGHT / 2 });
    const judge = new Judge();
    const want = { messages: count + 1, outcomes: count };
    const perSecond = (ms: number): number => (count * IN_FLIGHT * 1_000) / ms;
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
    const target = { least: options.sync === "always" ? 1_500 : 5_000 };
    return [
      { name: "two-replicas", ...measured, unit: "steps/s", target, ...(judge.missing === undefined ? {} : { missing: judge.missing }) },
    ];
  },
};
