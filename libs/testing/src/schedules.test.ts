import { every, team, workflow } from "@armada/agents";
import { expect, test } from "vitest";
import { z } from "zod";
import { testTeam } from "./test-team.ts";

const Day = z.object({ day: z.string() });
const report = workflow({ name: "report", version: 1, input: Day, output: Day, run: async (day) => day });
const office = team({
  name: "office",
  workflows: [report],
  schedules: [every("0 9 * * 1-5", { zone: "Europe/Berlin" }).start(report, ({ local }) => ({ day: local.slice(0, 10) }))],
});

test("a schedule starts its runs as virtual time passes", async () => {
  await using t = testTeam(office, { seed: 1, from: "2026-03-27" });
  const days = (): unknown[] => t.runs().map((id) => (t.run(id).output as { day: string }).day);
  await t.advance("9h");
  expect(days()).toEqual(["2026-03-27"]);
  await t.advance("3d");
  expect(days()).toEqual(["2026-03-27", "2026-03-30"]);
  // What the mesh keeps of a schedule is no fact that the team states.
  t.expectEvents([]);
  await t.expectReplays();
});

test("a time that is none is refused", () => {
  expect(() => testTeam(office, { seed: 1, from: "Friday" })).toThrow(expect.objectContaining({ code: "BAD_TIME" }));
});
