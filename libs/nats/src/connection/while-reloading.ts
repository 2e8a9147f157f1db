import { setTimeout as sleep } from "node:timers/promises";
import { type Backoff, backoff, retry } from "@armada/event-sourcing";
import { type Msg, type MsgHdrs, type NatsConnection, RequestError } from "@nats-io/transport-node";
import { type Failed, Mux } from "./mux.ts";
import { unavailable } from "./unavailable.ts";

/** How long a server may take to read its configuration, which it may do twice. */
const RELOADED_MS = 10_000;
const AGAIN: Backoff = { first: 50, most: 400 };
/** How a server says that nobody takes what was published. */
const NOBODY = 503;
/** Of a stream that is not there nobody answers a direct get, and that is an answer. */
const DIRECT_GET = "$JS.API.DIRECT.GET.";
/** Administration waits here alone: its waits need no chance. */
const ports = {
  clock: { now: () => Date.now(), sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, { ...(signal && { signal }) }) },
  random: { next: () => 1 },
};

/**
 * A connection whose requests that nobody took are asked again: while a server reads anew who has an account its JetStream takes none for
 * a moment, and does nothing of them. For who knows that somebody is to answer. Throws `LOG_UNAVAILABLE` where that lasts.
 */
export function whileReloading(connection: NatsConnection): NatsConnection {
  const request: NatsConnection["request"] = async (subject, ...rest) => {
    const deadline = performance.now() + RELOADED_MS;
    const worth = (error: unknown): boolean => isNobody(error) && performance.now() < deadline;
    try {
      return await retry(subject, ports, () => connection.request(subject, ...rest), { backoff: AGAIN, worth });
    } catch (error) {
      throw isNobody(error) ? unavailable(`for ${RELOADED_MS / 1_000} s nobody took ${subject}`) : error;
    }
  };
  return Object.create(connection, { request: { value: request } });
}

function isNobody(error: unknown): boolean {
  return error instanceof RequestError && error.isNoResponders();
}

/** The same of a connection's requests by `Mux`: the last answer is what it is where that lasts. */
export class MuxWhileReloading extends Mux {
  override async request(
    subject: string,
    body: string | Uint8Array,
    options: { headers?: MsgHdrs; timeout: number },
  ): Promise<Msg | Failed> {
    for (let tries = 0, deadline = performance.now() + RELOADED_MS; ; tries++) {
      const answer = await super.request(subject, body, options);
      const nobody = !("failed" in answer) && answer.headers?.code === NOBODY && !subject.startsWith(DIRECT_GET);
      if (!nobody || performance.now() > deadline) return answer;
      await sleep(backoff(AGAIN, tries, () => 1));
    }
  }
}
