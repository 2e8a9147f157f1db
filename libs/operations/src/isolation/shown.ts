import type { Isolation } from "@armada/contracts";
import type { RunView, WaitingFor } from "@armada/engine/reading";
import { isIsolated, isolatedText, isolationFor } from "@armada/resilience";

/**
 * A run with what its journal cannot tell: that steps of it stand in a queue of which nothing is delivered, because their agent or team
 * is isolated, and that it asks a team that is. `now`: ms since 1970.
 */
export function shownAsIsolated(view: RunView, all: ReadonlyMap<string, Isolation>, now: number): RunView {
  if (view.endedAt !== undefined || view.status === "stopped" || ![...all.values()].some((one) => isIsolated(one, now))) return view;
  const told = new Set(view.waitingFor?.map(({ n }) => n));
  const requested = view.steps.filter(({ status }) => status === "requested");
  const waits = requested.flatMap(({ n, agent }): WaitingFor[] => {
    const isolation = told.has(n) ? undefined : isolationFor(all, view.team, agent, now);
    return isolation === undefined ? [] : [waitsFor(n, agent, isolation)];
  });
  const known = (view.waitingFor ?? []).map((wait) => {
    const isolation = wait.kind === "ask" ? isolationFor(all, wait.what.split(".", 1)[0] ?? "", undefined, now) : undefined;
    return isolation === undefined ? wait : { ...wait, what: `${wait.what}: ${isolatedText(isolation)}` };
  });
  if (known.length + waits.length === 0) return view;
  const every = requested.every(({ n }) => told.has(n) || waits.some((wait) => wait.n === n));
  const status = every && view.status === "running" ? "waiting" : view.status;
  return { ...view, status, waitingFor: [...known, ...waits] };
}

function waitsFor(n: number, agent: string, isolation: Isolation): WaitingFor {
  return { kind: "isolation", n, what: `of ${agent}: ${isolatedText(isolation)}`, until: isolation.until };
}
