import { type Backoff, backoff, type Delivery, type Handled, type Logger, type Message, type Queue } from "@armada/event-sourcing";
import { createInbox, type Msg } from "@nats-io/transport-node";
import type { Link } from "../connection/connect.ts";
import { sparing } from "../connection/sparing.ts";
import { statusOf } from "./stored-headers.ts";
import type { StreamIdentity } from "./stream-identity.ts";

/** How long a handler may hold the event loop where its queue does not say. */
const LIMIT_MS = 30_000;
/** When a message whose handler threw comes again. */
const FAULT_RETRY_MS = 5_000;
/** When a message comes again whose writer was not known. */
const UNKNOWN_RETRY_MS = 500;
const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 2_000;
/** How often a consumer that is not there is asked for. */
const RETRY: Backoff = { first: 500, most: 4_000 };
/** When it is looked again which stream it is, where that was not answered. */
const LOOK_MS = 2_000;
/** How long after the server was away a repeated delivery of what was there before is laid to that. */
const OUTAGE_MS = 30_000;

const DONE: Handled = { kind: "done" };

/** Who wrote a message cannot be told yet. */
export const UNKNOWN = Symbol("unknown");

type Stored<T> = (subject: string, seq: number, time: number, message: Msg, viaGet: boolean) => T;
/** What a reader takes a stored message for; undefined where it passes it by. */
export type TakeNow = Stored<Message | undefined | typeof UNKNOWN>;
/** The same, once it can be told. */
export type Take = Stored<Message | undefined | Promise<Message | undefined>>;

/**
 * Pulls a consumer and holds no more than the queue's concurrency: what waits here would run twice once `ack_wait` is
 * over. Resolves when `signal` has aborted and the handlers have ended.
 */
