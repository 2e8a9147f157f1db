import { team, workflow } from "@armada/agents";
import { capability, event, Refusal } from "@armada/contracts";
import { MemoryMesh } from "@armada/event-sourcing";
import { seededRandom, VirtualClock } from "@armada/event-sourcing/testing";
import { ask } from "@armada/operations/mesh/ask";
import { findRun } from "@armada/operations/runs/find";
import { type TeamSession, teamSession } from "@armada/operations/testing/team-session";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { showRun } from "../commands/runs.ts";
import { printer } from "../testing/printer.ts";

const Order = z.object({ order: z.string() });
const judge = capability("risk.judge", { input: Order, output: z.object({ fine: z.boolean() }) });
const judged = workflow({
  name: "judge",
  version: 1,
  input: Order,
  output: z.object({ fine: z.boolean() }),
  run: async ({ order }) => {
    if (order === "bad") throw new Refusal("TOO_RISKY", "not this one");
    return { fine: true };
  },
});
const Paid = event("shop.order.paid", { version: 1, id: ({ order }) => order, data: Order });
const sell = workflow({
  name: "sell",
  version: 1,
  input: Order,
  output: z.unknown(),
  search: ({ order }) => ({ order }),
  run: async ({ order }, ctx) => {
    await ctx.emit(Paid, { order });
    const { fine } = await ctx.ask(judge, { order });
    await ctx.ask(judge, { order: "bad" }).catch(() => undefined);
    const paid = await ctx.waitFor(Paid, { id: order, since: new Date(0).toISOString() });
    await ctx.waitFor(Paid, { id: "never", within: "1s" }).catch(() => undefined);
    return { fine, paid, long: "x".repeat(300) };
  },
});

let session: TeamSession;
beforeAll(async () => {
  const shop = team({ name: "shop", workflows: [sell], emits: [Paid], awaits: [Paid], asks: [judge] });
  session = await teamSession(shop, [team({ name: "risk", workflows: [judged], provides: [judge.by(judged)] })]);
});
afterAll(() => session.stop());

test("a run shows what became of its asks and of the events that it waited for, and its output", async () => {
  await session.ask("shop", "run_start", "s1", { workflow: "sell", input: { order: "o1" } });
  await expect.poll(async () => (await session.state("shop", "s1")).ended?.status).toBe("completed");
  const out = printer();
  await showRun(session, ["shop"], "s1", out);
  expect(out.emitted).toMatchObject([
    {
      type: "run",
      search: { order: "o1" },
      input: { order: "o1" },
      calls: [
        { n: 2, kind: "ask", what: "risk.judge", status: "answered" },
        { n: 3, kind: "ask", what: "risk.judge", status: "refused", failure: { code: "TOO_RISKY", message: "not this one" } },
        { n: 4, kind: "event", what: "shop.order.paid o1", status: "taken", event: expect.any(String) },
        { n: 5, kind: "event", what: "shop.order.paid never", status: "timed_out" },
      ],
      output: { fine: true, paid: { order: "o1" }, long: "x".repeat(300) },
    },
  ]);
  const time = String.raw`\d{4}-\d\d-\d\dT[\d:.]+Z`;
  const [, ...rows] = out.said.join("\n").split("\n");
  expect(rows).toEqual([
    expect.stringMatching(new RegExp(`^├─ ✓ 2 ask risk.judge answered at ${time}$`, "u")),
    expect.stringMatching(new RegExp(String.raw`^├─ ✗ 3 ask risk.judge refused at ${time}: not this one \(TOO_RISKY\)$`, "u")),
    expect.stringMatching(new RegExp(`^├─ ✓ 4 event shop.order.paid o1 taken at ${time}: armada trace \\S+$`, "u")),
    expect.stringMatching(new RegExp(`^└─ ✗ 5 event shop.order.paid never timed out at ${time}$`, "u")),
    "   order=o1",
    '   input: {"order":"o1"}',
    expect.stringMatching(/^ {3}output: \{"fine":true,"paid":\{"order":"o1"\},"long":"x+…$/u),
    "   the whole of what is cut: armada runs show s1 --json",
  ]);
});

test("a run that is accepted and that its team has not taken up is told apart from one that nobody knows", async () => {
  const mesh = new MemoryMesh(new VirtualClock(), seededRandom(1));
  for (const name of ["desk", "shop"]) mesh.provision(name, [], new Map());
  const log = (name: string) => mesh.connect(name).log;
  const look = (run: string) => findRun(log, ["desk", "shop"], run);
  await ask(mesh.connect("operator"), "shop", "run_start", "r1", { workflow: "sell", input: {} });
  await ask(mesh.connect("operator"), "shop", "run_cancel", "r2", { run: "r1" });
  await expect(look("r1")).rejects.toThrow(
    expect.objectContaining({ code: "RUN_NOT_STARTED", message: "run r1 is accepted, not started yet: team shop has not taken it up" }),
  );
  for (const run of ["r2", "r3", "no token"]) await expect(look(run)).rejects.toThrow(expect.objectContaining({ code: "NO_SUCH_RUN" }));
});
