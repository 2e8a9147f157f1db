import type { LedgerCall } from "../money/account.ts";

/** A call of a ledger, as tests want it. */
export function ledgerCall(call: string, more: Partial<LedgerCall> = {}): LedgerCall {
  const ceiling = { micros: 50, tokens: 500 };
  const about = { account: "*", agent: "buyer", workflow: "buy", run: "r1", tier: "worker", model: "claude-haiku-5-5" };
  return { call, team: "shop", at: 0, ...about, ceiling, ...ceiling, ...more };
}
