import { Judge } from "../judged.ts";
import { openPlace, startOurs } from "../place.ts";
import { rawInline } from "../raw/inline.ts";
import { sampleOf } from "../raw/read.ts";
import { interleaved, type Row } from "../row.ts";
import { IN_FLIGHT } from "../team.ts";
import { idsOf, stepsOf } from "./steps.ts";

export const inline: Row = {
  name: "inline",
  syncs: ["always", "100ms"],
  short: ["100ms"],
  processes: 1,
  runs: "hot",
  about: "ctx.step, 64 runs in flight",
  measure: async (options) => {
    await using place = await openPlace(options.sync);
    await using _ours = await startOurs(place.mesh);
    const count = stepsOf(options, { always: 3_000, "100ms": 14_000 });
    await place.run("inline", idsOf("warm", 0), 20);
    const sample = await sampleOf(place.judge, "ours", "warm-0-000");
    const [first = "", middle = "", last = ""] = [sample[0], sample[5], sample.at(-1)].map((message) => message?.body);
    const about = { team: "bare", steps: count, bodies: { first, middle, last } };
    const judge = new Judge();
    // A start, an outcome a step; the last outcome holds the end.
    const want = { messages: count + 1, outcomes: count };
    const perSecond = (ms: number): number => (count * IN_FLIGHT * 1_000) / ms;
    const measured = await interleaved(
      options,
      async (round) => {
        const ids = idsOf("ours", round);
        return perSecond(await judge.watch(place, "ours", ids, want, () => place.run("inline", ids, count)));
      },
      async (round) => {
        const ids = idsOf("bare", round);
        return perSecond(await judge.watch(place, "bare", ids, want, () => rawInline(place.bare, about, ids)));
      },
    );
    const target = { least: options.sync === "always" ? 2_500 : 12_000 };
    return [{ name: "inline", ...measured, unit: "steps/s", target, ...(judge.missing === undefined ? {} : { missing: judge.missing }) }];
  },
};
