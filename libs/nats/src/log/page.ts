import type { Message, Page } from "@armada/event-sourcing";
import type { Msg } from "@nats-io/transport-node";
import { apiOf } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { added, statusOf } from "./stored-headers.ts";

const TIMEOUT_MS = 5_000;

/**
 * A part of what a stream has after `from`, by one direct get: no consumer is made, and the next part is sent when it is asked
 * for. `read`: what a reader takes a message for, undefined where it passes it by. @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function page(
  link: Link,
  stream: string,
  about: { readonly filter: string; readonly from: number; readonly messages: number; readonly bytes: number },
  read: (message: Msg) => Message | undefined | Promise<Message | undefined>,
): Promise<Page> {
  const { filter, from, messages, bytes } = about;
  const came: (Message | undefined | Promise<Message | undefined>)[] = [];
  let upTo = from;
  const whole = await new Promise<boolean>((resolve, reject) => {
    link.mux.stream(
      `${apiOf(link, stream)}.DIRECT.GET.${stream}`,
      JSON.stringify({ seq: from + 1, next_by_subj: filter, batch: messages, max_bytes: bytes }),
      (m) => {
        const { code, description } = statusOf(m);
        if (code === 0) {
          upTo = Number(added(m, "Nats-Sequence"));
          came.push(read(m));
          return false;
        }
        if (code === 204) resolve(Number(added(m, "Nats-Num-Pending")) === 0);
        else if (code === 404) resolve(true);
        else reject(unavailable(`direct get answered ${code} ${description}`));
        return true;
      },
      (reason) => reject(unavailable(reason)),
      { timeout: TIMEOUT_MS },
    );
  });
  const taken = await Promise.all(came.map((one) => Promise.resolve(one)));
  return { messages: taken.filter((one) => one !== undefined), upTo, whole };
}
