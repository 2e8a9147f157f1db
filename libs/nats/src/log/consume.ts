import { createInbox, type Msg, nuid } from "@nats-io/transport-node";
import type { Link } from "../connection/connect.ts";
import { unavailable } from "../connection/unavailable.ts";
import { parseAck } from "./pull.ts";
import { statusOf } from "./stored-headers.ts";

const BATCH = 5_000;
const HEARTBEAT_MS = 2_000;
const EXPIRES_MS = 30_000;
const CREATE_MS = 5_000;
/** A consumer that is silent for so many heartbeats is lost. */
const SILENT_BEATS = 3;

/** What is read of a stream: what matches, after sequence `from`; or stored at `since` (ms since 1970) or later. */
export type Where = { readonly filters: readonly string[]; readonly from: number; readonly since?: number };
type Handle = (subject: string, about: { readonly seq: number; readonly time: number }, message: Msg) => void | Promise<void>;

/** An ephemeral consumer, by name; it goes by itself some time after nobody asks it any more. */
export type Consumer = { readonly stream: string; readonly name: string; readonly pending: number; readonly after: number };

/**
 * Makes an ephemeral consumer; `pending` is how many messages wait for it, `after` the sequence after which it begins. By callback and a consumer of its own: on the
 * client's ordered one a message costs about a tenth more, and it goes on in another stream of the name without a word.
 * @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function ephemeral(link: Link, stream: string, { filters, from, since }: Where): Promise<Consumer> {
  const name = `read_${nuid.next()}`;
  const config = {
    name,
    filter_subjects: filters,
    ...(since === undefined
      ? { deliver_policy: "by_start_sequence", opt_start_seq: from + 1 }
      : { deliver_policy: "by_start_time", opt_start_time: new Date(since).toISOString() }),
    ack_policy: "none",
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: EXPIRES_MS * 1e6,
  };
  const body = JSON.stringify({ stream_name: stream, config });
  const made = await link.mux.request(`$JS.API.CONSUMER.CREATE.${stream}.${name}`, body, { timeout: CREATE_MS });
  if ("failed" in made) throw unavailable(made.failed);
  if (statusOf(made).code === 503) throw unavailable("no stream answers");
  const { num_pending, delivered, error } = JSON.parse(made.string()) as {
    num_pending?: number;
    delivered?: { stream_seq: number };
    error?: { description: string };
  };
  if (num_pending === undefined) throw unavailable(error?.description ?? "an answer without a consumer");
  return { stream, name, pending: num_pending, after: delivered?.stream_seq ?? from };
}

/** It would go by itself, only later. */
export function dismiss(link: Link, { stream, name }: Consumer): void {
  void link.mux.request(`$JS.API.CONSUMER.DELETE.${stream}.${name}`, "", { timeout: CREATE_MS });
}

/**
 * Hands out what a consumer has, one after another: the next once `handle` is done with the one before. Resolves with true
 * when nothing is left, unless `onward`: then it waits for what comes. With false when `signal` aborts, or the consumer
 * brings no more or not the next one; never while `handle` is at work. Rejects with what `handle` throws.
 */
export function consume(
  link: Link,
  { stream, name }: Consumer,
  handle: Handle,
  options: { readonly onward?: boolean; readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const inbox = createInbox(`_INBOX.${link.identity.name}`);
  const waiting: (() => void | Promise<void>)[] = [];
  /** Asked for, and not here yet. */
  let left = 0;
  let nth = 0;
  let silent = 0;
  let busy: Promise<void> | undefined;
  let over = false;
  const ask = (): void => {
    if (over || left + waiting.length >= BATCH / 2) return;
    const batch = BATCH - left - waiting.length;
    left += batch;
    const request = { batch, expires: EXPIRES_MS * 1e6, idle_heartbeat: HEARTBEAT_MS * 1e6 };
    link.mux.publishBuffer.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply: inbox });
  };
  const onMessage = (message: Msg): void => {
    if (over) return;
    silent = 0;
    const { subject } = message;
    if (subject === inbox) {
      const { code } = statusOf(message);
      if (code === 100) return;
      if (code !== 408) return end(false);
      left = Math.max(0, left - Number(message.headers?.get("Nats-Pending-Messages") || left));
      return ask();
    }
    const about = parseAck(message.reply ?? "");
    if (about?.nth !== ++nth) return end(false);
    left = Math.max(0, left - 1);
    const next = (): void | Promise<void> => {
      const done = handle(subject, about, message);
      if (about.pending > 0 || options.onward === true) return done;
      if (done !== undefined) return done.then(() => end(true));
      end(true);
    };
    if (busy !== undefined) waiting.push(next);
    else run(next);
  };
  /** At once where nothing is waited for: a scan of a million messages makes no promise for each. */
  const run = (first: () => void | Promise<void>): void => {
    try {
      for (let next: typeof first | undefined = first; next !== undefined && !over; next = waiting.shift()) {
        const done = next();
        if (done === undefined) continue;
        busy = done.then(() => {
          busy = undefined;
          const following = waiting.shift();
          if (following !== undefined && !over) run(following);
        }, fail);
        break;
      }
    } catch (error) {
      return fail(error);
    }
    ask();
  };
  const fail = (error: unknown): void => {
    reject(error);
    busy = undefined;
    end(false);
  };
  const unsubscribe = link.subscribe(inbox, onMessage);
  const beat = setInterval(() => {
    if (left > 0 && ++silent > SILENT_BEATS) end(false);
  }, HEARTBEAT_MS);
  const lost = (): void => end(false);
  const unlisten = link.onReconnect(lost); // the server may be another, or have forgotten the consumer
  const end = (whole: boolean): void => {
    if (over) return;
    over = true;
    clearInterval(beat);
    unlisten();
    options.signal?.removeEventListener("abort", lost);
    unsubscribe();
    resolve(busy === undefined ? whole : busy.then(() => whole));
  };
  if (options.signal?.aborted === true) end(false);
  options.signal?.addEventListener("abort", lost, { once: true });
  ask();
  return promise;
}
