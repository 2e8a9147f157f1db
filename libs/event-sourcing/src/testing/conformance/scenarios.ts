import type { TeamWants } from "./adapter.ts";
import { appending } from "./appending.ts";
import { crossing, SOURCED } from "./crossing.ts";
import { deciding } from "./deciding.ts";
import { following } from "./following.ts";
import { lasting } from "./lasting.ts";
import { pausing } from "./pausing.ts";
import { reading } from "./reading.ts";
import { registering } from "./registering.ts";
import { REMADE, remaking } from "./remaking.ts";
import { restarting } from "./restarting.ts";
import type { Scenario } from "./scenario.ts";
import { storing } from "./storing.ts";
import { telling } from "./telling.ts";
import { timing } from "./timing.ts";
import { working } from "./working.ts";

/** All that every adapter of the ports must do. Those that wait for long stand together; the last takes the log away from under the others. */
export const SCENARIOS: readonly Scenario[] = [
  ...appending,
  ...deciding,
  ...reading,
  ...following,
  ...working,
  ...pausing,
  ...timing,
  ...crossing,
  ...storing,
  ...registering,
  ...telling,
  ...remaking,
  ...lasting,
  ...restarting,
];

/** The teams and queues that the scenarios live on. */
export const WANTS: readonly TeamWants[] = [
  { team: "alpha", queues: SCENARIOS.flatMap((scenario) => scenario.queues ?? []), sources: new Map() },
  { team: "beta", queues: [], sources: SOURCED },
  ...REMADE,
];
