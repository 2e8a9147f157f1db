export { ledgerOf } from "./aggregate.ts";
export { type AsideCall, drawAside } from "./aside.ts";
export { BudgetExhausted, nameOf } from "./exhausted.ts";
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
export { type Limit, type Limits, level, parseLimits, remaining } from "./limits.ts";
export { checkZone, endOf, localTime, type Period, periodOf, startOf } from "./periods.ts";
export { Purse, type PurseOptions } from "./purse.ts";
export { accountOf, highest, type Scope, type Standing, scopesOf, standingOf } from "./standing.ts";
