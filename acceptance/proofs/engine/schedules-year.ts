import { every, team, workflow } from "@armada/agents";
import { script, silentLogger, startReplica, type TestReplica } from "@armada/engine/testing";
import { CALM, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { z } from "zod";
import { changesIn, firingsBy } from "../judges/calendar.ts";

/** Both changes, by an hour or by half of one, at night, at midnight and over it, on both halves of the earth. */
export const ZONES = [
  "Europe/Berlin",
  "Europe/London",
  "America/New_York",
  "America/St_Johns",
  "America/Santiago",
  "Africa/Cairo",
  "Australia/Lord_Howe",
  "Pacific/Auckland",
];

const CRONS = {
  night: "30 2 * * *",
  early: "15 1 * * *",
  midnight: "0 0 * * *",
  late: "45 23 * * *",
  lists: "10,40 1,2,14 * * *",
  workdays: "0 9 * * 1-5",
  days: "5 0,2,23 1,15 * 0",
  hourly: "0 * * * *",
  quarters: "*/15 0-3 * * *",
  steps: "20 */6 * * *",
} as const;

const Due = z.object({ schedule: z.string(), planned: z.string() });
const strike = workflow({ name: "strike", version: 1, input: Due, output: Due, run: async (due) => due });
const clockwork = (zone: string) =>
  team({
    name: "clockwork",
    workflows: [strike],
    schedules: Object.entries(CRONS).map(([name, cron]) =>
      every(cron, { zone, name, missed: "skip" }).start(strike, ({ planned }) => ({ schedule: name, planned })),
    ),
  });

/** `wanted`: by the platform's calendar. `lost` and `wrong` firings, and those that started more than one run. */
export type Year = {
  readonly zone: string;
  readonly changes: number;
  readonly wanted: number;
  readonly lost: readonly string[];
  readonly wrong: readonly string[];
  readonly twice: readonly string[];
  readonly open: number;
};

/** Lets the times pass in a zone on two replicas, one of which is killed now and then and is away for less than what counts as missed. */
export async function yearIn(zone: string, seed: number, times: readonly (readonly [number, number])[]): Promise<Year> {
  const found = { wanted: 0, changes: 0, lost: [] as string[], wrong: [] as string[], twice: [] as string[], open: 0 };
  for (const [from, to] of times) {
    const clock = new VirtualClock(from);
    const random = seededRandom(seed);
    const mesh = new MemoryMesh(clock, seededRandom(seed + 1), { ...CALM, lostAnswer: 0.01, forgottenAck: 0.02, tickLateMs: 300 });
    const start = (): TestReplica =>
      startReplica(mesh, clockwork(zone), script({}), { clock, random, scheduler: clock.scheduler, logger: silentLogger });
    let replicas = [start(), start()];
    await clock.pass(1_000);
    while (clock.now() < to) {
      await clock.pass(Math.min(to - clock.now(), random.next() * 40 * 3_600_000));
      if (random.next() < 0.3) {
        for (const one of replicas) one.kill();
        await clock.pass(random.next() * 30_000);
        replicas = [start(), start()];
      } else {
        replicas[0]?.kill();
        replicas = [...replicas.slice(1), start()];
      }
    }
    await clock.pass(90_000); // what was killed with what it held
    const runs = new Map<string, number>();
    let [began, ended] = [0, 0];
    for (const { envelopes } of mesh.stream("clockwork").messages)
      for (const { type, data } of envelopes) {
        if (type === "armada.run.ended") ended++;
        if (type !== "armada.run.started") continue;
        began++;
        const { schedule, planned } = z.object({ input: Due }).parse(data).input;
        const key = `${schedule} ${planned}`;
        runs.set(key, (runs.get(key) ?? 0) + 1);
      }
    const wanted = Object.entries(CRONS).flatMap(([name, cron]) =>
      firingsBy(cron, zone, from + 1_000, to).map((at) => `${name} ${new Date(at).toISOString()}`),
    );
    const known = new Set(wanted);
    found.wanted += wanted.length;
    found.changes += changesIn(zone, from, to);
    found.lost.push(...wanted.filter((key) => !runs.has(key)));
    found.wrong.push(...[...runs.keys()].filter((key) => !known.has(key) && Date.parse(key.split(" ")[1] ?? "") < to));
    found.twice.push(...[...runs].flatMap(([key, times]) => (times > 1 ? [`${key}: ${times}`] : [])));
    found.open += began - ended;
  }
  return { zone, ...found };
}
