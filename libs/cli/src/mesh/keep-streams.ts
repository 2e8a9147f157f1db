import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { TeamManifest } from "@armada/contracts";
import type { Logger } from "@armada/event-sourcing";
import { type Access, type Fleet, type Link, missingOf, provisionTeams, type Room, topologyIn } from "@armada/nats";

/** What is taken away, or wanted anew, is there again within three of these. */
const EVERY_MS = 5_000;

/**
 * While a mesh runs, streams and consumers that are no longer there are made again, and said: one that was deleted, or all of
 * them, where the server's folder was emptied; and what the fleet's stream does not say any more is said again. What `manifests`
 * want and did not before is made as well: a service that starts with other code has other queues. Where each team has an account,
 * all that the fleet knows of are provisioned once. Ends with the signal.
 */
export async function keepStreams(
  link: Link,
  about: {
    readonly fleet: Fleet;
    readonly access: Access;
    readonly manifests: () => readonly TeamManifest[];
    readonly room: () => Promise<Room>;
    readonly logger: Logger;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { fleet, access, manifests, room, logger, signal } = about;
  /** What runs here, and what was provisioned from elsewhere. */
  const known = (): readonly TeamManifest[] => {
    const own = manifests();
    return [...own, ...[...fleet.teams.values()].filter(({ team }) => !own.some((one) => one.team === team))];
  };
  let made = manifests();
  /** What a team from elsewhere had in one account takes no facts in its own; `up` sees to those alone that run here. */
  let oneAccount = link.identity.walled === true;
  for (let failed = ""; !signal.aborted; ) {
    try {
      const wanted = manifests();
      const changed = !isDeepStrictEqual(wanted, made);
      const missing = await missingOf(link, known().map(topologyIn));
      const unsaid = [...fleet.entries.keys()].some((name) => !fleet.stored.has(name));
      if (changed || unsaid || oneAccount || missing.length > 0) {
        const space = await room();
        // A team that was removed meanwhile stays so.
        await fleet.caughtUpIfThere();
        const changes = await provisionTeams(link, fleet, known(), { access, replicas: 1, room: space });
        const across = oneAccount ? changes.filter(({ why = "" }) => why.split(", ").includes("sources")).map(({ what }) => what) : [];
        if (across.length > 0) logger.warn(`facts come across accounts now: ${across.join(", ")}`);
        oneAccount = false;
      }
      if (missing.length > 0)
        logger.warn(`${changed ? "made, for a team's code has changed" : "made again, for it was no longer there"}: ${missing.join(", ")}`);
      made = wanted;
      failed = "";
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      if (why !== failed && !signal.aborted) logger.warn(`what is missing of the streams is not made again: ${why}`);
      failed = why;
    }
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined); // the signal is looked at above
  }
}
