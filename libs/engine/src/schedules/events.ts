import type { Endless } from "@armada/event-sourcing";
import { z } from "zod";

const instant = z.iso.datetime();
const Plan = z.object({ cron: z.string(), zone: z.string(), next: instant.optional() });

/**
 * A schedule as its events leave it. `next`: the first firing of which nothing is decided yet; `last`: the last that started a run;
 * `passed`: how many missed ones started none. Instants are ISO-8601 UTC.
 */
export const ScheduleState = Plan.extend({
  /** Whether its team has it. */
  listed: z.boolean(),
  last: instant.optional(),
  passed: z.number().int().min(0),
  /** More were passed over than was counted. */
  uncounted: z.literal(true).optional(),
});
export type ScheduleState = z.infer<typeof ScheduleState>;

const schemas = {
  /** From here on it fires by this expression and zone. */
  planned: Plan,
  /** Each of `firings` starts a run, and `passed` missed ones start none. */
  fired: z.object({
    firings: z.array(instant),
    passed: z.number().int().min(0),
    uncounted: z.literal(true).optional(),
    next: instant.optional(),
  }),
  /** Its team has it no longer. */
  removed: z.object({}),
} as const;

type Data = { readonly [K in keyof typeof schemas]: z.infer<(typeof schemas)[K]> };
/** What happens to a schedule, by type. */
export type ScheduleEvent = { readonly [K in keyof Data]: { readonly type: K; readonly data: Data[K] } }[keyof Data];

const ENTITY = "run_schedule";

/** Where a schedule stands in its team's stream: `evt.<team>.run_schedule.<event>.<name>.<version>`. */
export function scheduleOf(team: string, name: string): Endless<ScheduleState, ScheduleEvent> {
  return {
    team,
    entity: ENTITY,
    id: name,
    parseEvent: (type, data) => {
      if (!Object.hasOwn(schemas, type)) throw new Error(`a schedule has no event ${type}`);
      return { type, data: schemas[type as keyof Data].parse(data) } as ScheduleEvent;
    },
    parseState: (data) => ScheduleState.parse(data),
  };
}

/** The message of a schedule's version. */
export function scheduleVersion(team: string, name: string, version: number): string {
  return `evt.${team}.${ENTITY}.*.${name}.${version}`;
}

const TIMER = /^([a-z][a-z0-9_]{0,47})~0$/;

/** What stands in a schedule's timers where others have their run: like a generation of one, so that no run is ever called so. */
export function timerName(name: string): string {
  return `${name}~0`;
}

/** The schedule that a timer is of; undefined where it is a run's. */
export function scheduleIn(run: string): string | undefined {
  return TIMER.exec(run)?.[1];
}
