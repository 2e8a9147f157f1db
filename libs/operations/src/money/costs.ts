import type { Session } from "../mesh/session.ts";
import { accountOf } from "./account.ts";
import { costRows, type Grouping, type Spending } from "./cost-rows.ts";
import { ledgersBack } from "./ledgers.ts";
import type { MoneyLine } from "./lines.ts";
import { runsOf } from "./runs-of.ts";

/** The indexes keep sums by the minute. */
const MINUTE_MS = 60_000;

/** What was spent. `behind`: messages that a team's index has not taken in yet, so that they are missing here. */
export type Costs = {
  readonly rows: readonly MoneyLine<"cost">[];
  readonly total: MoneyLine<"cost-total">;
  readonly behind: readonly { readonly team: string; readonly messages: number }[];
};

type Reads = Pick<Session, "log" | "runs" | "sequenceAt">;
type Read = Spending & { readonly behind: number };

/**
 * What the teams spent from the minute of `since` on, dearest first: by their indexes, or where each run counts by their
 * ledgers and journals. `since`, `now`: ms since 1970; `zone`: whose months the ledgers are of.
 * @throws ArmadaError `LOG_UNAVAILABLE`, `STATE_UNREADABLE`
 */
export async function readCosts(
  session: Reads,
  teams: readonly string[],
  { by, now, zone, ...asked }: { readonly by: Grouping; readonly since: number; readonly now: number; readonly zone: string },
): Promise<Costs> {
  const since = asked.since - (asked.since % MINUTE_MS);
  const eachRun = by === "run" || by === "outcome";
  const read = await Promise.all(
    teams.map((team) => (eachRun ? ofEachRun(session, team, since) : summedUp(session, team, { since, now, zone }))),
  );
  const spending = {
    settled: read.flatMap(({ settled }) => settled),
    suspects: read.flatMap(({ suspects }) => suspects),
    savings: read.flatMap(({ savings }) => savings),
    ends: read.flatMap(({ ends }) => ends),
  };
  return {
    ...costRows(spending, by, since),
    behind: read.map(({ behind }, i) => ({ team: teams[i] ?? "", messages: behind })).filter(({ messages }) => messages > 0),
  };
}

async function ofEachRun(session: Reads, team: string, since: number): Promise<Read> {
  const log = session.log(team);
  const [account, journals] = await Promise.all([accountOf(log, team), runsOf(log, team, await session.sequenceAt(team, since))]);
  return { ...account, ...journals, behind: 0 };
}

async function summedUp(session: Reads, team: string, { since, now, zone }: { since: number; now: number; zone: string }): Promise<Read> {
  const [index, ledgers] = await Promise.all([session.runs(team), ledgersBack(session.log(team), team, now, zone)]);
  const sums = (await index.costs(since, now)).map((sum) => ({ ...sum, team, run: "", at: since }));
  const suspects = ledgers.flatMap(({ state }) => Object.values(state.suspects));
  return {
    settled: sums,
    savings: sums.map((sum) => ({ ...sum, micros: sum.saved })),
    suspects: suspects.map((one) => ({ ...one, ...one.ceiling, team })),
    ends: [],
    behind: index.behind,
  };
}
