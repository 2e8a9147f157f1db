import { type RunView, shownAsReached, shownAsServed, TEAM_NOT_HERE } from "@armada/engine/reading";
import type { Look, Trouble } from "./trouble.ts";

/** Open runs that nobody can go on with: stopped, of a version or waiting for an agent that no replica serves, or for a team that is not here. */
export const stuckRuns: Look = async ({ session, open: read, queues }) => {
  const { runs, unread } = await read();
  const asks = runs.some(({ view }) => view.waitingFor?.some(({ kind }) => kind === "ask"));
  const teams = asks ? await session.teams() : [];
  const stuck = runs
    .map(({ view }) => shownAsReached(shownAsServed(view, queues), teams))
    .filter(({ status, waitingFor, reason }) => status === "stopped" || waitsForAgent(waitingFor) || reason?.code === TEAM_NOT_HERE);
  const byCode = [...Map.groupBy(stuck, ({ reason, status }) => reason?.code ?? status)];
  return [...unread, ...byCode.map(([code, views]) => said(code, views))];
};

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
