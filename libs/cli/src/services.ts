import { definedAgents, type Unlisted, unlisted } from "@armada/agents";
import { ArmadaError, definedEvents } from "@armada/contracts";
import { sourcesOf } from "@armada/engine/inbound/queues";
import { FEDERATION } from "@armada/ledger";
import { loadDefinitions, loadServices, type Service, serviceNames } from "./project.ts";

const GATEWAY = "gateway";

/** The services that a list of names wants (all, where there is none), and the gateway where one of them listens to the outside. */
export async function servicesWith(only: string | undefined): Promise<readonly Service[]> {
  const named = await loadServices(only?.split(","));
  const listens = named.some(({ team }) => sourcesOf(team).has(GATEWAY));
  if (!listens || named.some(({ name }) => name === GATEWAY) || !(await serviceNames()).includes(GATEWAY)) return named;
  return loadServices([...named.map(({ name }) => name), GATEWAY]);
}

/**
 * The same of those that can be loaded, and the names of the others. @throws ArmadaError `NO_SUCH_TEAM`, and `NOT_LISTED` where all
 * can be loaded: what a broken team lists is not known
 */
export async function servicesThatLoad(
  only: string | undefined,
): Promise<{ readonly services: readonly Service[]; readonly refused: readonly string[] }> {
  const definitions = await loadDefinitions(only?.split(","));
  const wanted = [...definitions.keys()];
  const isBroken = (name: string): boolean => "broken" in (definitions.get(name) ?? {});
  const refused = wanted.filter(isBroken);
  const services = refused.length === wanted.length ? [] : await servicesWith(wanted.filter((name) => !isBroken(name)).join());
  if (refused.length === 0) await checkListed(services);
  return { services, refused };
}

/** @throws ArmadaError `NOT_LISTED` where something is defined that no team lists: at start, because nothing would come of it */
export async function checkListed(services: readonly Service[]): Promise<void> {
  const teams = services.map(({ team }) => team);
  // A contract without a team is that of a team which is elsewhere: what it declares may be wanted there.
  const whole = [...(await serviceNames()), ...(await serviceNames("contract"))].every((name) => teams.some((team) => team.name === name));
  refuseUnlisted(unlisted(teams, { agents: definedAgents(), events: definedEvents(), whole }));
}

/** @throws ArmadaError `NOT_LISTED` where there is any */
export function refuseUnlisted([first, ...more]: readonly Unlisted[]): void {
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
