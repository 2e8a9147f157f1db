import { retryAfterOf, wasUnsent } from "../attempt-failure.ts";
import { LONGEST_NAK_MS, untilNext } from "./attempts.ts";
import { failedAttempt, type Policy } from "./policy.ts";

/** So long a step with a fallback waits for a model that cannot be asked, ms. */
const FALLBACK_AFTER_MS = 900_000;

/** Its model call was not sent: it comes again when it may be, however often, and no attempt is used up. */
export const outagePolicy: Policy = async (about, next) => {
  const verdict = await next();
  if (verdict.kind !== "failed" || verdict.paid || !wasUnsent(verdict.error)) return verdict;
  const { failure, calls } = verdict;
  const { agent, step } = about;
  const now = about.now();
  const since = step.waits === undefined ? now : Date.parse(step.waits.since);
  const left = agent.fallback === undefined ? Number.POSITIVE_INFINITY : since + FALLBACK_AFTER_MS - now;
  const after = Math.min(retryAfterOf(verdict.error) ?? untilNext(about), Math.max(0, left));
  const attempt = failedAttempt(about, verdict, { after, counts: false, waits: true });
  if (left <= 0) return { kind: "fallback", failure, attempt };
  const told = calls.length === 0; // a hold says why itself; calls are to be booked
  if (after > LONGEST_NAK_MS) return { kind: "hold", until: now + after, why: failure, ...(told ? {} : { attempt }) };
  const again = told && step.waits?.code === failure.code; // why it waits is on record
  return { kind: "retry", after, ...(again ? {} : { attempt }) };
};
