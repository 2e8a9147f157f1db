import { agent } from "@armada/agents";
import { expect, test } from "vitest";
import { z } from "zod";
import { deliveredStep, fails, NOON } from "../../testing/delivered-step.ts";
import { outagePolicy } from "./outage.ts";

const unsent = (retryAfter?: number) =>
  Object.assign(new Error("not reachable"), { code: "PROVIDER_UNREACHABLE", sent: false, retryAfter });
const clerk = agent({
  name: "clerk",
  does: "files",
  tier: "worker",
  input: z.unknown(),
  output: z.unknown(),
  run: () => "filed",
  fallback: () => "by hand",
});

test("a call that was not sent uses no attempt up, and why the step waits is journaled once", async () => {
  const verdict = await outagePolicy(deliveredStep(), fails(unsent()));
  expect(verdict).toMatchObject({
    kind: "retry",
    after: 1_000,
    attempt: { data: { counts: false, waits: true, code: "PROVIDER_UNREACHABLE" } },
  });
  const waits = { code: "PROVIDER_UNREACHABLE", message: "not reachable", since: new Date(NOON - 5_000).toISOString() };
  expect(await outagePolicy(deliveredStep({ step: { waits } }), fails(unsent()))).toEqual({ kind: "retry", after: 1_000 });
});

test("a long wait is a timer's", async () => {
  expect(await outagePolicy(deliveredStep(), fails(unsent(3_600_000)))).toEqual({
    kind: "hold",
    until: NOON + 3_600_000,
    why: { code: "PROVIDER_UNREACHABLE", message: "not reachable" },
  });
});

test("a fallback answers after a quarter of an hour, and not before", async () => {
  const waiting = (ms: number) => ({ waits: { code: "PROVIDER_UNREACHABLE", message: "", since: new Date(NOON - ms).toISOString() } });
  expect(await outagePolicy(deliveredStep({ agent: clerk, step: waiting(899_999) }), fails(unsent()))).toMatchObject({ kind: "retry" });
  expect(await outagePolicy(deliveredStep({ agent: clerk, step: waiting(900_000) }), fails(unsent()))).toMatchObject({
    kind: "fallback",
    attempt: { data: { counts: false } },
  });
});

test("a step with a fallback waits no longer than a quarter of an hour in all, whatever its provider says", async () => {
  const hours = unsent(6 * 3_600_000);
  expect(await outagePolicy(deliveredStep({ agent: clerk }), fails(hours))).toMatchObject({ kind: "hold", until: NOON + 900_000 });
  const waits = { code: "PROVIDER_UNREACHABLE", message: "", since: new Date(NOON - 890_000).toISOString() };
  expect(await outagePolicy(deliveredStep({ agent: clerk, step: { waits } }), fails(hours))).toMatchObject({
    kind: "retry",
    after: 10_000,
  });
});

test("where a call was paid, or the error says nothing of it, it is no outage", async () => {
  const paid = await outagePolicy(deliveredStep(), fails(unsent(), true));
  expect(paid.kind).toBe("failed");
  expect((await outagePolicy(deliveredStep(), fails(new Error("odd")))).kind).toBe("failed");
});
