import { setTimeout as sleep } from "node:timers/promises";
import type { Logger } from "@armada/event-sourcing";
import { adjustRoom, type Link, type Room } from "@armada/nats";

const EVERY_MS = 10_000;

/** While a mesh runs, its streams' bounds follow what is free: other files come and go. Ends with the signal. */
export async function keepRoom(link: Link, room: () => Promise<Room>, logger: Logger, signal: AbortSignal): Promise<void> {
  for (let failed = false; !signal.aborted; ) {
    try {
      await adjustRoom(link, await room());
      failed = false;
    } catch (error) {
      if (!failed && !signal.aborted)
        logger.warn(`the streams' room is not adjusted: ${error instanceof Error ? error.message : String(error)}`);
      failed = true;
    }
    await sleep(EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined); // the signal is looked at above
  }
}
