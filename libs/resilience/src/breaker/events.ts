import type { Endless } from "@armada/event-sourcing";
import { z } from "zod";

const instant = z.iso.datetime();
/** Who or what closed or opened it: the calls, a probe, or a person. */
const By = z.enum(["calls", "probe", "operator"]);

/**
 * A breaker as its events leave it. `since`: when it became so. `until`: where it is open, when a call may be tried; half open, when the
 * probe counts as lost; closed, until when its calls are not looked at. `opened`: how often it has.
 */
export const BreakerState = z.object({
  status: z.enum(["closed", "open", "half_open"]),
  since: instant.optional(),
  until: instant.optional(),
  why: z.string().optional(),
  by: By.optional(),
  probe: z.string().optional(),
  opened: z.int().min(0),
});
export type BreakerState = z.infer<typeof BreakerState>;

const schemas = {
  /** No call goes out until then. */
  opened: z.object({ at: instant, until: instant, why: z.string(), by: By }),
  /** One call goes out, for all replicas; whose it is. */
  probing: z.object({ at: instant, until: instant, probe: z.string() }),
  /** The probe came to nothing that says anything; another one may go out from then. */
  yielded: z.object({ at: instant, until: instant }),
  /** Calls go out. */
  closed: z.object({ at: instant, until: instant.optional(), why: z.string().optional(), by: By }),
} as const;

type Data = { readonly [K in keyof typeof schemas]: z.infer<(typeof schemas)[K]> };
/** What happens to a breaker, by type. */
export type BreakerEvent = { readonly [K in keyof Data]: { readonly type: K; readonly data: Data[K] } }[keyof Data];

const ENTITY = "call_breaker";

/** Where the breaker of a subject stands in a team's stream: `evt.<team>.call_breaker.<event>.<subject>.<version>`. `subject`: a token, as an agent's name. */
export function breakerOf(team: string, subject: string): Endless<BreakerState, BreakerEvent> {
  return {
    team,
    entity: ENTITY,
    id: subject,
    parseEvent: (type, data) => {
      if (!Object.hasOwn(schemas, type)) throw new Error(`a breaker has no event ${type}`);
      return { type, data: schemas[type as keyof Data].parse(data) } as BreakerEvent;
    },
    parseState: (data) => BreakerState.parse(data),
  };
}

/** All that happens to a team's breakers. */
export function breakersFilter(team: string): string {
  return `evt.${team}.${ENTITY}.>`;
}
