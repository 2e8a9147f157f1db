import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Logger } from "@armada/event-sourcing";
import { type Link, missingOf, provision, type Room, type TeamTopology } from "@armada/nats";

/** What is taken away, or wanted anew, is there again within three of these. */
const EVERY_MS = 5_000;

/**
 * While a mesh runs, streams and consumers that are no longer there are made again, and said: one that was deleted, or all of
 * them, where the server's folder was emptied. What `teams` wants and did not before is made as well: a service that starts
 * with other code has other queues. Ends with the signal.
 */
export async function keepStreams(
  link: Link,
  teams: () => readonly TeamTopology[],
  room: () => Promise<Room>,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  let made = teams();
  for (let failed = ""; !signal.aborted; ) {
    try {
      const wanted = teams();
      const changed = !isDeepStrictEqual(wanted, made);
      const missing = await missingOf(link, wanted);
      if (missing.length > 0)
        logger.warn(`${changed ? "made, for a team's code has changed" : "made again, for it was no longer there"}: ${missing.join(", ")}`);
      if (changed || missing.length > 0) await provision(link, wanted, { replicas: 1, room: await room() });
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
