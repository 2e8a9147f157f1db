import { agent, team, workflow } from "@armada/agents";
import { CodedError } from "@armada/contracts";
import { type TeamSession, teamSession } from "@armada/operations/testing/team-session";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { lines } from "../lines.ts";
import { printer } from "../testing/printer.ts";
import { listParked } from "./parked.ts";
import { checkSettling, type SettleFlags, settleCommand } from "./settle-parked.ts";

const paper = { isThere: false };
const Page = z.object({ page: z.string() });
const writer = agent({
  name: "writer",
  does: "writes",
  tier: "worker",
  limits: { attempts: 1, breaker: false },
  input: Page,
  output: Page,
  run: ({ input }) => {
    if (!paper.isThere) throw new CodedError("NO_PAPER", "there is no paper", { hint: "bring some" });
    return input;
  },
});
const writes = workflow({ name: "writes", version: 1, input: Page, output: Page, run: (input, ctx) => ctx.ask(writer, input) });

let session: TeamSession;
beforeAll(async () => {
  const desk = await teamSession(team({ name: "desk", agents: [writer], workflows: [writes] }));
  session = { ...desk, queues: async () => [{ name: "asks", filters: ["ask.desk.>"], pending: 0, unacked: 0, workers: 1 }] };
  for (const run of ["a", "b", "c"]) await session.ask("desk", "run_start", run, { workflow: "writes", input: { page: run } });
});
afterAll(() => session.stop());

const signal = new AbortController().signal;
async function settle(to: "redrive" | "discard", runs: readonly string[], flags: SettleFlags) {
  const out = printer();
  const code = await settleCommand(session, ["desk"], to, runs, flags, out, signal);
  for (const line of out.emitted) {
    const parsed = line.type === "already" ? lines.already : line.type === "parked-total" ? lines["parked-total"] : lines["parked-settled"];
    expect(parsed.parse(line)).toEqual(line);
  }
  return { code, ...out };
}

test("whoever names neither a run nor what is meant is asked which, and nobody is asked for anything", () => {
  const refused = (runs: readonly string[], flags: SettleFlags): string => {
    try {
      checkSettling(runs, flags);
      return "";
    } catch (error) {
      return String((error as { code?: string }).code);
    }
  };
  expect([
    refused([], {}),
    refused([], { limit: "5" }),
    refused(["a"], { older: "soon" }),
    refused([], { all: true, rate: "5000" }),
  ]).toEqual(Array(4).fill("USAGE"));
  expect([refused(["a"], {}), refused([], { all: true }), refused([], { code: "NO_PAPER", older: "2h", wait: "1m" })]).toEqual([
    "",
    "",
    "",
  ]);
});

async function parked(): Promise<number> {
  const out = printer();
  await listParked(session, ["desk"], out);
  return out.emitted.length;
}

test("a redrive that fails again ends with 1, one that helps with 0, one more with nothing to do", async () => {
  await expect.poll(parked).toBe(3);
  const again = await settle("redrive", ["a"], { why: "to see" });
  expect(again.code).toBe(1);
  expect(again.emitted).toMatchObject([
    { type: "redriven", run: "a", outcome: "taken", by: "operator", why: "to see", status: "parked", steps: [{ became: "parked" }] },
    { type: "parked-total", runs: 1, taken: 1, again: 1 },
  ]);
  expect(again.said.join("\n")).toMatch(
    /a {2}desk {2}taken by \S+: step 1 writer parked again: there is no paper \(NO_PAPER\); the run is parked/,
  );
  paper.isThere = true;
  const helped = await settle("redrive", [], { code: "NO_PAPER", limit: "2" });
  expect([helped.code, helped.emitted.at(-1)]).toMatchObject([0, { runs: 2, taken: 2, nothing: 0, unanswered: 0, again: 0 }]);
  const settled = helped.emitted.flatMap((line) => ("run" in line ? [String(line.run)] : []));
  const more = await settle("redrive", settled, {});
  expect([more.code, more.emitted.at(-1), more.said.at(-1)]).toMatchObject([
    0,
    { runs: 0 },
    "nothing that is parked is meant: there is nothing to do",
  ]);
  expect(more.said[0]).toMatch(/nothing of it that is meant is parked; the run is completed/);
});

test("what is discarded has ended, and is parked no more", async () => {
  const ended = await settle("discard", [], { all: true, why: "nobody wants it", by: "Mia" });
  expect([ended.code, ended.emitted[0]]).toMatchObject([0, { type: "discarded", by: "Mia", status: "cancelled", outcome: "taken" }]);
  const out = printer();
  await listParked(session, ["desk"], out);
  expect(out.said).toEqual(["nothing is parked"]);
});
