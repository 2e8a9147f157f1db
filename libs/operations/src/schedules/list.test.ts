import { every, team, workflow } from "@armada/agents";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type TeamSession, teamSession } from "../testing/team-session.ts";
import { CausalTree } from "../trace/causal-tree.ts";
import { schedulesOf } from "./list.ts";

const Due = z.object({ at: z.string() });
const note = workflow({ name: "note", version: 1, input: Due, output: Due, run: async (due) => due });
const SAID = { name: "second", cron: "* * * * * *", zone: "UTC", missed: "once", workflow: "note" };
let session: TeamSession;
beforeAll(async () => {
  const second = every(SAID.cron, { name: SAID.name }).start(note, ({ planned }) => ({ at: planned }));
  session = await teamSession(team({ name: "shop", workflows: [note], schedules: [second] }));
  await vi.waitUntil(
    async () => (await schedulesOf(session.log("shop"), { team: "shop", schedules: [SAID] }))[0]?.last !== undefined,
    5_000,
  );
});
afterAll(() => session.stop());

test("a schedule is told with its next firing and its last, and one that no replica has planned so as not planned", async () => {
  const yearly = { ...SAID, cron: "0 9 1 1 *" };
  const [second, other, edited] = await schedulesOf(session.log("shop"), {
    team: "shop",
    schedules: [SAID, { ...SAID, name: "other" }, yearly],
  });
  expect(second).toMatchObject({ ...SAID, team: "shop", planned: true, passed: 0 });
  expect(Date.parse(second?.next ?? "") - Date.parse(second?.last ?? "")).toBeLessThanOrEqual(2_000);
  expect(other).toEqual({ ...SAID, name: "other", team: "shop", planned: false, passed: 0 });
  expect(edited?.planned).toBe(false);
  expect(await schedulesOf(session.log("shop"), { team: "shop" })).toEqual([]);
});

test("a run that a schedule started is traced to it", async () => {
  const [{ run } = { run: "" }] = await Array.fromAsync((await session.runs("shop")).newest({}));
  const { root } = await new CausalTree([{ name: "shop", subscriptions: [] }], (name) => session.log(name)).of(run);
  expect(root).toMatchObject({ kind: "event", what: "schedule second", children: [{ kind: "run", id: run, what: "note v1" }] });
  expect(new Date(root.at).toISOString()).toBe(root.at);
});
