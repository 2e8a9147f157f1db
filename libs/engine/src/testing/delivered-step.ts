import { agent } from "@armada/agents";
import { z } from "zod";
import { initialRun, type StepState } from "../journal/state.ts";
import { evolveRun } from "../journal/table.ts";
import type { DeliveredStep, Verdict } from "../steps/policies/policy.ts";

/** Noon in virtual time, ms since 1970. */
export const NOON = Date.parse("2026-01-01T12:00:00Z");

/** A step of an agent without limits, delivered at noon for the first time; `step` and the rest over it. */
export function deliveredStep(about: Partial<Omit<DeliveredStep, "step">> & { step?: Partial<StepState> } = {}): DeliveredStep {
  const state = initialRun();
  evolveRun(state, { type: "step.requested", data: { n: 1, agent: "clerk", variant: "a", input: {} } }, "2026-01-01T12:00:00.000Z");
  const step = state.steps.get(1);
  if (step === undefined) throw new Error("no step was requested");
  return {
    agent: agent({ name: "clerk", does: "files", tier: "worker", input: z.unknown(), output: z.unknown(), run: () => "filed" }),
    delivery: () => 1,
    atLimit: "wait",
    breaker: undefined,
    isolation: undefined,
    now: () => NOON,
    random: () => 1,
    warn: () => undefined,
    ...about,
    step: { ...step, ...about.step },
  };
}

/** An attempt that ends with this error, its calls not sent unless `paid`. */
export function fails(error: Error, paid = false): () => Promise<Extract<Verdict, { kind: "failed" }>> {
  const code = "code" in error ? String(error.code) : "AGENT_FAILED";
  return async () => ({ kind: "failed", error, failure: { code, message: error.message }, calls: [], paid });
}

/** An attempt that must not be made. */
export function never(): Promise<Verdict> {
  throw new Error("the attempt was made");
}
