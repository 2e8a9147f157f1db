import { team, workflow } from "@armada/agents";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { type TeamSession, teamSession } from "../testing/team-session.ts";
import { listRuns, type RunQuery } from "./list.ts";

const sell = workflow({
  name: "sell",
  version: 1,
  input: z.object({ order: z.string(), shop: z.string() }),
  output: z.unknown(),
  search: ({ order, shop }) => ({ order, shop }),
  run: async () => "sold",
});
const teams = [{ name: "shop" }];
let session: TeamSession;
beforeAll(async () => {
  session = await teamSession(team({ name: "shop", workflows: [sell] }));
  for (let i = 0; i < 7; i++)
    await session.ask("shop", "run_start", `r${i}`, { workflow: "sell", input: { order: `${i % 3}`, shop: i < 4 ? "a" : "b" } });
  for (let i = 0; i < 7; i++) await vi.waitUntil(async () => (await session.state("shop", `r${i}`)).ended !== undefined);
});
afterAll(() => session.stop());

const ids = async (query: Partial<RunQuery>): Promise<readonly string[]> =>
  (await listRuns(session, teams, { limit: 50, ...query })).runs.map(({ run }) => run);

test("pages, each of those that began before the first of the one before it, have every run once", async () => {
  const all = await ids({});
  expect(all.toSorted()).toEqual(["r0", "r1", "r2", "r3", "r4", "r5", "r6"]);
  for (const limit of [1, 3, 7]) {
    let pages: readonly string[] = [];
    for (let page = await ids({ limit }); page.length > 0; page = await ids({ limit, before: page[0] })) pages = [...page, ...pages];
    expect(pages).toEqual(all);
  }
  await expect(ids({ before: "r9" })).rejects.toMatchObject({ code: "NO_SUCH_RUN" });
});

test("of several keys all are wanted, and a key that no run has is a slip", async () => {
  const key = (name: string, value: string): { name: string; value: string } => ({ name, value });
  expect((await ids({ where: [key("order", "0")] })).toSorted()).toEqual(["r0", "r3", "r6"]);
  expect((await ids({ where: [key("order", "0"), key("shop", "a")] })).toSorted()).toEqual(["r0", "r3"]);
  expect(await ids({ where: [key("order", "99")] })).toEqual([]);
  await expect(ids({ where: [key("order", "0"), key("colour", "red")] })).rejects.toMatchObject({
    code: "KEY_UNKNOWN",
    message: expect.stringContaining("colour"),
    hint: expect.stringContaining("order, shop"),
  });
});
