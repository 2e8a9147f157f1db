import type { TeamManifest } from "@armada/contracts";
import { scheduleOf } from "@armada/engine/schedules/events";
import { schedule } from "@armada/engine/schedules/schedule";
import { handleEndless, MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { expect, test } from "vitest";
import { lines } from "../lines.ts";
import { printer } from "../testing/printer.ts";
import { listSchedules } from "./schedules.ts";

const at = (time: string): number => Date.parse(`2026-03-${time}Z`);

test("each schedule is a line: when it fires next, what it fired last, and what it passed over", async () => {
  const clock = new VirtualClock();
  const random = seededRandom(1);
  const mesh = new MemoryMesh(clock, random);
  mesh.provision("shop", []);
  const { log } = mesh.connect("shop");
  const table = { cron: "0 9 * * 1-5", zone: "Europe/Berlin" };
  for (const command of [
    { type: "plan", table, at: at("27T05:00:00") } as const,
    { type: "fire", missed: "skip", at: at("27T08:00:30") } as const,
    { type: "fire", missed: "skip", at: at("30T12:00:00") } as const,
  ])
    await handleEndless({ log, clock, random }, schedule, scheduleOf("shop", "morning"), command);
  const said = { ...table, missed: "skip", workflow: "report" };
  const manifest = {
    team: "shop",
    schedules: [
      { ...said, name: "morning" },
      { ...said, name: "later" },
    ],
  } as unknown as TeamManifest;
  const out = printer();
  const session = { log: () => log, manifests: () => new Map([["shop", manifest]]) };
  expect(await listSchedules(session, ["shop", "desk"], out)).toBe(0);
  const morning = { planned: true, next: "2026-03-31T07:00:00.000Z", last: "2026-03-27T08:00:00.000Z", passed: 1 };
  expect(out.emitted.map((line) => lines.schedule.parse(line))).toEqual([
    { type: "schedule", team: "shop", name: "morning", ...said, ...morning },
    { type: "schedule", team: "shop", name: "later", ...said, planned: false, passed: 0 },
  ]);
  expect(out.said.map((line) => line.trim().split(/ {2,}/))).toEqual([
    ["schedule", "starts", "at", "of", "next", "last", "missed"],
    ["shop.morning", "report", table.cron, table.zone, morning.next, morning.last, "skip, 1 not started"],
    ["shop.later", "report", table.cron, table.zone, "is not planned yet", "skip"],
  ]);
  const none = printer();
  expect(await listSchedules(session, ["desk"], none)).toBe(0);
  expect(none).toMatchObject({ emitted: [], said: ["no team has a schedule"] });
});
