import type { Decider, Endless } from "@armada/event-sourcing";
import { z } from "zod";

/** So many subjects that fail together are a cascade. */
export const TOGETHER = 3;

const instant = z.iso.datetime();
const subjects = z.array(z.string()).readonly();

/** Whether three or more fail together, since when, and which did when that began; `times`: how often it has. */
export const CascadeState = z.object({ together: z.boolean(), since: instant.optional(), subjects, times: z.int().min(0) });
export type CascadeState = z.infer<typeof CascadeState>;

const schemas = {
  /** Three or more fail. */
  began: z.object({ at: instant, subjects }),
  /** Fewer do; those that still fail. */
  ended: z.object({ at: instant, subjects }),
} as const;

type Data = { readonly [K in keyof typeof schemas]: z.infer<(typeof schemas)[K]> };
export type CascadeEvent = { readonly [K in keyof Data]: { readonly type: K; readonly data: Data[K] } }[keyof Data];

/** What fails at `at`, ms since 1970: TEAM or TEAM.AGENT. */
export type CascadeCommand = { readonly at: number; readonly failing: readonly string[] };

/** One event as a cascade begins, and one as it ends: whoever looks, and however often. */
export const cascade: Decider<CascadeState, CascadeCommand, CascadeEvent> = {
  initial: () => ({ together: false, subjects: [], times: 0 }),
  evolve: ({ times }, { type, data }) =>
    type === "began"
      ? { together: true, since: data.at, subjects: data.subjects, times: times + 1 }
      : { together: false, since: data.at, subjects: data.subjects, times },
  decide: ({ at, failing }, { together }) => {
    if (failing.length >= TOGETHER === together) return [];
    const data = { at: new Date(at).toISOString(), subjects: [...failing].sort() };
    return [{ type: together ? "ended" : "began", data }];
  },
};

/** Where it stands in the stream of the team that reads all others: `evt.<team>.fleet_cascade.<event>.fleet.<version>`. */
export function cascadeAt(team: string): Endless<CascadeState, CascadeEvent> {
  return {
    team,
    entity: "fleet_cascade",
    id: "fleet",
    parseEvent: (type, data) => {
      if (!Object.hasOwn(schemas, type)) throw new Error(`a cascade has no event ${type}`);
      return { type, data: schemas[type as keyof Data].parse(data) } as CascadeEvent;
    },
    parseState: (data) => CascadeState.parse(data),
  };
}
