import { BudgetExhausted } from "@armada/ledger";
import { expect, test } from "vitest";
import { deliveredStep, fails, never } from "../../testing/delivered-step.ts";
import { stepPolicies } from "./index.ts";
import { decide } from "./policy.ts";

test("a step without an attempt left waits for nothing", async () => {
  expect(await decide(stepPolicies, deliveredStep({ step: { failures: 4 } }), never)).toEqual({ kind: "fallback", failure: undefined });
});

test("every failure is answered, and a limit or an outage uses no attempt up, though the next would be the last", async () => {
  const about = deliveredStep({ step: { failures: 3 } });
  const unsent = Object.assign(new Error("away"), { code: "PROVIDER_UNREACHABLE", sent: false });
  expect(await decide(stepPolicies, about, fails(unsent))).toMatchObject({ kind: "retry", attempt: { data: { counts: false } } });
  const spent = new BudgetExhausted("the team's $1.00 a day", about.now() + 1_000);
  expect(await decide(stepPolicies, about, fails(spent))).toMatchObject({ kind: "retry", attempt: { data: { counts: false } } });
  expect(await decide(stepPolicies, about, fails(new Error("odd")))).toMatchObject({
    kind: "fallback",
    attempt: { data: { counts: true } },
  });
});

test("what an attempt answers goes through untouched", async () => {
  const answered = { kind: "outcome", event: { type: "step.refused", data: { n: 1, attempt: 1, code: "NO", message: "no" } } } as const;
  expect(await decide(stepPolicies, deliveredStep(), async () => answered)).toBe(answered);
});
