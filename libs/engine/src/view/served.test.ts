import { expect, test } from "vitest";
import type { RunView, StepView } from "./run.ts";
import { shownAsServed } from "./served.ts";

const step = (n: number, agent: string, more: Partial<StepView> = {}): StepView => ({
  n,
  agent,
  variant: "a",
  status: "requested",
  attempts: 0,
  outcomes: 0,
  ms: 0,
  tokens: 0,
  costMicros: 0,
  ...more,
});
const run = (more: Partial<RunView>): RunView => ({
  run: "r1",
  team: "orders",
  workflow: "send",
  version: 1,
  status: "running",
  startedAt: "2026-11-22T14:03:00.000Z",
  interruptions: 0,
  steps: [],
  ...more,
});
const queue = (kind: "do" | "lead", route: string, workers: number, unacked = 0) => ({
  name: kind === "lead" ? `lead_${route.replace("-", "_")}` : `do_${route.replace("-", "_")}`,
  filters: [`run.orders.${kind}.${route}.>`],
  workers,
  unacked,
});
const lead = queue("lead", "send-v1", 1);

test("a step whose agent has no queue, or one that nobody pulls, waits for it and the run says what to do", () => {
  for (const queues of [[lead], [lead, queue("do", "packer-a", 0)]])
    expect(shownAsServed(run({ steps: [step(1, "packer")] }), queues)).toMatchObject({
      status: "waiting",
      waitingFor: [{ kind: "agent", n: 1, what: "packer, which nobody serves" }],
      reason: {
        code: "AGENT_NOT_SERVED",
        message: expect.stringContaining("packer"),
        hint: expect.stringContaining("services/orders/src/team.ts"),
      },
    });
});

test("a step that is at work or about to be is none of these, and neither is one with an outcome", () => {
  const views = [run({ steps: [step(1, "packer")] }), run({ steps: [step(1, "painter", { status: "completed" })] })];
  for (const view of views)
    for (const packer of [queue("do", "packer-a", 1), queue("do", "packer-a", 0, 8)])
      expect(shownAsServed(view, [lead, packer])).toEqual(view);
});

test("a run some of whose steps are at work goes on running", () => {
  const shown = shownAsServed(run({ steps: [step(1, "packer"), step(2, "painter")] }), [lead, queue("do", "packer-a", 1)]);
  expect([shown.status, shown.waitingFor?.map(({ n }) => n)]).toEqual(["running", [2]]);
});

test("an open run whose version has no queue is stopped; one that has ended stays as it ended", () => {
  expect(shownAsServed(run({ version: 2 }), [lead])).toMatchObject({
    status: "stopped",
    reason: { code: "VERSION_NOT_SERVED", message: "send v2 is missing: team orders serves v1" },
  });
  const ended = run({ version: 2, status: "completed", endedAt: "2026-11-22T14:04:00.000Z" });
  expect(shownAsServed(ended, [lead])).toBe(ended);
});
