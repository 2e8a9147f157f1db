import { setTimeout as sleep } from "node:timers/promises";
import { type Logger, type Message, matches } from "@armada/event-sourcing";
import type { Link } from "../connection/connect.ts";
import { sparing } from "../connection/sparing.ts";
import type { Where } from "../log/consume.ts";
import { endAtLeader, untilReached } from "../log/leader.ts";
import type { Take } from "../log/pull.ts";
import type { StreamIdentity } from "../log/stream-identity.ts";
import { nextMessages, type Stored } from "./next-messages.ts";

// A stream in another account is read by direct gets alone: nothing that makes a consumer crosses (accounts/crossings.ts).

const BATCH = 1_000;
/** How long after an empty answer the next one is asked for. */
const POLL_MS = 250;
/** How often it is looked which stream it is while nothing comes. */
const LOOK_MS = 2_000;
const RETRY_MS = 500;

/** What `follow` is asked for. */
type Following = {
  readonly link: Link;
  readonly stream: string;
  readonly identity: StreamIdentity;
  readonly where: Where;
  readonly take: Take;
  readonly handler: (message: Message) => void | Promise<void>;
  readonly signal: AbortSignal;
  readonly logger: Logger;
};

/** As `follow`, of a stream in another account. */
export async function followElsewhere({ link, stream, identity, where, take, handler, signal, logger }: Following): Promise<void> {
  const { warn } = sparing(logger);
  let last = where.from;
  let of = identity.known; // whose sequence `from` is
  let looked = Number.NEGATIVE_INFINITY;
  while (!signal.aborted && !link.connection.isClosed()) {
    try {
      const { messages, pending } = await nextMessages(link, stream, { filter: oneOf(where.filters), from: last }, BATCH);
      if (messages.length > 0 || performance.now() - looked > LOOK_MS) {
        await identity.look();
        looked = performance.now();
        if (of !== undefined && of !== identity.known) last = 0;
        const another = of !== undefined && of !== identity.known;
        of = identity.known;
        if (another) continue;
      }
      for (const stored of messages) {
        if (signal.aborted) return;
        const message = isMeant(stored, where.filters) ? await taken(stored, take) : undefined;
        if (message !== undefined) await handler(message);
        last = stored.seq;
      }
      if (pending === 0) await sleep(POLL_MS, undefined, { signal, ref: false }).catch(() => undefined); // the signal is looked at
    } catch (error) {
      if (signal.aborted || link.connection.isClosed()) break;
      warn(`following ${stream} is interrupted: ${error instanceof Error ? error.message : String(error)}`);
      await sleep(RETRY_MS, undefined, { ref: false });
    }
  }
}

/** As `scan`, of a stream in another account. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function scanElsewhere(
  link: Link,
  stream: string,
  where: Where,
  take: Take,
  handler: (message: Message) => void,
): Promise<number> {
  let last = where.from;
  let end: number | undefined;
  for (let looks = 0; ; ) {
    const { messages, pending } = await nextMessages(link, stream, { filter: oneOf(where.filters), from: last }, BATCH);
    for (const stored of messages) {
      const message = isMeant(stored, where.filters) ? await taken(stored, take) : undefined;
      if (message !== undefined) handler(message);
      last = stored.seq;
    }
    if (pending > 0 && messages.length > 0) continue;
    end ??= await endAtLeader(link, stream, where.filters);
    if (last >= end) return last;
    await untilReached(stream, end, looks++);
  }
}

async function taken({ subject, seq, time, message }: Stored, take: Take): Promise<Message | undefined> {
  return take(subject, seq, time, message, true);
}

/** A direct get knows one filter, and two of them, each answered by another replica, would not be in order. */
function oneOf(filters: readonly string[]): string {
  const [only] = filters;
  return filters.length === 1 && only !== undefined ? only : ">";
}

function isMeant({ subject }: Stored, filters: readonly string[]): boolean {
  return filters.length === 1 || filters.some((filter) => matches(filter, subject));
}
