import { randomBytes } from "node:crypto";
import { ArmadaError } from "@armada/contracts";
import type { Session } from "../../mesh/session.ts";
import { accountOf, type LedgerCall } from "../account.ts";
import { suspectAs } from "../budget-rows.ts";
import { ledgersBack, readLedger } from "../ledgers.ts";
import type { MoneyLine } from "../lines.ts";
import type { Verdict } from "./by-call.ts";
import { drawsOf } from "./draws.ts";
import { type Provider, verdictsOf } from "./verdicts.ts";

type Reads = Pick<Session, "log" | "ask">;
type Suspect = LedgerCall & { readonly month: string; readonly day: string };
type Judged = { readonly suspect: Suspect; readonly verdict: Verdict };

const ANSWER_MS = 10_000;
const MS_A_CALL = 50;
/** Calls in one ask. */
const CHUNK = 200;

const LEFT: Verdict = { became: "suspect", why: "nothing is known of it" };

/**
 * Compares each suspect with its provider's usage, has the teams settle or release it, and waits until their ledgers
 * show it: a line for each, in the ledgers' order, and their sum. `dryRun`: only says what would become of them. `now`: ms since
 * 1970; `zone`: whose months the ledgers are of.
 * @throws ArmadaError `CONTROL_UNANSWERED`, `LOG_UNAVAILABLE`, and what `verdictsOf` throws
 */
export async function reconcile(
  session: Reads,
  teams: readonly string[],
  { dryRun, now, zone, ...provider }: Provider & { readonly dryRun: boolean; readonly now: number; readonly zone: string },
): Promise<{ readonly lines: readonly MoneyLine<"reconciled">[]; readonly total: MoneyLine<"reconcile-total"> }> {
  const ledgers = (await Promise.all(teams.map((team) => ledgersBack(session.log(team), team, now, zone)))).flat();
  const suspects = ledgers.flatMap(({ team, month, state }) =>
    Object.values(state.suspects).map((one): Suspect => ({ ...one, ...one.ceiling, team, month })),
  );
  const verdicts = suspects.length === 0 ? new Map<LedgerCall, Verdict>() : await judge(session, teams, suspects, { ...provider, now });
  const judged = suspects.map((suspect) => ({ suspect, verdict: verdicts.get(suspect) ?? LEFT }));
  if (!dryRun)
    for (const [ledger, ofLedger] of Map.groupBy(judged, ({ suspect }) => `${suspect.team} ${suspect.month}`)) {
      const [team = "", month = ""] = ledger.split(" ");
      const found = ofLedger.filter(({ verdict }) => verdict.became !== "suspect");
      for (let i = 0; i < found.length; i += CHUNK) await clear(session, team, month, found.slice(i, i + CHUNK));
    }
  return { lines: judged.map(lineOf), total: totalOf(judged, dryRun) };
}

async function judge(
  session: Reads,
  teams: readonly string[],
  suspects: readonly Suspect[],
  about: Provider & { readonly now: number },
): Promise<ReadonlyMap<LedgerCall, Verdict>> {
  const accounts = await Promise.all(teams.map((team) => accountOf(session.log(team), team)));
  const settled = accounts.flatMap((account) => account.settled);
  const draws = await drawsOf((team) => session.log(team), suspects);
  return verdictsOf(suspects, settled, { ...about, draws });
}

/** Asks the team to clear calls in its ledger of a month. @throws ArmadaError `CONTROL_UNANSWERED` */
async function clear(session: Reads, team: string, month: string, found: readonly Judged[]): Promise<void> {
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

function lineOf({ suspect, verdict }: Judged): MoneyLine<"reconciled"> {
  const { became, why } = verdict;
  const { micros, tokens } = costOf(verdict);
  const about = suspectAs(suspect.team, suspect.month, suspect);
  return { type: "reconciled", ...about, became, ...(became === "suspect" ? {} : { costMicros: micros, tokens }), why };
}

function totalOf(judged: readonly Judged[], dryRun: boolean): MoneyLine<"reconcile-total"> {
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
