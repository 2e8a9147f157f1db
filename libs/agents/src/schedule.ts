import { ArmadaError, isName } from "@armada/contracts";
import { localTime } from "@armada/ledger/periods";
import type { Firing, MissedPolicy, Schedule, Team, Workflow } from "./define.ts";
import { sampleFiring, timetableFault } from "./firings.ts";

const POLICIES: Readonly<Record<MissedPolicy, true>> = { skip: true, once: true, all: true };

/**
 * A schedule: `every("0 9 * * 1-5", { zone: "Europe/Berlin" }).start(report, ({ local }) => ({ day: local.slice(0, 10) }))`. The
 * expression has 5 fields, or 6 with the seconds first. Each firing starts one run, whatever is killed meanwhile.
 */
export function every(
  cron: string,
  options: {
    /** By whose clocks, as the IANA database names it; `UTC` unless said. */
    zone?: string;
    /** What becomes of firings that are over a minute late: none is made up for (`skip`), the last (`once`, unless said), up to 1,000 (`all`). */
    missed?: MissedPolicy;
    /** The workflow's unless said. What has fired is remembered under it, so it stays as the expression changes. */
    name?: string;
  } = {},
): {
  /** `input`: the workflow's, or what makes it of a firing: a pure function, which is tried as the team is made. */
  start<I>(target: Workflow<I, unknown>, input: NoInfer<I> | ((firing: Firing) => NoInfer<I>)): Schedule;
} {
  const { zone = "UTC", missed = "once", name } = options;
  return {
    start: (target, input) => ({
      kind: "schedule",
      name: name ?? target.name,
      cron,
      zone,
      missed,
      workflow: target as unknown as Workflow,
      input: typeof input === "function" ? (input as (firing: Firing) => unknown) : () => input,
    }),
  };
}

/** A firing as an input is made of it; `at` in ms since 1970. */
export function firingAt({ zone }: Pick<Schedule, "zone">, at: number): Firing {
  return { planned: new Date(at).toISOString(), local: localTime(at, zone) };
}

/** What is wrong with a team's schedules, each by itself. */
export function* scheduleFaults({
  name: team,
  schedules,
  workflows,
}: Pick<Team, "name" | "schedules" | "workflows">): Generator<ArmadaError> {
  for (const schedule of schedules) {
    const { name, missed, workflow } = schedule;
    const where = `team ${team}: the schedule ${JSON.stringify(name)} of ${workflow.name}`;
    if (!isName(name))
      yield new ArmadaError("BAD_NAME", `${where} has no legal name`, {
        hint: "use a small letter, then at most 47 small letters, digits or _",
      });
    if (!Object.hasOwn(POLICIES, missed))
      yield new ArmadaError("BAD_SCHEDULE", `${where}: missed is ${JSON.stringify(missed)}`, {
        hint: `there are ${Object.keys(POLICIES).join(", ")}`,
      });
    const fault = timetableFault(schedule);
    const why = fault === undefined ? misfit(schedule, workflows) : undefined;
    if (fault !== undefined) yield new ArmadaError("BAD_SCHEDULE", `${where}: ${fault.why}`, { hint: fault.hint });
    if (why !== undefined)
      yield new ArmadaError("INPUT_INVALID", `${where} gives an input that does not fit: ${why}`, {
        hint: "give what the workflow takes, or a function of the firing that makes it",
      });
  }
}

/** Why the version that takes its runs does not take the input of some firing; undefined where it does. */
function misfit(schedule: Schedule, workflows: readonly Workflow[]): string | undefined {
  const { name } = schedule.workflow;
  const [newest] = workflows.filter((listed) => listed.name === name).sort((a, b) => b.version - a.version);
  const at = sampleFiring(schedule);
  if (newest === undefined || at === undefined) return undefined; // which is told by itself
  try {
    const parsed = newest.input.safeParse(schedule.input(firingAt(schedule, at)));
    if (parsed.success) return undefined;
    return parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`)).join("; ");
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
