import { team, workflow } from "@armada/agents";
import { ArmadaError, capability, event } from "@armada/contracts";
import type { WholeReads } from "@armada/event-sourcing";
import { approval, controlRun } from "@armada/operations/runs/controls";
import { type TeamSession, teamSession } from "@armada/operations/testing/team-session";
import { CausalTree } from "@armada/operations/trace/causal-tree";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { checkServed } from "../commands/run.ts";

const check = capability("risk.check", { input: z.object({}), output: z.unknown() });
const sale = workflow({
  name: "sale",
  version: 1,
  input: z.object({}),
  output: z.unknown(),
  run: async (_, ctx) => ctx.ask(check, {}, { within: "1d" }),
});
const Paid = event("shop.order.paid", { version: 1, id: () => "o1", data: z.object({}) });
const held = workflow({
  name: "held",
  version: 1,
  input: z.object({}),
  output: z.unknown(),
  run: async (_, ctx) => {
    await ctx.approval("sell this?", { within: "1d", otherwise: "cancel" });
    return ctx.waitFor(Paid, { id: "o1", within: "1d" });
  },
});
const risk = team({ name: "risk", workflows: [] });
const shop = team({ name: "shop", workflows: [sale, held], asks: [check], emits: [Paid], awaits: [Paid] });
let session: TeamSession;
beforeAll(async () => {
  session = await teamSession(shop, [risk]);
});
afterAll(() => session.stop());

const absent = async (): Promise<never> => {
  throw new ArmadaError("STREAM_MISSING", "there is no stream TEAM_risk on this server");
};
const away: WholeReads = { load: absent, last: absent, scan: absent };

test("a tree is shown as far as it can be read, and names the teams whose streams are not there", async () => {
  await session.ask("shop", "run_start", "s1", { workflow: "sale", input: {} });
  await expect.poll(async () => (await session.state("shop", "s1")).ended).toBeDefined();
  const tree = (): CausalTree =>
    new CausalTree(
      [risk, shop].map(({ name }) => ({ name, subscriptions: [] })),
      (name) => (name === "risk" ? away : session.log(name)),
    );
  const { root, missing } = await tree().of("s1");
  expect(missing).toEqual(["risk"]);
  expect(root).toMatchObject({ kind: "run", id: "s1", children: [{ kind: "ask", what: "risk.check", children: [] }] });
  await expect(tree().of("s2")).rejects.toMatchObject({ code: "STREAM_MISSING" });
});

test("what a run asked people, and the event that it waits for, are in its tree with what became of them", async () => {
  await session.ask("shop", "run_start", "h1", { workflow: "held", input: {} });
  const tree = async () => (await new CausalTree([{ name: "shop", subscriptions: [] }], () => session.log("shop")).of("h1")).root.children;
  const asked = { kind: "approval", id: "h1-1", team: "shop", what: "sell this?" };
  await expect.poll(tree).toMatchObject([{ ...asked, status: "open" }]);
  await controlRun(session, ["shop"], "h1", approval({ by: "Mia" }));
  const waits = { kind: "wait", id: "h1-2", what: "shop.order.paid o1", status: "open" };
  await expect.poll(tree).toMatchObject([{ ...asked, status: "approved", by: "Mia" }, waits]);
});

test("a team of the project that the mesh does not serve is named, with how to start it", async () => {
  const teams = async (): Promise<string[]> => ["content", "gateway"];
  await checkServed({ teams }, "content");
  await expect(checkServed({ teams }, "extra")).rejects.toMatchObject({
    code: "NO_SUCH_TEAM",
    message: "this mesh does not have team extra: it has content, gateway",
    hint: expect.stringContaining("armada up --only content,gateway,extra"),
  });
});
