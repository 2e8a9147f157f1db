import { ArmadaError } from "@armada/contracts";

export function hintOf({ hint }: ArmadaError): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "AGENT_FAILED";
}

export function isTerminal(error: unknown): boolean {
  return typeof error === "object" && error !== null && "terminal" in error && error.terminal === true;
}

export function retryAfterOf(error: unknown): number | undefined {
  return typeof error === "object" && error !== null && "retryAfter" in error && typeof error.retryAfter === "number"
    ? error.retryAfter
    : undefined;
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
