import { every, type MissedPolicy, type Schedule, type Team, team, workflow } from "@armada/agents";
import { buildEnvelope, buildSubject, chainOf, encodeBody } from "@armada/contracts";
import { CALM, HOSTILE, type Hostility, type Logger, MemoryMesh, misfolded } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { scheduleOf, timerName } from "../schedules/events.ts";
import { schedule } from "../schedules/schedule.ts";
import { script, silentLogger, startReplica, type TestReplica } from "../testing/index.ts";
import { readRun } from "../view/run.ts";
import { runOfFiring } from "./schedules.ts";

const START = Date.parse("2026-03-28T12:00:00Z");
const Due = z.object({ at: z.string() });
const note = workflow({
  name: "note",
  version: 1,
  input: Due,
  output: Due,
  run: async (due, ctx) => {
    await ctx.step("note", () => due.at);
    return due;
  },
});

function office(...schedules: readonly Schedule[]): Team {
  return team({ name: "office", workflows: [note], schedules });
}

function noted(cron: string, options: { zone?: string; missed?: MissedPolicy; name?: string } = {}): Schedule {
  return every(cron, options).start(note, ({ planned }) => ({ at: planned }));
}

/** A mesh with one team on it. */
class Office {
  readonly clock = new VirtualClock(START);
  readonly mesh: MemoryMesh;
  busy = false;
  #seed: number;

  constructor(seed: number, hostility: Hostility) {
    this.#seed = seed;
    this.mesh = new MemoryMesh(this.clock, seededRandom(seed), hostility);
  }

  replica(of: Team, logger: Logger = silentLogger): TestReplica {
    const { clock } = this;
    const random = seededRandom(++this.#seed * 7_919);
    return startReplica(this.mesh, of, script({}), { clock, random, scheduler: clock.scheduler, logger, busy: () => this.busy });
  }

  /** Lets time pass to the second after `time`, a time of day or a whole one. */
  async until(time: string): Promise<void> {
    const end = Date.parse(time.includes("T") ? time : `2026-03-28T${time}Z`);
    await this.clock.pass(end - this.clock.now() + 1_000);
  }

  /** The instants whose runs have begun, each as often as it has. */
  begun(): string[] {
    return this.#started()
      .map(({ input }) => (input as { at: string }).at)
      .sort();
  }

  /** The same as times of the first day. */
  times(): string[] {
    return this.begun().map((at) => at.slice(11, 16));
  }

  #started(): { input: unknown; by: { kind: string; id: string } }[] {
    return this.mesh
      .stream("office")
      .messages.flatMap(({ envelopes }) =>
        envelopes.flatMap(({ type, data }) =>
          type === "armada.run.started" ? [data as { input: unknown; by: { kind: string; id: string } }] : [],
        ),
      );
  }

  /** Of the run of a firing. */
  run(name: string, planned: string): ReturnType<typeof readRun> {
    const id = runOfFiring("office", name, planned);
    return readRun(this.mesh.stream("office").messages.filter(({ subject }) => subject.split(".")[4] === id));
  }

  events(): string[] {
    return this.mesh
      .stream("office")
      .messages.flatMap(({ subject }) => (subject.startsWith("evt.office.run_schedule.") ? [subject.split(".")[3] ?? ""] : []));
  }
}

test("each firing starts one run, which knows its instant and what started it", async () => {
  const there = new Office(1, CALM);
  there.replica(office(noted("0 * * * *")));
  await there.until("15:30:00");
  expect(there.times()).toEqual(["13:00", "14:00", "15:00"]);
  const { ended, by } = there.run("note", "2026-03-28T14:00:00.000Z");
  expect(ended).toMatchObject({ status: "completed", output: { at: "2026-03-28T14:00:00.000Z" } });
  expect(by).toEqual({ kind: "schedule", from: "office", id: "note 2026-03-28T14:00:00.000Z" });
});

test("none is lost and none comes twice, whatever a mesh does and whichever replica dies or stands still", async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const there = new Office(seed, HOSTILE);
    const random = seededRandom(seed + 1_000);
    const of = office(noted("*/10 * * * * *"));
    const replicas = [there.replica(of), there.replica(of)];
    for (let time = 0; time < 12; time++) {
      await there.clock.pass(5_000 + random.next() * 30_000);
      const slot = Math.floor(random.next() * 2);
      if (random.next() < 0.3) {
        replicas[slot]?.freeze(10_000 + random.next() * 15_000);
        continue;
      }
      replicas[slot]?.kill();
      await there.clock.pass(random.next() * 8_000);
      replicas[slot] = there.replica(of);
    }
    await there.clock.pass(60_000);
    const begun = there.begun();
    const first = Date.parse(begun[0] ?? "");
    const wanted = Array.from({ length: begun.length }, (_, index) => new Date(first + index * 10_000).toISOString());
    expect(begun).toEqual(wanted);
    expect(first).toBeLessThanOrEqual(START + 10_000);
    const aggregate = scheduleOf("office", "note");
    const own = there.mesh.stream("office").messages.filter(({ subject }) => subject.startsWith("evt.office.run_schedule."));
    expect(misfolded(schedule, aggregate, own)).toBeUndefined();
    expect(there.clock.now() - Date.parse(begun.at(-1) ?? "")).toBeLessThan(30_000);
  }
}, 60_000);

