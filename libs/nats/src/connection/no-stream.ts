import { JetStreamApiError } from "@nats-io/jetstream";

/** nats-server's error code for "stream not found". */
export const NO_STREAM = 10059;

/** Whether the server said that there is no stream of this name. */
export function isNoStream(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === NO_STREAM;
}
