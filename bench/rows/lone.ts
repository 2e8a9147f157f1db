import { Judge } from "../judged.ts";
import { openPlace, startOurs } from "../place.ts";
import { rawStart, rawWorker } from "../raw/steps.ts";
import { interleaved, quantile, type Row } from "../row.ts";
import { calls } from "../team.ts";
import { chainOf } from "./steps.ts";

const STEPS = 4;

/** From one agent call to the next: append, acknowledgement, delivery, and for ours decision and validation. */
export const lone: Row = {
  name: "lone",
  syncs: ["always", "100ms"],
  short: ["always"],
  processes: 1,
  runs: "hot",
  about: "one run of four steps at a time; from one step's call to the next step's",
  measure: async (options) => {
    await using place = await openPlace(options.sync);
    await using _ours = await startOurs(place.mesh);
    const chain = await chainOf(place, STEPS);
    const count = Math.max(20, Math.round(options.seconds * 60));
    const judge = new Judge();
    const times = { ours: [] as number[][], raw: [] as number[][] };
    const ids = (prefix: string, round: number): string[] => Array.from({ length: count }, (_, i) => `${prefix}-${round}-${i}`);
    const want = { messages: STEPS + 1, outcomes: STEPS };
    await interleaved(
      options,
      async (round) => {
        const taken: number[] = [];
        const runs = ids("ours", round);
        const work = async (): Promise<number> => {
          for (const id of runs) {
            calls.length = 0;
            await place.run("chain", [id], STEPS);
            taken.push(...gaps(calls));
          }
          return quantile(taken, 0.5);
        };
        const p50 = await judge.watch(place, "ours", runs, want, work);
        times.ours.push(taken);
        return p50;
      },
      async (round) => {
        const taken: number[] = [];
        const runs = ids("bare", round);
        const work = async (): Promise<number> => {
          const seen: number[] = [];
          let over: () => void = () => undefined;
          const stop = rawWorker(place.bare, chain, 64, (_run, ended) => (ended ? over() : void seen.push(performance.now())));
          for (const id of runs) {
            seen.length = 0;
            const end = new Promise<void>((resolve) => {
              over = resolve;
            });
            await rawStart(place.bare, chain, [id]);
            await end;
            taken.push(...gaps(seen));
          }
          stop();
          return quantile(taken, 0.5);
        };
        const p50 = await judge.watch(place, "bare", runs, want, work);
        times.raw.push(taken);
        return p50;
      },
    );
    const series = (name: string, q: number, most: number) => ({
      name,
      ours: times.ours.map((taken) => quantile(taken, q)),
      raw: times.raw.map((taken) => quantile(taken, q)),
      unit: "ms a step",
      target: { most },
      ...(judge.missing === undefined ? {} : { missing: judge.missing }),
    });
    const always = options.sync === "always";
    return [series("lone p50", 0.5, always ? 1 : 0.5), series("lone p99", 0.99, always ? 5 : 2)];
  },
};

function gaps(times: readonly number[]): number[] {
  return times.slice(1).map((time, i) => time - (times[i] ?? time));
}
