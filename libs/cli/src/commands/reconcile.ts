import { randomBytes } from "node:crypto";
import { ArmadaError } from "@armada/contracts";
import type { Price } from "@armada/models";
import type { Session } from "@armada/operations/mesh/session";
import { accountOf, type LedgerCall } from "@armada/operations/money/account";
import { suspectAs } from "@armada/operations/money/budget-rows";
import { dollars } from "@armada/operations/money/dollars";
import { ledgersBack, readLedger } from "@armada/operations/money/ledgers";
import type { Verdict } from "@armada/operations/money/reconcile/by-call";
import { drawsOf } from "@armada/operations/money/reconcile/draws";
import { verdictsOf } from "@armada/operations/money/reconcile/verdicts";
import { EXIT } from "../exit.ts";
import type { LineOf } from "../lines.ts";
import type { Output } from "../output.ts";
import { zoneOf } from "../zone.ts";

export type ReconcileFlags = { readonly usage?: string; readonly dryRun?: boolean };
type Suspect = LedgerCall & { readonly month: string; readonly day: string };

const ANSWER_MS = 10_000;
const MS_A_CALL = 50;
/** Calls in one ask. */
const CHUNK = 200;

/** Compares each suspect with the provider's usage, has the teams settle or release it, and waits until their ledgers show it. */
export async function reconcileCommand(session: Session, teams: readonly string[], flags: ReconcileFlags, out: Output): Promise<number> {
  const now = Date.now();
  const zone = await zoneOf(session);
  const ledgers = (await Promise.all(teams.map((team) => ledgersBack(session.log(team), team, now, zone)))).flat();
  const suspects = ledgers.flatMap(({ team, month, state }) =>
    Object.values(state.suspects).map((one): Suspect => ({ ...one, ...one.ceiling, team, month })),
  );
  const verdicts = suspects.length === 0 ? new Map<LedgerCall, Verdict>() : await judge(session, teams, suspects, flags, now);
  const judged = suspects.map((suspect) => ({ suspect, verdict: verdicts.get(suspect) ?? LEFT }));
  if (flags.dryRun !== true)
    for (const [ledger, ofLedger] of Map.groupBy(judged, ({ suspect }) => `${suspect.team} ${suspect.month}`)) {
      const [team = "", month = ""] = ledger.split(" ");
      const found = ofLedger.filter(({ verdict }) => verdict.became !== "suspect");
      for (let i = 0; i < found.length; i += CHUNK) await clear(session, team, month, found.slice(i, i + CHUNK));
    }
  for (const { suspect, verdict } of judged) tell(suspect, verdict, flags.dryRun === true, out);
  const total = totalOf(judged, flags.dryRun === true);
  out.emit(total);
  out.say(
    suspects.length === 0
      ? "no call is suspect"
      : `${total.settled} settled at ${dollars(total.costMicros)}, ${total.released} released, ${total.suspect} stay suspect${flags.dryRun === true ? "; a dry run: nothing was changed" : ""}`,
  );
  return EXIT.ok;
}

async function judge(
  session: Session,
  teams: readonly string[],
  suspects: readonly Suspect[],
  flags: ReconcileFlags,
  now: number,
): Promise<ReadonlyMap<LedgerCall, Verdict>> {
  const accounts = await Promise.all(teams.map((team) => accountOf(session.log(team), team)));
  const settled = accounts.flatMap((account) => account.settled);
  const draws = await drawsOf((team) => session.log(team), suspects);
  return verdictsOf(suspects, settled, { ...flags, env: process.env, now, draws, prices });
}

async function prices(): Promise<readonly Price[]> {
  const [{ pricesFrom }, { settingsFor }] = await Promise.all([import("@armada/models"), import("../settings.ts")]); // costly to load
  const { config } = await settingsFor({});
  return pricesFrom(config.models.prices ?? "");
}

const LEFT: Verdict = { became: "suspect", why: "nothing is known of it" };

/** Asks the team to clear calls in its ledger of a month. @throws ArmadaError `CONTROL_UNANSWERED` */
async function clear(
  session: Session,
  team: string,
  month: string,
  found: readonly { readonly suspect: Suspect; readonly verdict: Verdict }[],
): Promise<void> {
  const calls = found.map(({ suspect, verdict }) => ({ call: suspect.call, ...costOf(verdict) }));
  await session.ask(team, "ledger_clear", `clear-${month}-${randomBytes(6).toString("hex")}`, { month, calls });
  const within = ANSWER_MS + MS_A_CALL * calls.length;
  const deadline = Date.now() + within;
  for (;;) {
    const open = (await readLedger(session.log(team), team, month))?.state.suspects ?? {};
    if (calls.every(({ call }) => !Object.hasOwn(open, call))) return;
    if (Date.now() > deadline) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new ArmadaError("CONTROL_UNANSWERED", `team ${team} did not clear its suspects of ${month} within ${within / 1_000} s`, {
    hint: "is it up? see `armada health`; what is asked for is done once it is",
  });
}

function tell(suspect: Suspect, verdict: Verdict, dryRun: boolean, out: Output): void {
  const { became, why } = verdict;
  const { micros, tokens } = costOf(verdict);
  const about = suspectAs(suspect.team, suspect.month, suspect);
  out.emit({ type: "reconciled", ...about, became, ...(became === "suspect" ? {} : { costMicros: micros, tokens }), why });
  const cost = became === "settled" ? ` at ${dollars(micros)} of at most ${dollars(about.ceilingMicros)}` : "";
  out.say(`${suspect.call}  ${suspect.team}.${suspect.agent}  ${suspect.run}  ${dryRun ? "would be " : ""}${became}${cost}: ${why}`);
}

function totalOf(judged: readonly { readonly suspect: Suspect; readonly verdict: Verdict }[], dryRun: boolean): LineOf<"reconcile-total"> {
  const total = { settled: 0, released: 0, suspect: 0, costMicros: 0, freedMicros: 0 };
  for (const { suspect, verdict } of judged) {
    total[verdict.became]++;
    if (verdict.became === "suspect") continue;
    const { micros } = costOf(verdict);
    total.costMicros += micros;
    total.freedMicros += Math.max(0, suspect.ceiling.micros - micros);
  }
  return { type: "reconcile-total", ...total, dryRun };
}

function costOf(verdict: Verdict): { micros: number; tokens: number } {
  return verdict.became === "settled" ? { micros: verdict.micros, tokens: verdict.tokens } : { micros: 0, tokens: 0 };
}
