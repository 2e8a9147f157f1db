import { serve, systemRandom } from "@armada/runtime";
import { fleetBudget } from "./budget.ts";
import team from "./team.ts";

await serve(team, undefined, ({ ports, clock, config }) => [
  fleetBudget({ log: ports.log, clock, random: systemRandom }, config.budgets.fleet),
]);
