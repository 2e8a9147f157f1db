import type { TeamManifest } from "@armada/contracts";
import { type ScheduleState, scheduleOf } from "@armada/engine/schedules/events";
import { isPlanned, schedule } from "@armada/engine/schedules/schedule";
import { type Log, loadEndless } from "@armada/event-sourcing";

/**
 * A schedule of a team, as its manifest and the log have it. `next` and `last` are ISO-8601 UTC: the first firing of which nothing is
 * decided yet, and the last that started a run; `passed`: missed firings that started none, and `uncounted` where there were more.
 * `planned`: whether a replica has planned it as the manifest says it.
 */
export type ListedSchedule = NonNullable<TeamManifest["schedules"]>[number] & {
  readonly team: string;
  readonly planned: boolean;
} & Pick<ScheduleState, "next" | "last" | "passed" | "uncounted">;

/** The schedules of a team. @throws ArmadaError `LOG_UNAVAILABLE`, `STATE_UNREADABLE` */
export async function schedulesOf(
  log: Pick<Log, "last">,
  { team, schedules = [] }: Pick<TeamManifest, "team" | "schedules">,
): Promise<readonly ListedSchedule[]> {
  return Promise.all(
    schedules.map(async (said) => {
      const { state } = await loadEndless(log, schedule, scheduleOf(team, said.name));
      const { next, last, passed, uncounted } = state;
      return {
        team,
        ...said,
        planned: isPlanned(state, said),
        passed,
        ...(next === undefined ? {} : { next }),
        ...(last === undefined ? {} : { last }),
        ...(uncounted === undefined ? {} : { uncounted }),
      };
    }),
  );
}
