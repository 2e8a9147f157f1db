import type { Log } from "@armada/event-sourcing";
import { openPlace, startOurs } from "../place.ts";
import type { Raw } from "../raw/client.ts";
import { rawHead, sampleOf } from "../raw/read.ts";
import { interleaved, type Row } from "../row.ts";
import { IN_FLIGHT } from "../team.ts";
import { idsOf } from "./steps.ts";

/** The same appends through the port and through the plain client: 64 at a time, each expecting its run's last sequence. */
export const append: Row = {
  name: "append",
  syncs: ["always", "100ms"],
  short: ["100ms"],
  processes: 1,
  runs: "none",
  measure: async (options) => {
    await using place = await openPlace(options.sync);
    const body = await bodyOf(place);
    const { log } = await place.mesh.connect("ours");
    const each = Math.max(8, Math.round(((options.sync === "always" ? 3_000 : 20_000) * options.seconds) / IN_FLIGHT));
    const perSecond = (ms: number): number => (each * IN_FLIGHT * 1_000) / ms;
    const missing: string[] = [];
    const counted = async (team: "ours" | "bare", work: () => Promise<number>): Promise<number> => {
      const before = await rawHead(place.judge, `TEAM_${team}`);
      const took = await work();
      const stored = (await rawHead(place.judge, `TEAM_${team}`)) - before;
      if (stored !== each * IN_FLIGHT) missing.push(`${stored} of ${each * IN_FLIGHT} in TEAM_${team}`);
      return perSecond(took);
    };
    const ours = (round: number): Promise<number> =>
      counted("ours", () => chains("ours", round, each, (subject, filter, last) => throughPort(log, subject, body, filter, last)));
    const raw = (round: number): Promise<number> =>
      counted("bare", () => chains("bare", round, each, (subject, filter, last) => throughClient(place.bare, subject, body, filter, last)));
    for (const side of [ours, raw]) await side(0); // both are compiled for speed before they are measured
    const measured = await interleaved(options, ours, raw);
    const target = { andRatio: 0.9 };
    return [{ name: "append", ...measured, unit: "appends/s", target, ...(missing[0] === undefined ? {} : { missing: missing[0] }) }];
  },
};

async function bodyOf(place: Awaited<ReturnType<typeof openPlace>>): Promise<string> {
  await using _ours = await startOurs(place.mesh);
  await place.run("chain", ["warm-0-000"], 4);
  return (await sampleOf(place.judge, "ours", "warm-0-000"))[2]?.body ?? "";
}

async function chains(
  team: "ours" | "bare",
  round: number,
  each: number,
  write: (subject: string, filter: string, last: number) => Promise<number>,
): Promise<number> {
  const began = performance.now();
  await Promise.all(
    idsOf(team, round).map(async (id) => {
      let last = 0;
      for (let n = 1; n <= each; n++) last = await write(`run.${team}.note.bench.${id}.${n}`, `run.${team}.*.*.${id}.*`, last);
    }),
  );
  return performance.now() - began;
}

async function throughPort(log: Log, subject: string, body: string, filter: string, last: number): Promise<number> {
  const appended = await log.append(subject, body, { filter, last });
  if (appended.kind !== "appended") throw new Error(`an append was answered ${appended.kind}`);
  return appended.seq;
}

function throughClient(raw: Raw, subject: string, body: string, filter: string, last: number): Promise<number> {
  return raw.append(subject, body, { filter, last });
}
