import { isLeftOut } from "../health/replicas.ts";
import type { Look } from "../health/trouble.ts";
import { schedulesOf } from "./list.ts";

/** What a killed replica held goes to another sooner, and that is no trouble yet. */
const LATE_MS = 90_000;

/** Schedules of which a firing is due that nobody has started: no replica is there, or the team's stream has no room. */
export const lateSchedules: Look = async (about) => {
  const { session, now } = about;
  const { name, manifest } = about.team;
  if (isLeftOut(about) || manifest?.schedules === undefined || manifest.schedules.length === 0) return [];
  const all = await schedulesOf(session.log(name), manifest);
  return all.flatMap(({ name: schedule, next, missed }) => {
    if (next === undefined || now - Date.parse(next) < LATE_MS) return [];
    return [
      {
        code: "SCHEDULE_LATE",
        message: `the schedule ${schedule} of ${name} was to fire at ${next}, and has not`,
        next: `are its replicas up, and has its stream room? What it misses comes by its policy: ${missed}`,
      },
    ];
  });
};
