import { BudgetExhausted } from "@armada/ledger";
import type { Came } from "@armada/resilience";
import type { JournaledCall } from "../../journal/events.ts";
import { Abandoned, BudgetPending, isTerminal, retryAfterOf } from "../attempt-failure.ts";
import { LONGEST_NAK_MS } from "./attempts.ts";
import { type DeliveredStep, failedAttempt, type Policy, type StepFailure, type Verdict } from "./policy.ts";

/** The code of a step that waits, or is answered by its fallback, because its agent's breaker is open. */
export const BREAKER_OPEN = "BREAKER_OPEN";
/** So long a step waits for its agent before an attempt that tried it counts, ms; and then for the next as long. */
const PATIENCE_MS = 3 * 3_600_000;
/** And so many times: where its calls are booked each is two messages of its run, which has 1,000. */
const MOST_WAITS = 300;
/** What fails an attempt and is not its agent's doing. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(["INPUT_INVALID", "LOG_UNAVAILABLE"]);
/** A breaker that another replica is about to change is looked at again after so long, ms. */
const LEAST_WAIT_MS = 50;

/** While the breaker of its agent is open no attempt is made: the fallback answers, or the step waits. No attempt is used up. */
export const breakerPolicy: Policy = async (about, next) => {
  const { agent, breaker } = about;
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
    return waits(about, failure, { after: Math.min(LONGEST_NAK_MS, Math.max(LEAST_WAIT_MS, at - about.now())), calls: [] });
  }
  const begun = about.now();
  const { probe } = admission;
  let came: Came = "unknown";
  try {
    const verdict = await next();
    came = cameTo(verdict);
    return probe === undefined || verdict.kind !== "failed" || came !== "failed" ? verdict : triedInVain(about, verdict, breaker.openMs);
  } finally {
    breaker.report({ begun, probe, came });
  }
};

/**
 * Who tried it for all the others pays for it with no attempt; but where it has waited for three hours, or its error says itself that the
 * next attempt would end the same.
 */
function triedInVain(about: DeliveredStep, verdict: Extract<Verdict, { kind: "failed" }>, openMs: number): Verdict {
  const { agent, step } = about;
  const since = step.waits?.code === BREAKER_OPEN ? Date.parse(step.waits.since) : about.now();
  if (isTerminal(verdict.error) || about.now() - since > PATIENCE_MS || step.waited > MOST_WAITS) return verdict;
  about.warn(verdict.error);
  const failure = { code: BREAKER_OPEN, message: `calls of ${agent.name} pause: one tried it and failed: ${verdict.failure.message}` };
  return waits(about, failure, { after: Math.min(LONGEST_NAK_MS, openMs), calls: verdict.calls });
}

/** The fallback answers, or the step comes again. */
function waits(about: DeliveredStep, failure: StepFailure, { after, calls }: { after: number; calls: readonly JournaledCall[] }): Verdict {
  const { agent, step } = about;
  // Why it waits is on record; what its calls cost is not.
  const told = calls.length === 0 && step.waits?.code === BREAKER_OPEN;
  const verdict = { kind: "failed", error: undefined, failure, calls, paid: calls.length > 0 } as const;
  const attempt = told ? {} : { attempt: failedAttempt(about, verdict, { after, counts: false, waits: true }) };
  return agent.fallback === undefined ? { kind: "retry", after, ...attempt } : { kind: "fallback", failure, otherwise: after, ...attempt };
}

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
