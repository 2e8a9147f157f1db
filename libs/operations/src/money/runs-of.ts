import { runFilter } from "@armada/contracts";
import { readJournalMessage } from "@armada/engine/reading";
import { loadWhole, type Message, type WholeReads } from "@armada/event-sourcing";

/** What an answer from a cache did not cost: `at` (ms since 1970) its step ended. */
export type Saving = {
  readonly team: string;
  readonly agent: string;
  readonly workflow: string;
  readonly run: string;
  readonly at: number;
  readonly micros: number;
};
/** How a run ended, and when. */
export type RunEnd = {
  readonly team: string;
  readonly workflow: string;
  readonly run: string;
  readonly status: string;
  readonly at: number;
};

/** What the journals of a team tell beside its ledger, after the sequence `from`. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function runsOf(
  log: WholeReads,
  team: string,
  from: number,
): Promise<{ savings: readonly Saving[]; ends: readonly RunEnd[] }> {
  const savings: Saving[] = [];
  const ends: RunEnd[] = [];
  const workflows = new Map<string, string>();
  const agents = new Map<string, string>();
  /** Runs that began before that: what is missing of them is read of each. */
  const earlier = new Set<string>();
  const take = (message: Message): void => {
    const journal = readJournalMessage(message);
    const run = journal?.envelopes[0]?.subject ?? "";
    if (journal !== undefined && journal.events[0]?.type !== "run.started" && !workflows.has(run)) return void earlier.add(run);
    for (const [i, event] of (journal?.events ?? []).entries()) {
      const at = Date.parse(journal?.envelopes[i]?.time ?? "");
      const workflow = workflows.get(run) ?? "";
      if (event.type === "run.started") workflows.set(run, event.data.workflow);
      else if (event.type === "step.requested") agents.set(`${run} ${event.data.n}`, event.data.agent);
      else if (event.type === "run.ended") ends.push({ team, workflow, run, status: event.data.status, at });
      else if (event.type === "step.completed" && event.data.saved !== undefined)
        savings.push({ team, agent: agents.get(`${run} ${event.data.n}`) ?? "", workflow, run, at, micros: event.data.saved.micros });
    }
  };
  await log.scan([`run.${team}.>`], from, take);
  for (const run of earlier) for (const message of (await loadWhole(log, [runFilter(team, run)])).messages) take(message);
  return { savings, ends };
}
