import { expect, test } from "vitest";
import { z } from "zod";
import { workflow } from "./authoring.ts";
import type { MissedPolicy } from "./define.ts";
import { every, firingAt } from "./schedule.ts";
import { team } from "./team.ts";

const Day = z.object({ day: z.string().length(10) });
const report = workflow({ name: "report", version: 1, input: Day, output: Day, run: async (day) => day });
const later = workflow({ ...report, version: 2, input: Day.extend({ day: z.string().length(19) }) });
const daily = every("0 9 * * *").start(report, ({ local }) => ({ day: local.slice(0, 10) }));

test("a schedule is its workflow's by name, in UTC, and makes up for the last that was missed, unless it says otherwise", () => {
  expect(daily).toMatchObject({ kind: "schedule", name: "report", cron: "0 9 * * *", zone: "UTC", missed: "once" });
  const said = every("0 9 * * *", { zone: "Asia/Tokyo", missed: "all", name: "morning" }).start(report, { day: "2026-01-01" });
  expect(said).toMatchObject({ name: "morning", zone: "Asia/Tokyo", missed: "all" });
  expect(said.input(firingAt(said, 0))).toEqual({ day: "2026-01-01" });
});

test("a firing tells its instant, and what the clocks of its zone show then", () => {
  const firing = firingAt({ zone: "Europe/Berlin" }, Date.parse("2026-06-30T22:30:00Z"));
  expect(firing).toEqual({ planned: "2026-06-30T22:30:00.000Z", local: "2026-07-01T00:30:00" });
});

test.each([
  [
    "NOT_LISTED",
    "starts the workflow report by the schedule report, which is not in its workflows",
    () => ({ workflows: [], schedules: [daily] }),
  ],
  [
    "DUPLICATE_NAME",
    "lists report twice in schedules",
    () => ({ schedules: [daily, every("0 10 * * *").start(report, { day: "2026-01-01" })] }),
  ],
  ["BAD_SCHEDULE", '"0 9 * *" has 4 fields', () => ({ schedules: [every("0 9 * *").start(report, { day: "2026-01-01" })] })],
  [
    "BAD_SCHEDULE",
    '"Mars/Base" is no time zone',
    () => ({ schedules: [every("0 9 * * *", { zone: "Mars/Base" }).start(report, { day: "2026-01-01" })] }),
  ],
  [
    "BAD_SCHEDULE",
    'missed is "never"',
    () => ({ schedules: [every("0 9 * * *", { missed: "never" as MissedPolicy }).start(report, { day: "2026-01-01" })] }),
  ],
  [
    "BAD_NAME",
    'the schedule "Morning" of report has no legal name',
    () => ({ schedules: [every("0 9 * * *", { name: "Morning" }).start(report, { day: "2026-01-01" })] }),
  ],
  ["INPUT_INVALID", "gives an input that does not fit: day: ", () => ({ schedules: [every("0 9 * * *").start(report, { day: "soon" })] })],
  [
    "INPUT_INVALID",
    "does not fit: no such day",
    () => ({
      schedules: [
        every("0 9 * * *").start(report, () => {
          throw new Error("no such day");
        }),
      ],
    }),
  ],
  ["INPUT_INVALID", "does not fit: day: ", () => ({ workflows: [report, later], schedules: [daily] })],
  [
    "WRONG_KIND",
    "schedules[0] is [object Object], and no schedule",
    () => ({ schedules: [every("0 9 * * *") as unknown as typeof daily] }),
  ],
] as const)("%s: %s", (code, message, made) => {
  const define = () => team({ name: "office", workflows: [report], ...made() });
  expect(define).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.any(String) }));
});

test("what does not fit the workflow's input does not compile", () => {
  // @ts-expect-error its input has a day
  every("0 9 * * *").start(report, { date: "2026-01-01" });
  // @ts-expect-error and so has what is made of a firing
  every("0 9 * * *").start(report, ({ planned }) => planned);
  // @ts-expect-error there is no such policy
  every("0 9 * * *", { missed: "never" });
  expect(team({ name: "office", workflows: [report], schedules: [daily] }).schedules).toEqual([daily]);
});
