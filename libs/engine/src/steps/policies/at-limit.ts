import { BudgetExhausted } from "@armada/ledger";
import { hintOf } from "../attempt-failure.ts";
import { failedAttempt, type Policy } from "./policy.ts";

/** How often a step that waits for its budget looks again, ms: a limit may have been raised. */
const LOOK_MS = 60_000;

/**
 * Nothing is left of a limit: the step waits until it begins again, its fallback answers, or the run stops, as the
 * configuration says. Where no wait would help the run stops instead of waiting. No attempt is used up.
 */
export const atLimitPolicy: Policy = async (about, next) => {
  const verdict = await next();
  if (verdict.kind !== "failed" || !(verdict.error instanceof BudgetExhausted)) return verdict;
  const { error, failure } = verdict;
  const after = Math.max(0, (error.resetAt ?? 0) - about.now());
  const attempt = failedAttempt(about, verdict, { after, counts: false });
  const atLimit = error.resetAt === undefined && about.atLimit === "wait" ? "stop" : about.atLimit;
  if (atLimit === "fallback") return { kind: "fallback", failure, attempt };
  if (atLimit === "stop")
    return { kind: "park", failure, attempt, stop: { code: failure.code, message: failure.message, ...hintOf(error) } };
  const told = about.step.budgetUntil === attempt.data.retryAt; // until when it waits is on record
  return { kind: "retry", after: Math.min(after, LOOK_MS), ...(told ? {} : { attempt }) };
};
