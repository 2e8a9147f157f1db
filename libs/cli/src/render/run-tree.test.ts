import type { RunView, StepView } from "@armada/engine/reading";
import { expect, test } from "vitest";
import { runTree } from "./run-tree.ts";

const step = (n: number, more: Partial<StepView> = {}): StepView => ({
  n,
  agent: "writer",
  variant: "a",
  status: "completed",
  attempts: 1,
  outcomes: 1,
  ms: 950,
  tokens: 10,
  costMicros: 1_500,
  ...more,
});
const run = (more: Partial<RunView>): RunView => ({
  run: "r1",
  team: "content",
  workflow: "create_article",
  version: 1,
  status: "running",
  startedAt: "2026-11-22T14:03:00.000Z",
  interruptions: 0,
  steps: [],
  ...more,
});

test("a run that ended shows its steps, time, tokens and cost", () => {
  const view = run({
    status: "completed",
    endedAt: "2026-11-22T14:03:02.400Z",
    steps: [step(1), step(2, { agent: "editor", ms: 65_000 })],
  });
  expect(runTree(view)).toBe(
    [
      "r1  content.create_article v1  completed  2.4 s  20 tokens  $0.0030",
      "├─ ✓ 1 writer            completed    950 ms  10 tokens  $0.0015",
      "└─ ✓ 2 editor            completed  1 min 5 s  10 tokens  $0.0015",
    ].join("\n"),
  );
});

test("degraded parts, attempts and interruptions are told", () => {
  const degraded = { code: "MODEL_TIMEOUT", message: "the model did not answer" };
  const lastFailure = { code: "WORKER_LOST", message: "the replica went away" };
  const tree = runTree(
    run({ interruptions: 2, steps: [step(1, { degraded, lastFailure, attempts: 4 }), step(2, { attempts: 2, lastFailure })] }),
  );
  expect(tree).toContain("2 interrupted attempts");
  expect(tree).toContain("3 attempts  degraded: the model did not answer (MODEL_TIMEOUT)");
  expect(tree.split("\n").at(-1)).toMatch(/2 attempts$/); // what a completed step got over is no trouble any more
  expect(runTree(run({ interruptions: 1 }))).toMatch(/1 interrupted attempt$/);
});

test("what came to a wait is no attempt to people", () => {
  expect(runTree(run({ steps: [step(1, { attempts: 5, waited: 4 })] }))).not.toContain("attempt");
  expect(runTree(run({ steps: [step(1, { attempts: 5, waited: 3 })] }))).toMatch(/ 2 attempts$/);
  const degraded = { code: "AGENT_FAILED", message: "the robot does not answer" };
  expect(runTree(run({ steps: [step(1, { attempts: 3, degraded })] }))).toMatch(/ 2 attempts {2}degraded/);
  expect(runTree(run({ steps: [step(1, { attempts: 2, degraded: { ...degraded, code: "BUDGET_DOWNGRADE" } })] }))).toMatch(
    / 2 attempts {2}degraded/,
  );
});

test("an open run shows what it waits for, and until when", () => {
  const waitingFor = [
    { kind: "approval", n: 5, what: "publish this?", until: "2026-11-22T18:03:00.000Z" },
    { kind: "event", n: 6, what: "shop.order.paid o1" },
  ];
  expect(
    runTree(run({ status: "waiting", steps: [step(1)], waitingFor }))
      .split("\n")
      .slice(1),
  ).toEqual([
    expect.stringMatching(/^├─ ✓ 1 writer/),
    "├─ ⧗ 5 waits for approval publish this? until 2026-11-22T18:03:00.000Z",
    "└─ ⧗ 6 waits for event shop.order.paid o1",
  ]);
});

