import type { RunView, WaitingFor } from "./run.ts";

/** Of a run whose ask goes out once the team that it is for has a stream. */
export const TEAM_NOT_HERE = "TEAM_NOT_HERE";

/** A run as its journal tells it, with what the journal cannot tell: that a team which it asks is not on this server. `teams` are those that are. */
export function shownAsReached(view: RunView, teams: readonly string[]): RunView {
  const waits = view.waitingFor ?? [];
  const lost = waits.filter((wait) => isLost(wait, teams));
  const [first] = lost;
  if (first === undefined) return view;
  return {
    ...view,
    waitingFor: waits.map((wait) => (lost.includes(wait) ? { ...wait, what: `${wait.what}, whose team is not here` } : wait)),
    reason: view.reason ?? {
      code: TEAM_NOT_HERE,
      message: `call ${first.n} asks ${first.what}, and team ${teamOf(first)} has no stream here: the ask is tried again until it has one`,
      hint: `\`armada provision\` where team ${teamOf(first)}'s code is makes it`,
    },
  };
}

function isLost(wait: WaitingFor, teams: readonly string[]): boolean {
  return wait.kind === "ask" && !teams.includes(teamOf(wait));
}

/** Of `risk.check_fraud`. */
function teamOf({ what }: WaitingFor): string {
  return what.split(".", 1)[0] ?? "";
}
