import { factConsumer } from "../accounts/crossings.ts";
import { managerOf, streamsOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { FLEET } from "./names.ts";
import { type Source, type TeamTopology, topologyOf } from "./topology.ts";

/**
 * Streams, the fleet's own among them, consumers, those for other teams among them, and sources that the teams want and the server
 * has not, as `stream NAME`, `consumer STREAM/NAME` and `sources of STREAM`.
 */
export async function missingOf(link: Link, teams: readonly TeamTopology[]): Promise<string[]> {
  const walled = link.identity.walled === true;
  const names = teams.map(({ team }) => team);
  const there = await streamsOf(link, names);
  const missing: string[] = there.has(FLEET) ? [] : [`stream ${FLEET}`];
  for (const team of teams) {
    const { streams, consumers } = topologyOf(team, { replicas: 1, walled, copies: link.identity.givesCopies === true });
    for (const { name = "", sources = [] } of streams) {
      const now = there.get(name);
      if (now === undefined) missing.push(`stream ${name}`);
      else if (!sources.every((source) => isAmong(now.config.sources, source))) missing.push(`sources of ${name}`);
    }
    const stream = `TEAM_${team.team}`;
    const has = new Set<string>();
    if (there.has(stream)) for await (const { name } of (await managerOf(link, stream)).consumers.list(stream)) has.add(name);
    const wanted = [
      ...consumers.map(({ config }) => config.durable_name ?? ""),
      ...(walled && there.has(stream) ? takenFrom(team.team, teams) : []),
    ];
    for (const name of wanted) if (!has.has(name)) missing.push(`consumer ${stream}/${name}`);
  }
  return missing;
}

/** What an older build took in one account has no consumer of its own, and is seen to as that is taken over. */
function isAmong(there: readonly Source[] | undefined, wanted: Source): boolean {
  return (there ?? []).some(
    ({ name, filter_subject: filter, consumer }) =>
      name === wanted.name &&
      (consumer === undefined
        ? filter === wanted.filter_subject || wanted.consumer !== undefined
        : consumer.name === wanted.consumer?.name),
  );
}

/** The consumers by which the others take facts from a team across accounts. */
function takenFrom(giver: string, teams: readonly TeamTopology[]): string[] {
  return teams.flatMap(({ team, sources }) =>
    team === giver ? [] : (sources.get(giver) ?? []).map((filter) => factConsumer(giver, team, filter).name),
  );
}