test.each([
  ["skip", ["13:00", "18:00"]],
  ["once", ["13:00", "17:00", "18:00"]],
  ["all", ["13:00", "14:00", "15:00", "16:00", "17:00", "18:00"]],
] as const)("what all replicas missed comes by its policy: %s", async (missed, wanted) => {
  const there = new Office(3, CALM);
  const of = office(noted("0 * * * *", { missed }));
  const replica = there.replica(of);
  await there.until("13:30:00");
  replica.kill();
  await there.until("17:30:00");
  there.replica(of);
  await there.until("18:30:00");
  expect(there.times()).toEqual(wanted);
});

test("no longer than a minute away is not missed", async () => {
  const there = new Office(4, CALM);
  const of = office(noted("*/5 * * * * *", { missed: "skip" }));
  const replica = there.replica(of);
  await there.until("12:00:02");
  replica.kill();
  await there.until("12:00:42");
  there.replica(of);
  await there.until("12:00:52");
  expect(there.begun()).toHaveLength(10);
});

test("of thousands that were missed the last thousand are started, oldest first", async () => {
  const there = new Office(5, CALM);
  const of = office(noted("* * * * *", { missed: "all" }));
  const replica = there.replica(of);
  await there.until("12:01:30");
  replica.kill();
  await there.until("2026-03-30T12:00:30Z");
  there.replica(of);
  await there.until("2026-03-30T12:00:40Z");
  const begun = there.begun();
  expect(begun).toHaveLength(1 + 1_000 + 1);
  expect([begun[1], begun.at(-1)]).toEqual(["2026-03-29T19:20:00.000Z", "2026-03-30T12:00:00.000Z"]);
});

test("a stream without room is as an absence: its firings come by their policy", async () => {
  const there = new Office(6, CALM);
  there.replica(office(noted("0 * * * *")));
  there.busy = true;
  await there.until("15:30:00");
  expect(there.begun()).toEqual([]);
  there.busy = false;
  await there.until("16:30:00");
  expect(there.times()).toEqual(["15:00", "16:00"]);
});

test("a changed schedule fires as before until the change, and never an instant twice", async () => {
  const there = new Office(7, CALM);
  const before = there.replica(office(noted("0 * * * *")));
  await there.until("13:30:00");
  before.kill();
  await there.until("14:30:00");
  there.replica(office(noted("*/30 * * * *", { zone: "Europe/Berlin" }))); // what was due by the former expression comes first
  await there.until("15:10:00");
  expect(there.times()).toEqual(["13:00", "14:00", "15:00"]);
  await there.until("15:40:00");
  expect(there.times()).toEqual(["13:00", "14:00", "15:00", "15:30"]);
});

test("a removed schedule is put away when its next firing finds nobody, and begins anew where it is listed again", async () => {
  const there = new Office(8, CALM);
  const former = there.replica(office(noted("0 * * * *")));
  await there.until("13:30:00");
  former.kill();
  const without = there.replica(office());
  await there.until("16:30:00");
  expect(there.events()).toEqual(["planned", "fired", "removed"]);
  without.kill();
  there.replica(office(noted("0 * * * *")));
  await there.until("17:30:00");
  expect(there.times()).toEqual(["13:00", "17:00"]);
});

test("a replica that does not list a schedule yet leaves its firings to one that does", async () => {
  const there = new Office(9, CALM);
  there.replica(office());
  there.replica(office(noted("0 * * * *", { name: "hourly" })));
  await there.until("20:30:00");
  expect(there.times()).toEqual(["13:00", "14:00", "15:00", "16:00", "17:00", "18:00", "19:00", "20:00"]);
  expect(there.events()).not.toContain("removed");
});

test("a tick that comes before its time, as after a clock was set back, or again starts nothing by itself", async () => {
  const there = new Office(11, CALM);
  there.replica(office(noted("0 * * * *")));
  await there.until("12:10:00");
  const tick = (n: number): void => {
    const id = `${timerName("note")}-${n}`;
    const about = { id: `${id}.due`, type: "armada.timer.due", subject: id, time: new Date(there.clock.now()).toISOString(), data: { n } };
    const body = encodeBody([buildEnvelope({ ...about, team: "office" }, chainOf(id))]);
    there.mesh.stream("office").append(buildSubject({ kind: "tick", team: "office", run: timerName("note"), n }), body, there.clock.now());
  };
  tick(1);
  await there.until("12:59:00");
  expect(there.begun()).toEqual([]);
  await there.until("15:10:00");
  for (const n of [1, 2, 3, 1]) tick(n);
  await there.until("15:59:00");
  expect(there.times()).toEqual(["13:00", "14:00", "15:00"]);
  await there.until("17:10:00");
  expect(there.times()).toEqual(["13:00", "14:00", "15:00", "16:00", "17:00"]);
});

test("an input that its code cannot make is a run that has failed, and says why", async () => {
  const there = new Office(10, CALM);
  const broken = every("0 * * * *").start(note, ({ planned }) => {
    if (planned.startsWith("2026-03-28T14")) throw new Error("no such hour");
    return { at: planned };
  });
  there.replica(office(broken));
  await there.until("15:30:00");
  expect(there.run("note", "2026-03-28T14:00:00.000Z").ended).toMatchObject({ status: "failed", failure: { message: "no such hour" } });
  expect(there.run("note", "2026-03-28T15:00:00.000Z").ended?.status).toBe("completed");
});
