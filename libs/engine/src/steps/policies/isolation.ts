import type { Isolation } from "@armada/contracts";
import { isolatedText } from "@armada/resilience";
import { Abandoned } from "../attempt-failure.ts";
import { LONGEST_NAK_MS } from "./attempts.ts";
import { type DeliveredStep, failedAttempt, type Policy, type StepFailure, type Verdict } from "./policy.ts";

/** The code of a step that waits, or is answered by its fallback, because its agent or its team is isolated. */
export const ISOLATED = "ISOLATED";
/** How soon a step that was given back is looked at again, ms: its queue stands still as long as its isolation lasts. */
const LOOK_MS = 1_000;

/** While its agent or team is isolated no attempt is made: the fallback answers, or the step waits. No attempt is used up. */
export const isolationPolicy: Policy = async (about, next) => {
  if (about.isolation === undefined || about.step.batched.size > 0) return next(); // what a batch has, began
  const held = await about.isolation.admit().catch(abandoned);
  if (held instanceof Abandoned) {
    const failure = { code: held.code, message: held.message };
    return held.code === "DRAINED" ? { kind: "failed", error: held, failure, calls: [], paid: false } : { kind: "retry", after: 0 };
  }
  return held === undefined ? next() : waits(about, held);
};

/** The same for a step that waited since for its turn elsewhere, at once. */
export const stillIsolatedPolicy: Policy = async (about, next) => {
  const held = about.step.batched.size > 0 ? undefined : about.isolation?.now();
  return held === undefined ? next() : waits(about, held);
};

function waits(about: DeliveredStep, isolation: Isolation): Verdict {
  const { agent, step } = about;
  const failure: StepFailure = { code: ISOLATED, message: isolatedText(isolation) };
  const told = step.waits?.code === ISOLATED && step.waits.message === failure.message; // why it waits is on record
  const verdict = { kind: "failed", error: undefined, failure, calls: [], paid: false } as const;
  const attempt = told ? {} : { attempt: failedAttempt(about, verdict, { after: LOOK_MS, counts: false, waits: true }) };
  return agent.fallback === undefined
    ? { kind: "retry", after: LOOK_MS, ...attempt }
    : {
        kind: "fallback",
        failure,
        otherwise: Math.min(LONGEST_NAK_MS, Math.max(LOOK_MS, Date.parse(isolation.until) - about.now())),
        ...attempt,
      };
}

function abandoned(error: unknown): Abandoned {
  if (error instanceof Abandoned) return error;
  throw error;
}
