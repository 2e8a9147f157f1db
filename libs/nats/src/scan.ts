import type { Message } from "@armada/event-sourcing";
import { createInbox, type Msg, nuid } from "@nats-io/transport-node";
import type { Link } from "./connect.ts";
import { parseAck, type Take } from "./pull.ts";
import { statusOf } from "./stored-headers.ts";
import { unavailable } from "./unavailable.ts";

const BATCH = 5_000;
const HEARTBEAT_MS = 2_000;
const EXPIRES_MS = 30_000;
const CREATE_MS = 5_000;
/** A consumer that is silent for so many heartbeats is lost. */
const SILENT_BEATS = 3;
/** Consumers in a row that bring nothing. */
const FRUITLESS = 3;

type Where = { readonly filters: readonly string[]; readonly from: number };
type Handle = (subject: string, about: { readonly seq: number; readonly time: number }, message: Msg) => void;

/**
 * What is there now, in order; answers up to where. By callback and a consumer of its own: on the client's ordered one a
 * message costs about a tenth more. Where one is lost, or none comes, another consumer goes on after the last.
 * @throws ArmadaError `LOG_UNAVAILABLE`
 */
export async function scan(link: Link, stream: string, where: Where, take: Take, handler: (message: Message) => void): Promise<number> {
  let last = where.from;
  const handle: Handle = (subject, { seq, time }, message) => {
    last = seq;
    const read = take(subject, seq, time, message, false);
    if (read !== undefined) handler(read);
  };
  for (let fruitless = 0; fruitless < FRUITLESS; ) {
    const before = last;
    const name = `scan_${nuid.next()}`;
    const pending = await create(link, stream, name, { filters: where.filters, from: last });
    const whole = pending === 0 || (await read(link, stream, name, handle));
    void link.mux.request(`$JS.API.CONSUMER.DELETE.${stream}.${name}`, "", { timeout: CREATE_MS }); // it goes by itself, only later
    if (whole) return last;
    fruitless = last > before ? 0 : fruitless + 1;
  }
  throw unavailable(`${stream} brings nothing after sequence ${last}`);
}

/** Makes an ephemeral consumer; answers how many messages wait for it. */
async function create(link: Link, stream: string, name: string, { filters, from }: Where): Promise<number> {
  const config = {
    name,
    filter_subjects: filters,
    deliver_policy: "by_start_sequence",
    opt_start_seq: from + 1,
    ack_policy: "none",
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: EXPIRES_MS * 1e6,
  };
  const body = JSON.stringify({ stream_name: stream, config });
  const made = await link.mux.request(`$JS.API.CONSUMER.CREATE.${stream}.${name}`, body, { timeout: CREATE_MS });
  if ("failed" in made) throw unavailable(made.failed);
  if (statusOf(made).code === 503) throw unavailable("no stream answers");
  const { num_pending, error } = JSON.parse(made.string()) as { num_pending?: number; error?: { description: string } };
  if (num_pending === undefined) throw unavailable(error?.description ?? "an answer without a consumer");
  return num_pending;
}

/** Reads a consumer until nothing is left (true), or it brings no more, or not the next one (false). Throws what `handle` throws. */
function read(link: Link, stream: string, name: string, handle: Handle): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const inbox = createInbox(`_INBOX.${link.identity.name}`);
  const ask = (batch: number): void => {
    left += batch;
    const request = { batch, expires: EXPIRES_MS * 1e6, idle_heartbeat: HEARTBEAT_MS * 1e6 };
    link.mux.outbox.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply: inbox });
  };
  let left = 0;
  let nth = 0;
  let silent = 0;
  let over = false;
  const onMessage = (message: Msg): void => {
    if (over) return;
    silent = 0;
    const { subject } = message;
    if (subject === inbox) {
      if (statusOf(message).code !== 100) end(false);
      return;
    }
    const about = parseAck(message.reply ?? "");
    if (about?.nth !== ++nth) return end(false);
    if (--left < BATCH / 2) ask(BATCH / 2);
    try {
      handle(subject, about, message);
    } catch (error) {
      reject(error);
      end(false);
    }
    if (about.pending === 0) end(true);
  };
  const unsubscribe = link.subscribe(inbox, onMessage);
  const beat = setInterval(() => {
    if (++silent > SILENT_BEATS) end(false);
  }, HEARTBEAT_MS);
  const end = (whole: boolean): void => {
    over = true;
    clearInterval(beat);
    unsubscribe();
    resolve(whole);
  };
  ask(BATCH);
  return promise;
}