test("what limits did to a run, and caches for it, is told beside its steps and once for all of them", () => {
  const degraded = { code: "BUDGET_DOWNGRADE", message: "worker instead of specialist: 83 % of the team's $20.00 a day is used" };
  const waitingFor = [{ kind: "budget", n: 3, what: "a budget for planner", until: "2026-11-23T00:00:00.000Z" }];
  const steps = [step(1, { savedMicros: 1_200 }), step(2, { degraded }), step(3, { status: "requested", agent: "planner" })];
  const rows = runTree(run({ status: "waiting", steps, waitingFor })).split("\n");
  expect(rows[1]).toContain("saved $0.0012");
  expect(rows[2]).toContain("degraded: worker instead of specialist: 83 % of the team's $20.00 a day is used (BUDGET_DOWNGRADE)");
  expect(rows.slice(4)).toEqual([
    "├─ ⧗ 3 waits for a budget for planner until 2026-11-23T00:00:00.000Z",
    "└─ ¤ 1 step got a cheaper model, 1 waits for a budget, $0.0012 saved by caches: armada budgets --team content",
  ]);
  expect(
    runTree(run({ steps: [step(1, { savedMicros: 1_200 })] }))
      .split("\n")
      .at(-1),
  ).toBe("└─ ¤ $0.0012 saved by caches");
});

test("a run that cannot go on says why and what to do", () => {
  const failed = step(1, { status: "parked", outcomes: 0, attempts: 4, lastFailure: { code: "MODEL_DOWN", message: "no answer" } });
  const reason = { code: "MODEL_DOWN", message: "step 1 (writer) is parked: no answer", hint: "armada runs retry r1" };
  expect(
    runTree(run({ status: "parked", steps: [failed], reason }))
      .split("\n")
      .slice(1),
  ).toEqual([
    "└─ ‖ 1 writer            parked     4 attempts  no answer (MODEL_DOWN)",
    "   step 1 (writer) is parked: no answer (MODEL_DOWN)",
    "   armada runs retry r1",
  ]);
});

test("approvals show what is approved, who answered and when, in the order of the calls", () => {
  const asked = { until: "2026-11-22T18:03:00.000Z", askedAt: "2026-11-22T14:03:00.000Z", otherwise: "cancel" } as const;
  const approvals = [
    { ...asked, n: 2, question: "publish\nthis?", show: { title: "Tides" }, status: "approved", by: "Mia", at: "2026-11-22T15:00:00.000Z" },
    { ...asked, n: 4, question: "and mail it?", show: "first\nsecond", status: "open" },
    { ...asked, n: 5, question: "too late?", status: "expired", at: "2026-11-22T18:03:00.000Z" },
  ] as const;
  expect(
    runTree(run({ approvals, steps: [step(1), step(3)] }))
      .split("\n")
      .slice(1),
  ).toEqual([
    expect.stringMatching(/^├─ ✓ 1 writer/),
    "├─ ✓ 2 approved by Mia at 2026-11-22T15:00:00.000Z: publish this?",
    "│      {",
    '│        "title": "Tides"',
    "│      }",
    expect.stringMatching(/^├─ ✓ 3 writer/),
    "├─ ⧗ 4 waits for approval and mail it? until 2026-11-22T18:03:00.000Z",
    "│      first",
    "│      second",
    "└─ ✗ 5 expired at 2026-11-22T18:03:00.000Z: too late?",
  ]);
});

test("texts of many lines or letters are one line of the tree, and it says where the whole is", () => {
  const long = { code: "MODEL_DOWN", message: `no\nanswer\u001b[31m ${"x".repeat(500)}` };
  const tree = runTree(run({ steps: [step(1, { status: "parked", lastFailure: long }), step(2, { status: "requested" })] })).split("\n");
  expect(tree).toHaveLength(4);
  expect(tree[1]?.length).toBeLessThan(220);
  expect(tree[1]).toContain("no answer [31m xxx");
  expect(tree.at(-1)).toBe("   the whole of what is cut: armada runs show r1 --json");
  expect(runTree(run({ steps: [step(1, { status: "requested" })] }))).not.toContain("whole"); // the mark … of a step is no cut
});
