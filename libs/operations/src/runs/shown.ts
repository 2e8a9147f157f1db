import type { Isolation } from "@armada/contracts";
import {
  type ObjectRef,
  type RunView,
  type ServedQueue,
  shownAsReached,
  shownAsServed,
  viewOf,
  withShown,
  withValues,
} from "@armada/engine/reading";
import type { Log, Objects } from "@armada/event-sourcing";
import { shownAsIsolated } from "../isolation/shown.ts";
import type { FoundRun } from "./find.ts";
import { shownAsPaused } from "./paused.ts";

/**
 * A run as it is shown: with what its approvals show, whether somebody serves what it waits for, and whether calls of that pause or are isolated, its input, and its
 * output once it has ended.
 * `teams`: those that are here.
 */
export async function shownRun(
  { team, run, state }: Pick<FoundRun, "team" | "run" | "state">,
  {
    queues,
    objects,
    log,
    isolations,
  }: {
    readonly queues: (team: string) => Promise<readonly ServedQueue[]>;
    readonly objects: Pick<Objects, "get">;
    readonly log: (team: string) => Pick<Log, "last">;
    /** Absent where a reader knows of none. */
    readonly isolations?: () => ReadonlyMap<string, Isolation>;
  },
  teams: readonly string[],
): Promise<RunView & { readonly input?: unknown; readonly output?: unknown }> {
  const read = (ref: ObjectRef): Promise<Uint8Array> => objects.get(ref.$object, ref.team);
  const served = shownAsServed(viewOf(team, run, state), await queues(team));
  const paused = await shownAsPaused(shownAsIsolated(served, isolations?.() ?? new Map(), Date.now()), log(team));
  const view = await withShown(shownAsReached(paused, teams), read);
  return withValues(view, state, read);
}
