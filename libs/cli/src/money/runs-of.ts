import { readJournalMessage } from "@armada/engine";
import type { Log } from "@armada/event-sourcing";

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

/** What the journals of a team tell beside its ledger. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function runsOf(log: Pick<Log, "scan">, team: string): Promise<{ savings: readonly Saving[]; ends: readonly RunEnd[] }> {
  const savings: Saving[] = [];
  const ends: RunEnd[] = [];
  const workflows = new Map<string, string>();
  const agents = new Map<string, string>();
  await log.scan([`run.${team}.>`], 0, (message) => {
    const journal = readJournalMessage(message);
    const run = journal?.envelopes[0]?.subject ?? "";
    for (const [i, event] of (journal?.events ?? []).entries()) {
      const at = Date.parse(journal?.envelopes[i]?.time ?? "");
      const workflow = workflows.get(run) ?? "";
      if (event.type === "run.started") workflows.set(run, event.data.workflow);
      else if (event.type === "step.requested") agents.set(`${run} ${event.data.n}`, event.data.agent);
      else if (event.type === "run.ended") ends.push({ team, workflow, run, status: event.data.status, at });
      else if (event.type === "step.completed" && event.data.saved !== undefined)
        savings.push({ team, agent: agents.get(`${run} ${event.data.n}`) ?? "", workflow, run, at, micros: event.data.saved.micros });
    }
  });
  return { savings, ends };
}
