import { type Amount, ArmadaError } from "@armada/contracts";
import type { Scope } from "./team-ledger/limit-usage.ts";

/**
 * What is left of a limit is less than a call may cost. `resetAt`: when its period ends, ms since 1970; absent for a run's limit, which never resets, and
 * where the limit would not hold one such call even if nothing were spent (`call`: what it may cost): no wait would help.
 */
export class BudgetExhausted extends ArmadaError {
  override readonly name = "BudgetExhausted";
  readonly resetAt: number | undefined;

  constructor(what: string, resetAt: number | undefined, call?: Amount) {
    const when = resetAt === undefined ? "" : `; it begins again at ${new Date(resetAt).toISOString()}`;
    if (call === undefined)
      super("BUDGET_EXHAUSTED", `less is left of ${what} than one call may cost${when}`, {
        hint: "`armada budgets` shows what is spent, reserved and suspect; raise the limit in armada.config.ts, or wait",
      });
    else
      super("BUDGET_EXHAUSTED", `one call may cost ${dollars(call.micros)} and ${call.tokens} tokens, which is over ${what}`, {
        hint: "raise the limit, or lower the maxTokens of the agent's questions: no wait would help",
      });
    this.resetAt = call === undefined ? resetAt : undefined;
  }
}

/** `the team's $10.00 of a month`, for people. */
export function nameOf({ of, period, limit }: Pick<Scope, "of" | "limit"> & { readonly period: "run" | "day" | "month" }): string {
  const whose = of === "team" || of === "fleet" || of === "run" ? `the ${of}'s` : `agent ${of}'s`;
  const parts = [
    ...(limit?.micros === undefined ? [] : [dollars(limit.micros)]),
    ...(limit?.tokens === undefined ? [] : [`${limit.tokens} tokens`]),
  ];
  return `${whose} ${parts.join(" or ")}${period === "run" ? "" : ` a ${period}`}`;
}

/** `$10.00`; below a cent as exactly as it is: `$0.000001`. */
function dollars(micros: number): string {
  return `$${(micros / 1_000_000).toFixed(micros % 10_000 === 0 ? 2 : 6)}`;
}
