/**
 * Who may spend how much. A call's money goes this way:
 *
 *     a block of the limit ─► a lease on it ─► a reservation ─► drawn (on record) ─► settled, or suspected and cleared
 *     team-ledger/            replica/lease     a call's ceiling   replica/draw-log     the ledger, grouped
 *
 * `team-ledger` decides over one month of one team, as events; `fleet-ledger` grants a team more of what the fleet may spend;
 * `replica` is what one process holds of both. Nothing is sent that is not covered by a lease, and a lease that ends unheard is
 * settled from what its draws say.
 */
export { BudgetExhausted, nameOf } from "./exhausted.ts";
export { type AskFleet, askFederation } from "./fleet-ledger/ask-federation.ts";
export { FEDERATION, type FleetState, fleet, fleetOf, grantedToAll } from "./fleet-ledger/fleet.ts";
export { grantsOf } from "./fleet-ledger/grants.ts";
export { type Limit, type Limits, level, parseFleetLimit, parseLimits, remaining } from "./limits.ts";
export { checkZone, endOf, localTime, type Period, periodOf, startOf } from "./periods.ts";
export { BudgetClient, type BudgetClientOptions, type Concluded } from "./replica/budget-client.ts";
export { drawsFilter, drawsIn } from "./replica/draw-log.ts";
export type { Reservation } from "./replica/lease.ts";
export { drawOutside, type OutsideCall } from "./replica/outside-call.ts";
export { ledgerEventsIn, ledgerOf } from "./team-ledger/aggregate.ts";
export {
  type AllLimits,
  type Block,
  type Drawn,
  type LedgerEvent,
  type LedgerState,
  parseLedgerEvent,
  type Settled,
  type Suspect,
} from "./team-ledger/events.ts";
export { GRACE_MS, type LedgerCommand, ledger, type Trade, type Want } from "./team-ledger/ledger.ts";
export { accountOf, highest, type LimitUsage, limitUsageOf, type Scope, scopesOf } from "./team-ledger/limit-usage.ts";
