import { BudgetExhausted } from "@armada/ledger";
import type { Came } from "@armada/resilience";
import { Abandoned, BudgetPending, retryAfterOf } from "../attempt-failure.ts";
import { LONGEST_NAK_MS } from "./attempts.ts";
import { failedAttempt, type Policy, type StepFailure, type Verdict } from "./policy.ts";

/** The code of a step that waits, or is answered by its fallback, because its agent's breaker is open. */
export const BREAKER_OPEN = "BREAKER_OPEN";
/** What fails an attempt and is not its agent's doing. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(["INPUT_INVALID", "LOG_UNAVAILABLE"]);
/** A breaker that another replica is about to change is looked at again after so long, ms. */
const LEAST_WAIT_MS = 50;

/** While the breaker of its agent is open no attempt is made: the fallback answers, or the step waits. No attempt is used up. */
export const breakerPolicy: Policy = async (about, next) => {
  const { agent, step, breaker } = about;
  if (breaker === undefined) return next();
  const admission = await breaker.admit().catch(abandoned);
  if (admission instanceof Abandoned) {
    const failure = { code: admission.code, message: admission.message };
    return admission.code === "DRAINED"
      ? { kind: "failed", error: admission, failure, calls: [], paid: false }
      : { kind: "retry", after: 0 };
  }
  if (admission.kind === "open") {
    const { next: at, why } = admission;
    const failure: StepFailure = { code: BREAKER_OPEN, message: `calls of ${agent.name} pause: ${why}` };
    if (agent.fallback !== undefined) return { kind: "fallback", failure };
    const after = Math.min(LONGEST_NAK_MS, Math.max(LEAST_WAIT_MS, at - about.now()));
    const failed = { kind: "failed", error: undefined, failure, calls: [], paid: false } as const;
    const told = step.waits?.code === BREAKER_OPEN; // why it waits is on record
    return { kind: "retry", after, ...(told ? {} : { attempt: failedAttempt(about, failed, { after, counts: false, waits: true }) }) };
  }
  const begun = about.now();
  const { probe } = admission;
  let came: Came = "unknown";
  try {
    const verdict = await next();
    came = cameTo(verdict);
    return verdict;
  } finally {
    breaker.report({ begun, probe, came });
  }
};

function abandoned(error: unknown): Abandoned {
  if (error instanceof Abandoned) return error;
  throw error;
}

/** What an attempt says of its agent: a refusal is an answer; money, a stopping replica, a bad input and a provider that asks for patience say nothing. */
function cameTo(verdict: Verdict): Came {
  if (verdict.kind === "outcome") return "well";
  if (verdict.kind !== "failed") return "unknown";
  const { error, failure } = verdict;
  if (error instanceof Abandoned || error instanceof BudgetExhausted || error instanceof BudgetPending) return "unknown";
  if (NOT_ITS_OWN.has(failure.code) || retryAfterOf(error) !== undefined) return "unknown";
  return "failed";
}
