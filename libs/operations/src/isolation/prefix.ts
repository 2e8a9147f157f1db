import { ArmadaError, type TeamManifest } from "@armada/contracts";
import { nearest } from "@armada/runtime/config";

/** What can be isolated: the teams that were provisioned, and their agents as TEAM.AGENT. */
export function prefixesIn(manifests: ReadonlyMap<string, Pick<TeamManifest, "team" | "agents">>): readonly string[] {
  return [...manifests.values()].flatMap(({ team, agents }) => [team, ...agents.map(({ name }) => `${team}.${name}`)]).sort();
}

/** @throws ArmadaError `USAGE` where there is no such team or agent, naming the nearest */
export function checkPrefix(prefix: string, manifests: Parameters<typeof prefixesIn>[0]): string {
  const known = prefixesIn(manifests);
  if (known.includes(prefix)) return prefix;
  const near = nearest(known, prefix);
  throw new ArmadaError("USAGE", `${prefix} is no team and no agent of this mesh`, {
    hint: near === undefined ? "no team is provisioned here" : `TEAM or TEAM.AGENT; the nearest is ${near}`,
  });
}
