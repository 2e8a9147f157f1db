import type { Agent } from "@armada/agents";
import { type Backoff, backoff } from "@armada/event-sourcing";
import type { StepState } from "../../journal/state.ts";
import { Abandoned, isTerminal, retryAfterOf } from "../attempt-failure.ts";
import { type DeliveredStep, failedAttempt, type Policy } from "./policy.ts";

const DEFAULT_ATTEMPTS = 4;
const BACKOFF: Backoff = { first: 1_000, most: 30_000 };
/** A step that waits longer than this is held by a timer, not by its message, ms. */
export const LONGEST_NAK_MS = 30_000;

/** A step has so many attempts, further and further apart; what was given back by a replica that stops is none. */
export const attemptsPolicy: Policy = async (about, next) => {
  const { agent, step } = about;
  if (isSpent(agent, step)) return { kind: "fallback", failure: undefined };
  const verdict = await next();
  if (verdict.kind !== "failed") return verdict;
  const { error, failure } = verdict;
  if (error instanceof Abandoned) return { kind: "retry", after: 0, attempt: failedAttempt(about, verdict, { after: 0, counts: false }) };
  about.warn(error);
  const after = retryAfterOf(error) ?? untilNext(about);
  const attempt = failedAttempt(about, verdict, { after, counts: true });
  if (isTerminal(error) || isSpent(agent, { failures: step.failures + 1 })) return { kind: "fallback", failure, attempt };
  if (after > LONGEST_NAK_MS) return { kind: "hold", until: about.now() + after, why: failure, attempt };
  return { kind: "retry", after, attempt };
};

/** Whether a step with so many failures has no attempt left. */
export function isSpent(agent: Agent, { failures }: Pick<StepState, "failures">): boolean {
  return failures >= (agent.limits.attempts ?? DEFAULT_ATTEMPTS);
}

/** Ms until the next attempt, where nobody says when that is. */
export function untilNext({ step, random }: DeliveredStep): number {
  return backoff(BACKOFF, step.failures, random);
}
