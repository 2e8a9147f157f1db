import { ArmadaError } from "@armada/contracts";
import { apart } from "../breakers/apart.ts";
import { openBreakers } from "../breakers/open.ts";
import { failingTogether } from "../cascade/look.ts";
import { hookTroubles } from "../hooks/hook-troubles.ts";
import { isolated } from "../isolation/look.ts";
import { lateSchedules } from "../schedules/late.ts";
import { externalTypes } from "./external-types.ts";
import { notLoaded } from "./not-loaded.ts";
import { parked } from "./parked.ts";
import { readModels } from "./read-models.ts";
import { queues, replicas } from "./replicas.ts";
import { room, streams, writable } from "./room.ts";
import { consumers, sources } from "./sources.ts";
import { stuckRuns } from "./stuck-runs.ts";
import type { Look, Looked, Trouble } from "./trouble.ts";

/** Everything that `health` and `doctor` look at, of each team. A new kind of trouble is a function more in this list. */
const looks: readonly Look[] = [
  notLoaded,
  externalTypes,
  hookTroubles,
  replicas,
  queues,
  consumers,
  sources,
  openBreakers,
  isolated,
  apart,
  failingTogether,
  parked,
  stuckRuns,
  readModels,
  lateSchedules,
  streams,
  room,
];

/** What is wrong with a team now. `reading`: nothing is appended, so whether its stream takes messages is not known. */
export async function troublesOf(about: Looked, reading = false): Promise<readonly Trouble[]> {
  return (await Promise.all([...looks, ...(reading ? [] : [writable])].map((look) => looked(look, about)))).flat();
}

/** What cannot be looked at is a trouble of its team, and takes no other team away. */
async function looked(look: Look, about: Looked): Promise<readonly Trouble[]> {
  try {
    return await look(about);
  } catch (error) {
    if (!(error instanceof ArmadaError)) throw error;
    const { code, message, hint } = error;
    return [{ code, message, ...(hint === undefined ? {} : { next: hint }) }];
  }
}
