import type { MissedPolicy } from "@armada/agents";
import { fold } from "@armada/event-sourcing";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ScheduleEvent, ScheduleState } from "./events.ts";
import { type ScheduleCommand, schedule } from "./schedule.ts";

const START = Date.parse("2026-10-24T00:00:00Z");
const tables = [
  { cron: "*/5 * * * *", zone: "Europe/Berlin" },
  { cron: "30 2 * * *", zone: "America/New_York" },
  { cron: "*/20 * * * * *", zone: "UTC" },
];
const POLICIES: readonly MissedPolicy[] = ["skip", "once", "all"];

/** Commands whose times go on, mostly by little, now and then by days. */
const commands = fc
  .array(
    fc.record({
      type: fc.constantFrom("plan", "fire", "fire", "fire", "remove"),
      table: fc.constantFrom(...tables),
      missed: fc.constantFrom(...POLICIES),
      pass: fc.oneof(fc.integer({ min: 0, max: 600_000 }), fc.integer({ min: 0, max: 5 * 86_400_000 })),
    }),
    { maxLength: 30 },
  )
  .map((drawn) => {
    let at = START;
    return drawn.map(({ type, table, missed, pass }): ScheduleCommand => {
      at += pass;
      if (type === "plan") return { type, table, at };
      return type === "fire" ? { type, missed, at } : { type: "remove" };
    });
  });

function decideAll(
  all: readonly ScheduleCommand[],
  each: (before: ScheduleState, command: ScheduleCommand, events: readonly ScheduleEvent[]) => void,
): void {
  let state = schedule.initial();
  for (const command of all) {
    const events = schedule.decide(command, state);
    each(state, command, events);
    state = events.reduce(schedule.evolve, state);
  }
}

test("what is decided twice says nothing the second time, but for what a batch left", () => {
  fc.assert(
    fc.property(commands, (all) =>
      decideAll(all, (before, command, events) => {
        const [again] = schedule.decide(command, events.reduce(schedule.evolve, before));
        const [first] = events;
        if (first?.type === "fired" && first.data.firings.length === 100) expect(again?.type ?? "fired").toBe("fired");
        else expect(again).toBeUndefined();
      }),
    ),
    { numRuns: 60 },
  );
}, 60_000);

test("firings come in order, none before its time, and none twice while the timetable stays", () => {
  fc.assert(
    fc.property(commands, (all) => {
      let last = "";
      decideAll(all, (_, command, events) => {
        for (const event of events) {
          if (event.type === "planned") last = "";
          if (event.type !== "fired") continue;
          for (const at of event.data.firings) {
            expect(at > last).toBe(true);
            last = at;
          }
          if (command.type === "fire" && event.data.firings.length > 0) expect(Date.parse(last)).toBeLessThanOrEqual(command.at);
          expect(event.data.next === undefined || event.data.next > last).toBe(true);
        }
      });
    }),
    { numRuns: 60 },
  );
}, 60_000);

test("of more missed firings than are counted it is said that there were more", () => {
  const planned: ScheduleEvent = { type: "planned", data: { cron: "* * * * *", zone: "UTC", next: "2026-01-01T00:00:00.000Z" } };
  const state = fold(schedule, [planned]);
  const at = Date.parse("2026-01-02T00:00:30Z");
  const [once] = schedule.decide({ type: "fire", missed: "once", at }, state);
  expect(once).toEqual({
    type: "fired",
    data: {
      firings: ["2026-01-01T23:59:00.000Z", "2026-01-02T00:00:00.000Z"],
      passed: 1_000,
      uncounted: true,
      next: "2026-01-02T00:01:00.000Z",
    },
  });
  const [skip] = schedule.decide({ type: "fire", missed: "skip", at: Date.parse("2026-01-01T10:00:30Z") }, state);
  expect(skip).toMatchObject({ data: { firings: ["2026-01-01T10:00:00.000Z"], passed: 600 } });
  expect(fold(schedule, [planned, ...(once === undefined ? [] : [once])])).toMatchObject({
    last: "2026-01-02T00:00:00.000Z",
    passed: 1_000,
    uncounted: true,
    next: "2026-01-02T00:01:00.000Z",
  });
});
