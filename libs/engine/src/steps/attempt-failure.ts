import { ArmadaError } from "@armada/contracts";
import { cut } from "../journal/failure.ts";

/** The longest that an error may have the next attempt wait: 31 days, in ms. */
const MAX_RETRY_AFTER_MS = 31 * 86_400_000;

export function hintOf({ hint }: ArmadaError): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string"
    ? cut(error.code)
    : "AGENT_FAILED";
}

/** Whether another attempt would end the same: so it says, or its value is none that a journal can hold. */
export function isTerminal(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  return ("terminal" in error && error.terminal === true) || ("code" in error && error.code === "VALUE_NOT_JSON");
}

/** Why a running attempt was aborted: `RUN_ENDED`, `DRAINED` where its replica stops, or `ATTEMPT_LOST` where that stood still. */
export class Abandoned extends ArmadaError {
  override readonly name = "Abandoned";
}

/** An error of which every further attempt would end. */
export class Terminal extends ArmadaError {
  override readonly name = "Terminal";
  readonly terminal = true;
}

/** Milliseconds; undefined where the error says none that could be kept. */
export function retryAfterOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("retryAfter" in error) || typeof error.retryAfter !== "number") return undefined;
  return error.retryAfter >= 0 ? Math.min(error.retryAfter, MAX_RETRY_AFTER_MS) : undefined;
}

/** The attempt's time went by before its model call could be paid for. */
export class BudgetPending extends ArmadaError {
  override readonly name = "BudgetPending";
  readonly sent = false;

  constructor(timeout: string) {
    super("BUDGET_PENDING", `the ledger granted nothing for the call within ${timeout}`, {
      hint: "`armada budgets` shows what is spent and reserved, `armada health` whether the federation is there",
      retryable: true,
    });
  }
}

/** Whether a model call failed that never came to its provider: nothing was tried that could have worked. */
export function wasUnsent(error: unknown): boolean {
  return typeof error === "object" && error !== null && "sent" in error && error.sent === false;
}
