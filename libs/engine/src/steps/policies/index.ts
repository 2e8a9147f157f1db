import { atLimitPolicy } from "./at-limit.ts";
import { attemptsPolicy } from "./attempts.ts";
import { breakerPolicy } from "./breaker.ts";
import { isolationPolicy, stillIsolatedPolicy } from "./isolation.ts";
import { outagePolicy } from "./outage.ts";
import type { Policy } from "./policy.ts";
import { windowPolicy } from "./window.ts";

/**
 * What stands around an attempt, from the outside in. Before it, the first that has a reason keeps it from being made; after it,
 * the innermost that knows the failure says what follows:
 *
 *     attempts ─► window ─► limit ─► isolation ─► breaker ─► isolation ─► outage ─► the attempt
 *
 * Attempts come first, so that a step without one left waits for nothing; and their word on a failure is the last, for whatever
 * no other knows. The window stands before money, so that nothing is reserved for what may not begin. A limit is told from an
 * outage by its error, and either from a failed attempt by using none up. The breaker stands around what is tried of the agent
 * itself: an outage of its model is none of the agent's failures, nor is a limit. What is isolated tries no breaker, and does not
 * begin after it has waited for its turn there either.
 */
export const stepPolicies: readonly Policy[] = [
  attemptsPolicy,
  windowPolicy,
  atLimitPolicy,
  isolationPolicy,
  breakerPolicy,
  stillIsolatedPolicy,
  outagePolicy,
];
