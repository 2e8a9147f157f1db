import { setTimeout as sleep } from "node:timers/promises";
import { retry } from "@armada/event-sourcing";
import { type NatsConnection, RequestError } from "@nats-io/transport-node";
import { unavailable } from "./unavailable.ts";

/** How long a server may take to read its configuration, which it may do twice. */
const RELOADED_MS = 10_000;
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
      return await retry(subject, ports, () => connection.request(subject, ...rest), { backoff: { first: 50, most: 400 }, worth });
    } catch (error) {
      throw isNobody(error) ? unavailable(`for ${RELOADED_MS / 1_000} s nobody took ${subject}`) : error;
    }
  };
  return Object.create(connection, { request: { value: request } });
}

function isNobody(error: unknown): boolean {
  return error instanceof RequestError && error.isNoResponders();
}
