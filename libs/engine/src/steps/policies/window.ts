import { opening } from "@armada/agents";
import type { Policy } from "./policy.ts";

/** Work begins in its agent's window only. What waits for a provider's batch began in it. */
export const windowPolicy: Policy = async ({ agent, step, now }, next) => {
  if (agent.window === undefined || step.batched.size > 0) return next();
  const at = now();
  const opens = opening(agent.window, at);
  return opens > at ? { kind: "hold", until: opens } : next();
};
