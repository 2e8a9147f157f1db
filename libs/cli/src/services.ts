import { definedAgents, unlisted } from "@armada/agents";
import { ArmadaError, definedEvents } from "@armada/contracts";
import { sourcesOf } from "@armada/engine/inbound/queues";
import { FEDERATION } from "@armada/ledger";
import { loadServices, type Service, serviceNames } from "./project.ts";

const GATEWAY = "gateway";

/** The services that a list of names wants (all, where there is none), and the gateway where one of them listens to the outside. */
export async function servicesWith(only: string | undefined): Promise<readonly Service[]> {
  const named = await loadServices(only?.split(","));
  const listens = named.some(({ team }) => sourcesOf(team).has(GATEWAY));
  if (!listens || named.some(({ name }) => name === GATEWAY) || !(await serviceNames()).includes(GATEWAY)) return named;
  return loadServices([...named.map(({ name }) => name), GATEWAY]);
}

/** @throws ArmadaError `NOT_LISTED` where something is defined that no team lists: at start, because nothing would come of it */
export async function checkListed(services: readonly Service[]): Promise<void> {
  const teams = services.map(({ team }) => team);
  // A contract without a team is that of a team which is elsewhere: what it declares may be wanted there.
  const whole = [...(await serviceNames()), ...(await serviceNames("contract"))].every((name) => teams.some((team) => team.name === name));
  const [first, ...more] = unlisted(teams, { agents: definedAgents(), events: definedEvents(), whole });
  if (first === undefined) return;
  throw new ArmadaError("NOT_LISTED", [first, ...more].map(({ what }) => what).join("; "), {
    hint: [...new Set([first, ...more].map(({ hint }) => hint))].join("; "),
  });
}

/** The services of a mesh: with the one that grants the fleet's budget where there is a limit (`$8000/month`), else without. @throws ArmadaError `NO_SUCH_TEAM` */
export async function withFederation(services: readonly Service[], fleet: string | undefined): Promise<readonly Service[]> {
  if (fleet === undefined) return services.filter(({ name }) => name !== FEDERATION);
  return services.some(({ name }) => name === FEDERATION) ? services : [...services, ...(await loadServices([FEDERATION]))];
}
