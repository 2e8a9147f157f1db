import { type Amount, ArmadaError, NOTHING } from "@armada/contracts";
import type { Drawn } from "../team-ledger/events.ts";
import type { BudgetClient } from "./budget-client.ts";

/** What is known of such a call: all but who made it. */
export type OutsideCall = Pick<Drawn, "tier" | "model" | "ceiling"> & { readonly call: string; readonly what: string };

/**
 * A call that no run makes, of which no journal tells: the ledger itself holds it as a suspect before it is made, so that a replica
 * that dies leaves it there. @returns what tells the bill; a call of which nobody tells stays suspect
 * @throws BudgetExhausted, ArmadaError, the signal's reason: the call must not be made
 */
export async function drawOutside(
  budgetClient: BudgetClient,
  { call, what, tier, model, ceiling }: OutsideCall,
  now: () => number,
  signal: AbortSignal,
): Promise<(cost: Amount) => Promise<void>> {
  const reservation = await budgetClient.reserve(what, ceiling, signal);
  const { lease, account } = reservation;
  lease.conclude(reservation, { suspected: { call, account, agent: what, workflow: what, run: what, tier, model, ceiling } });
  await lease.renew(false);
  const tell = async ({ micros, tokens }: Amount): Promise<void> =>
    void (await lease.monthLedger.decide({ type: "clear", call, at: now(), micros, tokens, by: what }, signal));
  if (lease.valid(reservation)) return tell;
  await tell(NOTHING); // it is not made
  throw new ArmadaError("LEASE_ENDED", `the block that was to pay for ${what} ended before its call began`, { retryable: true });
}
