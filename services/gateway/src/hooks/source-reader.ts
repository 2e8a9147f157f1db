import { setTimeout as sleep } from "node:timers/promises";
import type { Log, Message } from "@armada/event-sourcing";
import type { Source } from "@armada/operations/hooks/choice";
import type { Held, Mark } from "@armada/operations/hooks/hook-state";
import type { Turns } from "../reading/turns.ts";
import { itemOf } from "./outgoing.ts";

/** What is read in one piece: so little that who writes does not feel it. */
const PAGE = { messages: 64, bytes: 256 * 1024 };
/** So many looks in a row, so far apart, that what a replica does not have is believed to be gone. */
const SURE = 4;
const AGAIN_MS = 250;

/** Streams of the teams, read for others. */
export type StreamReads = {
  readonly log: (team: string) => Pick<Log, "page">;
  /** The sequence after which all messages were stored at or after a time, ms since 1970. */
  readonly sequenceAt: (team: string, time: number) => Promise<number>;
  readonly turns: Turns;
};

/** What came behind a mark, and whether there is no more; `replaced`: the stream is another one than the mark is of. */
export type Read =
  | { readonly kind: "read"; readonly messages: readonly Message[]; readonly whole: boolean }
  | { readonly kind: "replaced" };

/** At most `room` of what a source has behind a mark. @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING` */
export async function readBehind(reads: StreamReads, { team, filter }: Source, { time, seq, known }: Mark, room: number): Promise<Read> {
  const most = { ...PAGE, messages: Math.min(PAGE.messages, room) + 1 };
  const page = (from: number): ReturnType<Log["page"]> => reads.turns.take(() => reads.log(team).page(filter, from, most));
  if (seq === undefined) {
    const { messages, whole } = await page(time === 0 ? 0 : await reads.sequenceAt(team, time));
    return { kind: "read", messages, whole };
  }
  // It begins with the message of the mark: a stream under the same name may be another one by now.
  for (let looks = 1; ; looks++) {
    const { messages, whole } = await page(seq - 1);
    const [first, ...behind] = messages;
    if (first?.seq === seq && first.envelopes[0]?.id === known) return { kind: "read", messages: behind, whole };
    if (looks === SURE) return { kind: "replaced" };
    await sleep(AGAIN_MS);
  }
}

/** The first that a held key waits with; undefined where none is there any more. @throws ArmadaError `LOG_UNAVAILABLE`, `STREAM_MISSING` */
export async function firstHeld(reads: StreamReads, source: Source, { key, after, last }: Held): Promise<Message | undefined> {
  const log = reads.log(source.team);
  for (let looks = 1; looks <= SURE; looks++) {
    for (let from = after, more = true; more; ) {
      const { messages, upTo, whole } = await reads.turns.take(() => log.page(key, from, PAGE));
      const found = messages.find((message) => message.seq <= last && itemOf(source, message).wanted);
      if (found !== undefined) return found;
      more = !whole && upTo > from && upTo < last;
      from = upTo;
    }
    await sleep(AGAIN_MS);
  }
  return undefined;
}
