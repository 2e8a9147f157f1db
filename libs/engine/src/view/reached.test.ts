import { expect, test } from "vitest";
import { shownAsReached } from "./reached.ts";
import type { RunView, WaitingFor } from "./run.ts";

const run = (...waitingFor: WaitingFor[]): RunView => ({
  run: "r1",
  team: "orders",
  workflow: "send",
  version: 1,
  status: "waiting",
  startedAt: "2026-11-22T14:03:00.000Z",
  interruptions: 0,
  waitingFor,
  steps: [],
});
const ask = (n: number, what: string): WaitingFor => ({ kind: "ask", n, what, until: "2026-11-23T14:03:00.000Z" });

test("an ask of a team that is not here says so, and the run what to do", () => {
  expect(shownAsReached(run(ask(2, "risk.check_fraud"), ask(3, "desk.help")), ["orders", "desk"])).toMatchObject({
    status: "waiting",
    waitingFor: [{ what: "risk.check_fraud, whose team is not here" }, { what: "desk.help" }],
    reason: {
      code: "TEAM_NOT_HERE",
      message: expect.stringContaining("call 2 asks risk.check_fraud"),
      hint: expect.stringContaining("risk"),
    },
  });
});

test("an ask of a team that is here, and a wait for what looks like one, are shown as they are", () => {
  const view = run(ask(2, "risk.check_fraud"), { kind: "event", n: 3, what: "desk.order.sent 7" });
  expect(shownAsReached(view, ["orders", "risk"])).toBe(view);
});
