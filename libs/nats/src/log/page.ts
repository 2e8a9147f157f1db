import type { Message, Page } from "@armada/event-sourcing";
import type { Msg } from "@nats-io/transport-node";
import type { Link } from "../connection/connect.ts";
import { nextMessages } from "../direct-reads/next-messages.ts";

/**
 * A part of what a stream has after `from`, by one direct get: no consumer is made, and the next part is sent when it is asked
 * for. `read`: what a reader takes a message for, undefined where it passes it by. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function page(
  link: Link,
  stream: string,
  { messages: most, ...where }: { readonly filter: string; readonly from: number; readonly messages: number; readonly bytes: number },
  read: (message: Msg) => Message | undefined | Promise<Message | undefined>,
): Promise<Page> {
  const { messages, pending } = await nextMessages(link, stream, where, most);
  const taken = await Promise.all(messages.map(async ({ message }) => read(message)));
  const upTo = messages.at(-1)?.seq ?? where.from;
  return { messages: taken.filter((one) => one !== undefined), upTo, left: pending, whole: pending === 0 };
}
