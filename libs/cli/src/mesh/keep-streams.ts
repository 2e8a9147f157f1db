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
 * want and did not before is made as well: a service that starts with other code has other queues. What a team from elsewhere
 * lacks has to be missing twice in a row: whoever provisions it tells the fleet of it before it is made. Where each team has an
 * account, all that the fleet knows of are provisioned once. Ends with the signal.
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
  const fromElsewhere = (own: readonly TeamManifest[]): readonly TeamManifest[] =>
    [...fleet.teams.values()].filter(({ team }) => !own.some((one) => one.team === team));
  let made = manifests();
  /** What teams from elsewhere lacked at the look before. */
  let lacked: readonly string[] = [];
  /** What a team from elsewhere had in one account takes no facts in its own; `up` sees to those alone that run here. */
  let oneAccount = link.identity.walled === true;
  for (let failed = ""; !signal.aborted; ) {
    try {
      const wanted = manifests();
      const changed = !isDeepStrictEqual(wanted, made);
      const elsewhere = fromElsewhere(wanted);
      const own = await missingOf(link, wanted.map(topologyIn));
      const theirs = elsewhere.length === 0 ? [] : await missingOf(link, elsewhere.map(topologyIn));
      const missing = lost(own, theirs, lacked);
      lacked = theirs;
      const unsaid = [...fleet.entries.keys()].some((name) => !fleet.stored.has(name));
      if (changed || unsaid || oneAccount || missing.length > 0) {
        const space = await room();
        // A team that was removed meanwhile stays so.
        await fleet.caughtUpIfThere();
        const known = [...manifests(), ...fromElsewhere(manifests())];
        const changes = await provisionTeams(link, fleet, known, { access, replicas: 1, room: space });
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

/** What is to be made again, of what is missing of the `own` teams and of those from elsewhere, `theirs`. `lacked`: of theirs at the look before. */
export function lost(own: readonly string[], theirs: readonly string[], lacked: readonly string[]): string[] {
  return [...new Set([...own, ...theirs.filter((one) => lacked.includes(one))])];
}
