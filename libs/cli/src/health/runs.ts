import { parseSubject } from "@armada/contracts";
import { isTaken, type RunView, shownAsServed } from "@armada/engine";
import type { QueueThere } from "@armada/nats";
import type { Session } from "../session.ts";
import { readRuns } from "./read-runs.ts";
import type { Look, Trouble } from "./trouble.ts";

/** Open runs that nobody can go on with: stopped, of a version or waiting for an agent that no replica serves. */
export const open: Look = async ({ session, team: { name }, queues }) => {
  const { views, unread } = await readRuns(session, name, await suspects(session, name, queues));
  const stuck = views
    .map((view) => shownAsServed(view, queues))
    .filter(({ endedAt, status, waitingFor }) => endedAt === undefined && (status === "stopped" || waitsForAgent(waitingFor)));
  const byCode = [...Map.groupBy(stuck, ({ reason, status }) => reason?.code ?? status)];
  return [...unread, ...byCode.map(([code, runs]) => said(code, runs))];
};

/** Runs without an end that stopped at some time, or have a message that no queue takes. */
async function suspects(session: Session, team: string, queues: readonly QueueThere[]): Promise<ReadonlySet<string>> {
  const under = (kind: string): Promise<string[]> => session.subjects(team, `run.${team}.${kind}.>`);
  const dispatched = (await Promise.all(["do", "bulk", "lead"].map(under))).flat().filter((subject) => !isTaken(subject, queues));
  const found = runsIn([...dispatched, ...(await under("note.stop")), ...(await under("park"))]);
  if (found.size === 0) return found;
  for (const run of runsIn(await under("end"))) found.delete(run);
  return found;
}

function runsIn(subjects: readonly string[]): Set<string> {
  return new Set(
    subjects.flatMap((text) => {
      const subject = parseSubject(text);
      return subject?.kind === "journal" ? [subject.run] : [];
    }),
  );
}

function waitsForAgent(waits: RunView["waitingFor"]): boolean {
  return waits?.some(({ kind }) => kind === "agent") === true;
}

function said(code: string, runs: readonly RunView[]): Trouble {
  const [first] = runs;
  const message = first?.reason?.message ?? first?.status ?? "";
  return {
    code,
    message: runs.length === 1 ? `${first?.run}: ${message}` : `${runs.length} runs, the first ${first?.run}: ${message}`,
    next: first?.reason?.hint ?? `armada runs show ${first?.run}`,
  };
}
