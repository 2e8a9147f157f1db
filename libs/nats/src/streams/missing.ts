import { managerOf, streamsOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { FLEET } from "./names.ts";
import { type TeamTopology, topologyOf } from "./topology.ts";

/** Streams, the fleet's own among them, and consumers that the teams want and the server has not, as `stream NAME` and `consumer STREAM/NAME`. */
export async function missingOf(link: Link, teams: readonly TeamTopology[]): Promise<string[]> {
  const names = teams.map(({ team }) => team);
  const there = await streamsOf(link, names);
  const missing: string[] = there.has(FLEET) ? [] : [`stream ${FLEET}`];
  for (const team of teams) {
    const { streams, consumers } = topologyOf(team, { replicas: 1 });
    for (const { name = "" } of streams) if (!there.has(name)) missing.push(`stream ${name}`);
    const stream = `TEAM_${team.team}`;
    const has = new Set<string>();
    if (there.has(stream)) for await (const { name } of (await managerOf(link, stream)).consumers.list(stream)) has.add(name);
    for (const { config } of consumers)
      if (!has.has(config.durable_name ?? "")) missing.push(`consumer ${stream}/${config.durable_name ?? ""}`);
  }
  return missing;
}
