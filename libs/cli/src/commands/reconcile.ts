import type { Price } from "@armada/models";
import type { Session } from "@armada/operations/mesh/session";
import { dollars } from "@armada/operations/money/dollars";
import { reconcile } from "@armada/operations/money/reconcile/reconcile";
import { EXIT } from "../exit.ts";
import type { Output } from "../output.ts";
import { zoneOf } from "../zone.ts";

export type ReconcileFlags = { readonly usage?: string; readonly dryRun?: boolean };

/** Compares each suspect with the provider's usage, and settles or releases it. @throws ArmadaError what `reconcile` throws */
export async function reconcileCommand(
  session: Session,
  teams: readonly string[],
  { dryRun = false, ...usage }: ReconcileFlags,
  out: Output,
): Promise<number> {
  const zone = await zoneOf(session);
  const { lines, total } = await reconcile(session, teams, { ...usage, env: process.env, prices, dryRun, now: Date.now(), zone });
  for (const line of lines) {
    const { call, team, agent, run, became, costMicros = 0, ceilingMicros, why } = line;
    out.emit(line);
    const cost = became === "settled" ? ` at ${dollars(costMicros)} of at most ${dollars(ceilingMicros)}` : "";
    out.say(`${call}  ${team}.${agent}  ${run}  ${dryRun ? "would be " : ""}${became}${cost}: ${why}`);
  }
  out.emit(total);
  out.say(
    lines.length === 0
      ? "no call is suspect"
      : `${total.settled} settled at ${dollars(total.costMicros)}, ${total.released} released, ${total.suspect} stay suspect${dryRun ? "; a dry run: nothing was changed" : ""}`,
  );
  return EXIT.ok;
}

async function prices(): Promise<readonly Price[]> {
  const [{ pricesFrom }, { settingsFor }] = await Promise.all([import("@armada/models"), import("../settings.ts")]); // costly to load
  const { config } = await settingsFor({});
  return pricesFrom(config.models.prices ?? "");
}
