import type { Message } from "@armada/event-sourcing";
import { isElsewhere } from "../connection/api.ts";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { scanElsewhere } from "../direct-reads/elsewhere.ts";
import { consume, dismiss, ephemeral, type Where } from "./consume.ts";
import { endAtLeader, untilReached } from "./leader.ts";
import type { Take } from "./pull.ts";

/** Consumers in a row that bring nothing. */
const FRUITLESS = 3;

/**
 * What is there now, in order; answers up to where. Where a consumer is lost, another one goes on after the last; where the replica
 * that serves it is behind its leader, it goes on until what the leader has is there.
 * @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function scan(link: Link, stream: string, where: Where, take: Take, handler: (message: Message) => void): Promise<number> {
  if (isElsewhere(link, stream)) return scanElsewhere(link, stream, where, take, handler);
  let last = where.from;
  let end: number | undefined;
  for (let fruitless = 0, looks = 0; fruitless < FRUITLESS; ) {
    const before = last;
    const consumer = await ephemeral(link, stream, { filters: where.filters, from: last });
    const whole =
      consumer.pending === 0 ||
      (await consume(link, consumer, (subject, { seq, time }, message) => {
        last = seq;
        const read = take(subject, seq, time, message, false);
        const hand = (one: Message | undefined): void => {
          if (one !== undefined) handler(one);
        };
        return read instanceof Promise ? read.then(hand) : hand(read);
      }));
    dismiss(link, consumer);
    if (whole) {
      end ??= await endAtLeader(link, stream, where.filters);
      if (last >= end) return last;
      await untilReached(stream, end, looks++);
      continue;
    }
    fruitless = last > before ? 0 : fruitless + 1;
  }
  throw unavailable(`${stream} brings nothing after sequence ${last}`);
}
