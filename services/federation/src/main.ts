import { serve, systemClock, systemRandom } from "@armada/runtime";
import { fleetBudget } from "./budget.ts";
import team from "./team.ts";

await serve(team, undefined, ({ ports, config }) => [
  fleetBudget({ log: ports.log, clock: systemClock, random: systemRandom }, config.budgets.fleet),
]);
