import { BudgetExhausted } from "@armada/ledger";
import { expect, test } from "vitest";
import { deliveredStep, fails, NOON } from "../../testing/delivered-step.ts";
import { atLimitPolicy } from "./at-limit.ts";

const midnight = NOON + 12 * 3_600_000;
const daily = new BudgetExhausted("the team's $1.00 a day", midnight);
const ofTheRun = new BudgetExhausted("the run's $1.00", undefined);

test("it waits until the limit begins again, looks each minute, and says so once", async () => {
  const until = new Date(midnight).toISOString();
  const verdict = await atLimitPolicy(deliveredStep(), fails(daily));
  expect(verdict).toMatchObject({
    kind: "retry",
    after: 60_000,
    attempt: { data: { counts: false, retryAt: until, code: "BUDGET_EXHAUSTED" } },
  });
  expect(await atLimitPolicy(deliveredStep({ step: { budgetUntil: until } }), fails(daily))).toEqual({ kind: "retry", after: 60_000 });
});

test("the configuration may have the fallback answer, or the run stopped", async () => {
  expect(await atLimitPolicy(deliveredStep({ atLimit: "fallback" }), fails(daily))).toMatchObject({
    kind: "fallback",
    attempt: { data: { counts: false } },
  });
  expect(await atLimitPolicy(deliveredStep({ atLimit: "stop" }), fails(daily))).toMatchObject({
    kind: "park",
    stop: { code: "BUDGET_EXHAUSTED" },
  });
});

test("where no wait would help the run stops", async () => {
  expect(await atLimitPolicy(deliveredStep({ atLimit: "wait" }), fails(ofTheRun))).toMatchObject({
    kind: "park",
    stop: { code: "BUDGET_EXHAUSTED" },
  });
});

test("no other failure is its own", async () => {
  expect((await atLimitPolicy(deliveredStep(), fails(new Error("odd")))).kind).toBe("failed");
});
