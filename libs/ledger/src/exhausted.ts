import { ArmadaError } from "@armada/contracts";
import type { Scope } from "./standing.ts";

/** Nothing is left of a limit. `resetAt`: when its period ends, ms since 1970; absent for a run's limit, which never resets. */
export class BudgetExhausted extends ArmadaError {
  override readonly name = "BudgetExhausted";
  readonly resetAt: number | undefined;

  constructor(what: string, resetAt: number | undefined) {
    const when = resetAt === undefined ? "" : `; it begins again at ${new Date(resetAt).toISOString()}`;
    super("BUDGET_EXHAUSTED", `nothing is left of ${what}${when}`, {
      hint: "`armada budgets` shows what is spent, reserved and suspect; raise the limit in armada.config.ts, or wait",
    });
    this.resetAt = resetAt;
  }
}

/** `the team's $10.00 of a month`, for people. */
export function nameOf({ of, period, limit }: Pick<Scope, "of" | "limit"> & { readonly period: "run" | "day" | "month" }): string {
  const whose = of === "team" || of === "fleet" || of === "run" ? `the ${of}'s` : `agent ${of}'s`;
  const parts = [
    ...(limit?.micros === undefined ? [] : [`$${(limit.micros / 1_000_000).toFixed(2)}`]),
    ...(limit?.tokens === undefined ? [] : [`${limit.tokens} tokens`]),
  ];
  return `${whose} ${parts.join(" or ")}${period === "run" ? "" : ` a ${period}`}`;
}
