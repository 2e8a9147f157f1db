import type { Clock } from "@armada/event-sourcing";
import type { Models } from "@armada/models";

/** Models whose every answer costs the same, drawn and settled as a provider's are. `calls` tells the tier of each, and when. */
export function paid(
  models: Models,
  cost: { micros: number; tokens: number },
  clock: Clock,
): Models & { readonly calls: { tier: string; at: number }[] } {
  const calls: { tier: string; at: number }[] = [];
  return {
    calls,
    call: async (request, signal, options) => {
      const call = await options?.meter?.draw({ tier: request.tier, model: request.tier, ceiling: cost });
      calls.push({ tier: request.tier, at: clock.now() });
      const answer = await models.call(request, signal, options);
      const usage = { inputTokens: cost.tokens, outputTokens: 0 };
      if (call !== undefined) options?.meter?.settle(call, { kind: "billed", model: request.tier, usage, amount: cost });
      return { ...answer, usage, costMicros: cost.micros };
    },
  };
}
