import { asToken, shortHash } from "@armada/contracts";
import type { JournalData } from "./events.ts";
import type { RunState, WaitState } from "./state.ts";

/** Events of one type and id, as waits and facts name them. */
export function waitKey(type: string, id: string): string {
  return shortHash(type, asToken(id));
}

/** The route under which a wait is found by an arriving event. */
export function waitRoute(type: string, id: string): string {
  return `${type
    .toLowerCase()
    .split(".")
    .at(-1)
    ?.replaceAll(/[^a-z0-9_]/g, "_")}-${shortHash(id)}`;
}

/** A fact that a wait may take. `at`: when it arrived, ms since 1970; `seq`: where it stands in the team's stream. */
export type Arrival = { readonly key: string; readonly event: string; readonly seq: number; readonly at: number };

export type OpenWait = Extract<WaitState, { kind: "wait" }>;

/** What earlier generations of a run took, as its next one is told. */
export type Carried = NonNullable<JournalData["run.started"]["carried"]>;

/** So many ids and events a run remembers over its generations, unless said. */
const MAX_CARRIED = 1_000;

/** The run's open waits, the one made first in front; of a run that has ended none. */
export function openWaits({ waits, ended }: Pick<RunState, "waits" | "ended">): OpenWait[] {
  if (ended !== undefined) return [];
  return [...waits.values()].flatMap((wait) => (wait.kind === "wait" && wait.open ? [wait] : []));
}

/**
 * The first of `arrivals`, which are in order, that an open wait takes, and the wait. `among`: the waits, by call, for which they
 * were looked for; one that was set since may look further back, and does so itself.
 */
export function nextMet<A extends Arrival>(
  state: RunState,
  arrivals: readonly A[],
  among: ReadonlySet<number>,
): { wait: OpenWait; arrival: A } | undefined {
  const open = openWaits(state).filter(({ n }) => among.has(n));
  for (const arrival of arrivals) {
    const wait = open.find((one) => takes(state, one, arrival));
    if (wait !== undefined) return { wait, arrival };
  }
  return undefined;
}

/** Whether an open wait would take what arrived. */
export function takes(state: RunState, wait: OpenWait, arrival: Arrival): boolean {
  return waitKey(wait.data.type, wait.data.id) === arrival.key && looksAt(state, wait, arrival) && !isTaken(state, arrival);
}

/** The sequence up to which a wait has nothing to look at: what came before its run, what was passed, and what was forgotten. */
export function looksAfter(state: RunState, { data: { type, id, since } }: OpenWait): number {
  const forgot = state.carried?.forgot?.seq ?? 0;
  return since !== "" ? forgot : Math.max(forgot, state.after ?? 0, state.carried?.passed[waitKey(type, id)]?.seq ?? 0);
}

function looksAt(state: RunState, wait: OpenWait, { seq, at }: Arrival): boolean {
  if (seq <= looksAfter(state, wait)) return false;
  const { since } = wait.data;
  if (since !== "") return at >= Date.parse(since);
  return state.after !== undefined || at >= Date.parse(state.startedAt);
}

function isTaken({ taken, carried, after }: RunState, { key, event, seq }: Arrival): boolean {
  return taken.has(event) || (carried !== undefined && (Object.hasOwn(carried.events, event) || isPassed(carried.passed[key], after, seq)));
}

/** Whether all is taken where it stands: of its id, from the run's beginning up to the last that a wait from there took. */
function isPassed(passed: { readonly seq: number } | undefined, after: number | undefined, seq: number): boolean {
  return passed !== undefined && seq <= passed.seq && seq > (after ?? 0);
}

/**
 * What the next generation is told: of each id up to where all is taken since the run began, and single events beyond that. A wait
 * that looks from the beginning takes the first that is not taken, so with it everything up to there is. Of ids and events `most`
 * are kept.
 */
export function carriedOf(
  { carried, taken, after }: Pick<RunState, "carried" | "taken" | "after">,
  most: number = MAX_CARRIED,
): Carried | undefined {
  const passed = new Map(Object.entries(carried?.passed ?? {}));
  const events = new Map(Object.entries(carried?.events ?? {}));
  for (const [event, { key, seq, at, fromStart }] of taken)
    if (!fromStart) events.set(event, { key, seq, at });
    else if (seq > (passed.get(key)?.seq ?? 0)) passed.set(key, { seq, at });
  for (const [event, { key, seq }] of events) if (isPassed(passed.get(key), after, seq)) events.delete(event);
  if (passed.size + events.size === 0) return undefined;
  const oldest = [...passed.values(), ...events.values()].sort((a, b) => b.seq - a.seq)[most];
  if (oldest === undefined) return whole(passed, events, carried?.forgot);
  for (const all of [passed, events]) for (const [name, { seq }] of all) if (seq <= oldest.seq) all.delete(name);
  return whole(passed, events, { seq: oldest.seq, at: oldest.at });
}

function whole(
  passed: ReadonlyMap<string, Carried["passed"][string]>,
  events: ReadonlyMap<string, Carried["events"][string]>,
  forgot: Carried["forgot"],
): Carried {
  return { passed: Object.fromEntries(passed), events: Object.fromEntries(events), ...(forgot === undefined ? {} : { forgot }) };
}
