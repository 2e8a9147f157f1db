import { isElsewhere } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { dismiss, ephemeral } from "../log/consume.ts";
import { streamInfo } from "../log/stream-identity.ts";
import { nextMessages } from "./next-messages.ts";

/** How many messages match one of the filters, none of which overlap, after sequence `from`; nothing of them is read. @throws ArmadaError `LOG_UNAVAILABLE` */
export async function pendingAfter(link: Link, stream: string, filters: readonly string[], from: number): Promise<number> {
  if (isElsewhere(link, stream)) {
    const each = await Promise.all(filters.map((filter) => nextMessages(link, stream, { filter, from }, 1)));
    return each.reduce((sum, { messages, pending }) => sum + messages.length + pending, 0);
  }
  const consumer = await ephemeral(link, stream, { filters, from });
  dismiss(link, consumer);
  return consumer.pending;
}

/** The sequence after which all messages of a stream were stored at or after a time (ms since 1970). @throws ArmadaError `LOG_UNAVAILABLE` */
export async function sequenceBefore(link: Link, stream: string, time: number): Promise<number> {
  if (isElsewhere(link, stream)) {
    const { messages } = await nextMessages(link, stream, { filter: ">", from: 0, since: time }, 1);
    const [first] = messages;
    return first === undefined ? (await streamInfo(link, stream)).lastSeq : first.seq - 1;
  }
  const consumer = await ephemeral(link, stream, { filters: [">"], from: 0, since: time });
  dismiss(link, consumer);
  return consumer.after;
}
