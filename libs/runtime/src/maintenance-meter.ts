import { NOTHING } from "@armada/contracts";
import type { Clock, Logger, Random } from "@armada/event-sourcing";
import { type BudgetClient, drawOutside } from "@armada/ledger";
import type { CallCost, Meter } from "@armada/models";

/** Pays for a replica's calls that no run makes, on the team's account, under the name `what` in the ledger. */
export function maintenanceMeter(
  budgetClient: BudgetClient,
  what: string,
  { clock, random, logger, signal }: { clock: Clock; random: Random; logger: Logger; signal: AbortSignal },
): Meter {
  const open = new Map<string, Awaited<ReturnType<typeof drawOutside>>>();
  return {
    async draw({ tier, model, ceiling }) {
      const call = random.id();
      open.set(call, await drawOutside(budgetClient, { call, what, tier, model, ceiling }, () => clock.now(), signal));
      return call;
    },
    settle(call: string, cost: CallCost) {
      const tell = open.get(call);
      open.delete(call);
      if (tell === undefined || cost.kind === "unknown") return;
      tell(cost.kind === "billed" ? cost.amount : NOTHING).catch((error: unknown) =>
        logger.warn(`call ${call} stays suspect: ${error instanceof Error ? error.message : String(error)}`),
      );
    },
  };
}