export function pull(
  link: Link,
  stream: string,
  identity: StreamIdentity,
  queue: Queue,
  take: TakeNow,
  handler: (delivery: Delivery) => Promise<Handled>,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  const { publishBuffer } = link.mux;
  const { warn } = sparing(logger);
  const inbox = createInbox(`_INBOX.${link.identity.name}`);
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${queue.name}`;
  const signs = link.signs();
  let held = 0;
  /** Which of the streams that the name has stood for. */
  let era = 0;
  let asked = 0;
  let pulls = 0;
  /** Pulls up to this one were taken for lost. Where one is not, its end asks for nothing: another has its place. */
  let lost = 0;
  let heard = performance.now();
  /** Answers in a row that the queue cannot be served. */
  let unserved = 0;
  let renewing: Promise<void> | undefined;
  let resolveEnd: () => void = () => undefined;
  const end = new Promise<void>((resolve) => {
    resolveEnd = resolve;
  });

  const refill = (): void => {
    const free = queue.concurrency - held - asked;
    if (signal.aborted || renewing !== undefined || free <= 0 || (asked > 0 && free < queue.concurrency / 2)) return;
    ask(free);
  };

  const ask = (batch: number): void => {
    asked += batch;
    const request = { batch, expires: EXPIRES_MS * 1e6, idle_heartbeat: HEARTBEAT_MS * 1e6 };
    publishBuffer.publish(subject, JSON.stringify(request), { reply: `${inbox}.${++pulls}` });
  };

  const takeForLost = (): void => {
    asked = 0;
    lost = pulls;
  };

  /** Deliveries carry their own subject; what the server says of a pull comes on the pull's inbox, with what it leaves unserved. */
  const onMessage = (message: Msg): void => {
    heard = performance.now();
    const code = message.subject.startsWith(inbox) ? statusOf(message).code : 0;
    if (code === 100) return;
    if (code === 0) {
      unserved = 0;
      asked = Math.max(0, asked - 1);
      void handle(message);
      return;
    }
    if (Number(message.subject.slice(inbox.length + 1)) <= lost) return;
    const left = Number(message.headers?.get("Nats-Pending-Messages") || asked);
    asked = Math.max(0, asked - left);
    if (code === 408 || code === 404) return refill();
    const said = code === 503 ? "by nobody: its consumer is not there" : `${code} ${message.headers?.description ?? ""}`;
    if (!/shutdown|leadership/i.test(said)) warn(`queue ${queue.name} of ${stream} is answered ${said}`, { queue: queue.name });
    renew(backoff(RETRY, unserved++, Math.random));
  };

  /**
   * Asks anew after `ms`, and after a look which stream it is: nothing of another one is handed out before its readers know
   * of it. Nothing else is asked meanwhile.
   */
  const renew = (ms: number): void => {
    renewing ??= new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
      .then(() => identity.look())
      .then(
        () => true,
        (error: unknown) => warn(`queue ${queue.name}: ${error instanceof Error ? error.message : String(error)}`, { queue: queue.name }),
      )
      .then((known) => {
        renewing = undefined;
        if (known === true) refill();
        else if (!signal.aborted && !link.connection.isClosed()) renew(LOOK_MS);
      });
  };

  const handle = async (message: Msg): Promise<void> => {
    const reply = message.reply ?? "";
    const about = parseAck(reply);
    if (about === undefined) return;
    held++;
    const of = era;
    const late = signs.late();
    const release = signs.hold(reply, queue.limit ?? LIMIT_MS);
    const giveBack = async (after: number): Promise<void> => {
      await release(); // a sign of life that came later would cancel the delay
      answer(reply, `-NAK ${JSON.stringify({ delay: Math.max(1, after) * 1e6 })}`, of);
    };
    try {
      const read = take(message.subject, about.seq, about.time, message, false);
      if (read === UNKNOWN) return await giveBack(UNKNOWN_RETRY_MS);
      const since = link.outageAt();
      const outage = about.delivery > 1 && about.time < since && Date.now() - since < OUTAGE_MS;
      const handled = read === undefined ? DONE : await handler({ ...read, delivery: about.delivery, outage, late });
      if (handled.kind === "retry") return await giveBack(handled.after);
      void release();
      answer(reply, "+ACK", of);
    } catch (error) {
      logger.warn(`queue ${queue.name}: ${error instanceof Error ? error.message : String(error)}`, {
        subject: message.subject,
        seq: about.seq,
      });
      await giveBack(FAULT_RETRY_MS);
    } finally {
      held--;
      if (signal.aborted && held === 0) resolveEnd();
      refill();
    }
  };

  /** In another stream the same subject would answer for another message. */
  const answer = (reply: string, text: string, of: number): void => {
    if (of === era) publishBuffer.publish(reply, text);
  };

  const isSilent = (): boolean => asked > 0 && performance.now() - heard > 3 * HEARTBEAT_MS;
  const look = (): void => {
    if (isSilent()) {
      takeForLost();
      heard = performance.now();
      renew(0);
    }
    refill();
  };
  // After a handler that held the event loop the timers come first: what was said meanwhile is read before it is judged.
  const beat = setInterval(() => (isSilent() ? setImmediate(look) : refill()), HEARTBEAT_MS);

  const stop = (): void => {
    clearInterval(beat);
    if (held === 0) resolveEnd();
  };
  const unsubscribe = link.subscribe(`${inbox}.*`, onMessage);
  const unreplaced = identity.onReplaced(() => era++);
  const unlisten = link.onReconnect(() => {
    takeForLost(); // pulls do not outlive a connection, but for those that waited to be sent meanwhile
    renew(0);
  });
  void end.then(() => {
    unlisten();
    unreplaced();
    unsubscribe();
  });
  if (signal.aborted) stop();
  else {
    signal.addEventListener("abort", stop, { once: true });
    refill();
  }
  return end;
}

/** `seq`: in the stream. `nth`: among the consumer's deliveries. `pending`: how many it has left. `time`: ms since 1970. */
type Ack = { readonly delivery: number; readonly seq: number; readonly nth: number; readonly time: number; readonly pending: number };

/** What an ack subject says, in its shape of 9 tokens or, since 2.15, of 11 and more. By hand: every message passes here. */
export function parseAck(reply: string): Ack | undefined {
  if (!reply.startsWith("$JS.ACK.")) return undefined;
  const ends: number[] = [];
  for (let dot = reply.indexOf("."); dot !== -1; dot = reply.indexOf(".", dot + 1)) ends.push(dot);
  ends.push(reply.length);
  if (ends.length < 9) return undefined;
  const first = ends.length > 9 ? 5 : 3;
  const number = (i: number, cut = 0): number => digits(reply, (ends[first + i] ?? 0) + 1, (ends[first + i + 1] ?? 0) - cut);
  return { delivery: number(0), seq: number(1), nth: number(2), time: number(3, 6), pending: number(4) };
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) value = value * 10 + text.charCodeAt(at) - 48;
  return value;
}
