import { ArmadaError, runFilter } from "@armada/contracts";
import { isAccepted, type RunState, readRun } from "@armada/engine/reading";
import { type Log, loadWhole, type Message, type WholeReads } from "@armada/event-sourcing";

/** A run's journal as it is now. `upTo`: the sequence that it was read up to. */
export type FoundRun = {
  readonly team: string;
  readonly run: string;
  readonly state: RunState;
  readonly messages: readonly Message[];
  readonly upTo: number;
};

type Reads = WholeReads & Pick<Log, "head">;

/**
 * The run of an id, whichever of the teams has it: all are asked at the same time, and one that has no stream on this server is no
 * trouble. @throws ArmadaError `NO_SUCH_RUN`, `RUN_NOT_STARTED`, `LOG_UNAVAILABLE`
 */
export function findRun(log: (team: string) => Reads, teams: readonly string[], run: string): Promise<FoundRun> {
  return findIn(log, teams, run, async (team) => {
    const journal = await loadWhole(log(team), [runFilter(team, run)]);
    const state = readRun(journal.messages);
    return state.exists ? { team, run, state, ...journal } : undefined;
  });
}

/** The same by another way to look into a team's stream: `look` answers undefined where it has no such run. */
export async function findIn<T>(
  log: (team: string) => Pick<Log, "head" | "load">,
  teams: readonly string[],
  run: string,
  look: (team: string) => Promise<T | undefined>,
): Promise<T> {
  const looked = await Promise.allSettled(teams.map(look));
  for (const one of looked) if (one.status === "fulfilled" && one.value !== undefined) return one.value;
  for (const [i, one] of looked.entries()) if (one.status === "rejected" && !(await isElsewhere(log(teams[i] ?? "")))) throw one.reason;
  const accepted = await Promise.allSettled(teams.map(async (team) => ((await isAccepted(log(team), team, run)) ? team : undefined)));
  for (const one of accepted)
    if (one.status === "fulfilled" && one.value !== undefined)
      throw new ArmadaError("RUN_NOT_STARTED", `run ${run} is accepted, not started yet: team ${one.value} has not taken it up`, {
        hint: "is the team up, and does its stream have room? see `armada health`",
        retryable: true,
      });
  throw new ArmadaError("NO_SUCH_RUN", `no team has a run ${run}`, { hint: "see `armada runs list`" });
}

/** Whether the team was provisioned and has no stream on this server. */
async function isElsewhere(log: Pick<Log, "head">): Promise<boolean> {
  try {
    await log.head();
    return false;
  } catch (error) {
    return error instanceof ArmadaError && error.code === "STREAM_MISSING";
  }
}
