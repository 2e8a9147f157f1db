/** What one open run waits for: steps of its team's agents, and asks to other teams, by the id that the other's run has. */
export type WaitingRun = {
  readonly team: string;
  readonly run: string;
  readonly workflow: string;
  /** Names of agents of its own team. */
  readonly agents: readonly string[];
  readonly asks: readonly { readonly team: string; readonly run: string }[];
};

/**
 * The runs that wait for each subject, themselves or by what they asked: TEAM.AGENT, and TEAM for all that waits for any agent of it, or
 * asked it for a run that has not begun, or is not known.
 */
export function dependents(runs: readonly WaitingRun[]): ReadonlyMap<string, readonly WaitingRun[]> {
  // A run that goes on with the work of another has its id, and a generation.
  const byId = new Map(runs.map((one) => [idOf(one.team, one.run), one]));
  const known = new Map<WaitingRun, ReadonlySet<string>>();
  const subjectsOf = (one: WaitingRun): ReadonlySet<string> => {
    const before = known.get(one);
    if (before !== undefined) return before;
    const found = new Set(one.agents.flatMap((agent) => [one.team, `${one.team}.${agent}`]));
    known.set(one, found); // a circle ends where it began
    for (const { team, run } of one.asks) {
      const other = byId.get(idOf(team, run));
      for (const subject of other === undefined ? [team] : [team, ...subjectsOf(other)]) found.add(subject);
    }
    return found;
  };
  const all = new Map<string, WaitingRun[]>();
  for (const one of runs)
    for (const subject of subjectsOf(one)) {
      const waiting = all.get(subject);
      if (waiting === undefined) all.set(subject, [one]);
      else waiting.push(one);
    }
  return all;
}

function idOf(team: string, run: string): string {
  return `${team} ${run.replace(/~\d+$/, "")}`;
}
