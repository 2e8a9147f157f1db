import { type Amount, covers, minus, NOTHING, plus } from "@armada/contracts";
import type { Decider, Endless } from "@armada/event-sourcing";
import { z } from "zod";
import { grantAhead, least } from "../grant-ahead.ts";
import { type Limit, remaining } from "../limits.ts";
import { Amount as AmountSchema, Limit as LimitSchema } from "../team-ledger/events.ts";

const Granted = z.object({ team: z.string(), amount: AmountSchema });
const Limited = z.object({ limit: LimitSchema });

export type FleetEvent =
  | { readonly type: "limited"; readonly data: z.infer<typeof Limited> }
  /** What the team may spend in the month in all. */
  | { readonly type: "granted"; readonly data: z.infer<typeof Granted> };

/** The fleet's budget of a month as its events leave it: what all teams may spend together, and what each was granted in all. Micro-dollars and tokens. */
const FleetState = z.object({ limit: LimitSchema, granted: z.record(z.string(), AmountSchema) });
export type FleetState = z.infer<typeof FleetState>;

/** A team wants to be able to spend `wants` in all, and would take `ahead` more where there is plenty. */
export type FleetCommand = {
  readonly type: "grant";
  readonly team: string;
  readonly wants: Amount;
  readonly ahead: Amount;
  /** The fleet's, as it is configured now. */
  readonly limit: Limit;
};

/**
 * What all teams together may spend in a month. A team gets all of what it wants or nothing: who needs less may still get
 * it. Grants together never go over the limit; one that was lowered below them grants nothing more.
 */
export const fleet: Decider<FleetState, FleetCommand, FleetEvent> = {
  initial: () => ({ limit: {}, granted: {} }),
  evolve: (state, event) => {
    switch (event.type) {
      case "limited":
        return { ...state, limit: event.data.limit };
      case "granted":
        return { ...state, granted: { ...state.granted, [event.data.team]: event.data.amount } };
      default:
        return event satisfies never;
    }
  },
  decide: ({ team, wants, ahead, limit }, state) => {
    const events: FleetEvent[] =
      limit.micros === state.limit.micros && limit.tokens === state.limit.tokens ? [] : [{ type: "limited", data: { limit } }];
    const has = grantedTo(state, team);
    if (covers(has, wants)) return events;
    const more: Amount = { micros: Math.max(0, wants.micros - has.micros), tokens: Math.max(0, wants.tokens - has.tokens) };
    const left = remaining(limit, grantedToAll(state));
    if (!covers(left, more)) return events;
    const amount = plus(has, plus(more, least(ahead, grantAhead(minus(left, more)))));
    return [...events, { type: "granted", data: { team, amount } }];
  },
};

export function grantedTo({ granted }: FleetState, team: string): Amount {
  return (Object.hasOwn(granted, team) ? granted[team] : undefined) ?? NOTHING;
}

/** What all teams together were granted in the month: micro-dollars and tokens, zero before the first grant. */
export function grantedToAll({ granted }: FleetState): Amount {
  return Object.values(granted).reduce(plus, NOTHING);
}

/** The team that grants; it does nothing else. */
export const FEDERATION = "federation";

/** Where the fleet's budget of a month (`2026-11`) stands: `evt.federation.fleet.<event>.<month>.<version>`. */
export function fleetOf(month: string): Endless<FleetState, FleetEvent> {
  return { team: FEDERATION, entity: "fleet", id: month, parseEvent, parseState: (data) => FleetState.parse(data) };
}

function parseEvent(type: string, data: unknown): FleetEvent {
  switch (type) {
    case "limited":
      return { type, data: Limited.parse(data) };
    case "granted":
      return { type, data: Granted.parse(data) };
    default:
      throw new Error(`the fleet's budget has no event ${type}`);
  }
}
