export { ledgerEventsIn, ledgerOf } from "./aggregate.ts";
export { type AsideCall, drawAside } from "./aside.ts";
export { type AskFleet, askFederation } from "./ask-federation.ts";
export { drawsFilter, drawsIn } from "./draw-log.ts";
export { BudgetExhausted, nameOf } from "./exhausted.ts";
export { FEDERATION, type FleetState, fleet, fleetOf, grantedToAll } from "./fleet.ts";
export { GrantAnswered, GrantAsked, grantsOf } from "./grants.ts";
export type { Reservation } from "./holding.ts";
export { GRACE_MS, type LedgerCommand, ledger, type Trade, type Want } from "./ledger.ts";
export {
  type AllLimits,
  type Block,
  type Drawn,
  type LedgerEvent,
  type LedgerState,
  parseLedgerEvent,
  type Settled,
  type Suspect,
} from "./ledger-events.ts";
export { type Limit, type Limits, level, parseFleetLimit, parseLimits, remaining } from "./limits.ts";
export { checkZone, endOf, localTime, type Period, periodOf, startOf } from "./periods.ts";
export { Purse, type PurseOptions } from "./purse.ts";
export { accountOf, highest, type Scope, type Standing, scopesOf, standingOf } from "./standing.ts";
