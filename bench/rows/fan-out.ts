import { Judge } from "../judged.ts";
import { openPlace, startOurs } from "../place.ts";
import { type Fan, rawFanOut } from "../raw/fan-out.ts";
import { sampleOf } from "../raw/read.ts";
import { interleaved, type Row } from "../row.ts";
import { ROUTE, WIDTH } from "../team.ts";
import { idsOf } from "./steps.ts";

const RUNS = 16;

export const fanOut: Row = {
  name: "fan-out",
  syncs: ["always", "100ms"],
  short: ["100ms"],
  processes: 1,
  runs: "hot",
  about: `a fan-out of ten and its join: 20 appends raw; ours writes outcomes that wait for one another in one message; ${RUNS} runs in flight`,
  measure: async (options) => {
    await using place = await openPlace(options.sync);
    await using _ours = await startOurs(place.mesh);
    const pace = options.sync === "always" ? 150 : 900;
    const rounds = Math.max(2, Math.min(60, Math.round((pace * options.seconds) / RUNS)));
    await place.run("fan", idsOf("warm", 0, RUNS), 3);
    const sample = await sampleOf(place.judge, "ours", "warm-0-000");
    const find = (kind: string, tokens: number): string =>
      sample.find(({ subject }) => subject.split(".")[2] === kind && subject.split(".").length === tokens)?.body ?? "";
    const roots = sample.filter(({ subject }) => subject.split(".")[2] === "do" && subject.split(".").length === 6);
    const bodies = { root: roots[1]?.body ?? "", note: find("note", 6), branch: find("do", 7), end: find("end", 6) };
    const fan: Fan = { team: "bare", route: ROUTE, rounds, width: WIDTH, bodies };
    const judge = new Judge();
    const want = { messages: rounds * WIDTH + 1, outcomes: rounds * WIDTH };
    const perSecond = (ms: number): number => (rounds * RUNS * 1_000) / ms;
    const measured = await interleaved(
      options,
      async (round) => {
        const ids = idsOf("ours", round, RUNS);
        return perSecond(await judge.watch(place, "ours", ids, want, () => place.run("fan", ids, rounds)));
      },
      async (round) => {
        const ids = idsOf("bare", round, RUNS);
        return perSecond(await judge.watch(place, "bare", ids, want, () => rawFanOut(place.bare, fan, ids)));
      },
    );
    const target = { least: options.sync === "always" ? 140 : 900 };
    return [{ name: "fan-out", ...measured, unit: "joins/s", target, ...(judge.missing === undefined ? {} : { missing: judge.missing }) }];
  },
};
