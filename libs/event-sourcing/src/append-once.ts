/*
 * How everything of ours gets into a log (engine rules 2 and 5).
 *
 *   appendOnce     one message until the log says whether it holds     append ──> stored | taken | refused
 *                                                                        │ ▲
 *                                             no answer, no room, a rival ▼ │ wait, the same message again
 *   appendJudged   read ──> judge ──> appendOnce ──taken──> read what came, judge again
 *
 * An append without an answer may be stored: the same message goes again under the same expectation, and where that meets
 * a message, its id says whether it is ours. A conflict without a number is a rival's write in flight, which may never be
 * stored: it decides nothing (error 10164).
 */
import { isRetryable } from "@armada/contracts";
import type { Appended, Expectation, Log, Timers } from "./ports.ts";
import { type Backoff, type RetryPorts, retry, waitAgain } from "./retry.ts";

/** A rival's write is in flight for milliseconds, an outage lasts. */
const PAUSE: Backoff = { first: 10, most: 2_000 };

/** A message to store once; `id` is of its first envelope, and of no other message with another body. */
export type Outgoing = { readonly subject: string; readonly id: string; readonly body: string };

/**
 * What became of it. `stored`: `already` where an earlier try did, whose answer was lost, or that of another process with
 * the same id. `taken`: another's message of sequence `last` came before. `refused`: never stored, because of the message
 * itself. `full`, `unavailable`: `patience` was over; it may be stored all the same.
 */
export type Settled =
  | { readonly kind: "stored"; readonly seq: number; readonly already: boolean }
  | { readonly kind: "taken"; readonly last: number }
  | { readonly kind: "refused" | "full" | "unavailable"; readonly reason: string };

/** The log, and what a writer waits by. */
export type AppendPorts = RetryPorts & { readonly log: Pick<Log, "append" | "last"> };

/** How long to go on, and what to call it. */
export type AppendOptions = {
  readonly signal?: AbortSignal | undefined;
  /**
   * How long a log is asked that gives no certain answer, ms, with 0 once; of one without room, who has patience for so long
   * hears at once. Without end unless said.
   */
  readonly patience?: number | undefined;
  /** What is named where it waits for long; the subject unless said. */
  readonly what?: string | undefined;
};

/** What an aggregate without an end, a journal or a register of messages is to its writer. */
export type Judging<V extends { readonly seq: number }, M extends Outgoing> = {
  /** All messages of it. */
  readonly filter: string;
  /** What is there, at least as of sequence `atLeast`; `seq` of its last message, 0 where there is none. */
  read(atLeast: number): Promise<V>;
  /** What to append in view of that; undefined for nothing. Each message has an id of its own. */
  judge(view: V): M | undefined | Promise<M | undefined>;
};

/** How long to go on, what is known already, and what goes where the log refuses. */
export type JudgeOptions<V, M> = {
  readonly signal?: AbortSignal | undefined;
  readonly what?: string | undefined;
  /** Spares the first read where nobody else has written. */
  readonly known?: V | undefined;
  /** What could not be written for so long is judged anew, ms; never unless said. */
  readonly staleAfter?: number | undefined;
  /** What goes in its place, once, where the log refuses a message for what it is. */
  readonly instead?: ((message: M, reason: string) => M | Promise<M>) | undefined;
};

/** `view` is what the message was judged in; of `nothing`, what there was nothing to say to. */
export type Judged<V, M> =
  | { readonly kind: "stored"; readonly message: M; readonly seq: number; readonly view: V }
  | { readonly kind: "nothing"; readonly view: V }
  | { readonly kind: "refused"; readonly message: M; readonly reason: string; readonly view: V };

/**
 * Stores one message where `expect` holds: create-once, by its subject, unless said.
 * @throws the signal's reason; what the log throws that no other try will mend
 */
export function appendOnce(
  ports: AppendPorts,
  message: Outgoing,
  expect: Expectation = { filter: message.subject, last: 0 },
  options: AppendOptions = {},
): Promise<Settled> {
  return append(ports, message, expect, options, false);
}

/**
 * The same, create-once, where nobody else may publish, so that what stands there is ours: asks and answers in another
 * team's stream, which cannot be read from here, and a replica's own draws.
 */
export function appendSole(
  ports: RetryPorts & { readonly log: Pick<Log, "append"> },
  { subject, body }: Omit<Outgoing, "id">,
  options: AppendOptions = {},
): Promise<Settled> {
  return settle(
    options.what ?? subject,
    options,
    ports,
    () => ports.log.append(subject, body, { filter: subject, last: 0 }),
    async (last) => last,
  );
}

/** Sets a timer, once; `already` where it was set. @throws the signal's reason */
export function setTimerOnce(
  ports: RetryPorts & { readonly timers: Timers },
  { run, n, time, body }: { readonly run: string; readonly n: number; readonly time: number; readonly body: string },
  options: AppendOptions = {},
): Promise<Settled> {
  return settle(
    options.what ?? `timer ${n} of run ${run}`,
    options,
    ports,
    () => ports.timers.at({ run, n }, time, body),
    async (last) => last,
  );
}

/**
 * Reads, judges and appends until what was judged holds, or there is nothing to say: on a conflict what came is read, and
 * judged again. A log that does not answer is asked until the signal aborts.
 * @throws the signal's reason; what `read` and `judge` throw for good
 */
export async function appendJudged<V extends { readonly seq: number }, M extends Outgoing>(
  ports: AppendPorts,
  { filter, read, judge }: Judging<V, M>,
  options: JudgeOptions<V, M> = {},
): Promise<Judged<V, M>> {
  const { signal, what = filter, known, staleAfter: patience } = options;
  /** What was given up without an answer: it may be stored as long as nothing else is. */
  const unsure: { readonly message: M; readonly view: V }[] = [];
  const look = (atLeast: number): Promise<Looked<V, M>> =>
    retry(
      what,
      ports,
      async () => {
        const view = await read(atLeast);
        for (const one of unsure) {
          const seq = await ownSeq(ports.log, one.message, view.seq);
          if (seq !== undefined) return { view, own: { kind: "stored", seq, ...one } };
        }
        return { view, own: undefined };
      },
      { signal, backoff: PAUSE },
    );
  let view = known ?? (await look(0)).view;
  for (;;) {
    let message = await judge(view);
    if (message === undefined) return { kind: "nothing", view };
    const expect = { filter, last: view.seq };
    let settled = await append(ports, message, expect, { signal, what, patience, forRoom: true }, true);
    if (settled.kind === "refused" && options.instead !== undefined) {
      message = await options.instead(message, settled.reason);
      settled = await append(ports, message, expect, { signal, what, patience, forRoom: true }, true);
    }
    if (settled.kind === "stored") return { kind: "stored", message, seq: settled.seq, view };
    if (settled.kind === "refused") return { kind: "refused", message, reason: settled.reason, view };
    if (settled.kind !== "taken") unsure.push({ message, view });
    const looked = await look(settled.kind === "taken" ? Math.max(view.seq, settled.last) : view.seq);
    if (looked.own !== undefined) return looked.own;
    view = looked.view;
  }
}

/** `forRoom`: a log without room is waited for as one without an answer is. */
type Patience = AppendOptions & { readonly forRoom?: boolean };

type Looked<V, M> = { readonly view: V; readonly own: Extract<Judged<V, M>, { kind: "stored" }> | undefined };

/** `fresh`: no try before this call can have stored it, so that on a conflict at once nothing is to be looked for. */
function append(ports: AppendPorts, message: Outgoing, expect: Expectation, options: Patience, fresh: boolean): Promise<Settled> {
  const { subject, body } = message;
  return settle(
    options.what ?? subject,
    options,
    ports,
    () => ports.log.append(subject, body, expect),
    async (last, unanswered) => (fresh && !unanswered ? undefined : ownSeq(ports.log, message, last)),
  );
}

/** The sequence of our message where it stands on its subject; looks at least as far as `atLeast`. */
async function ownSeq(log: Pick<Log, "last">, { subject, id }: Outgoing, atLeast: number): Promise<number | undefined> {
  const stored = await log.last(subject, atLeast);
  return stored?.envelopes[0]?.id === id ? stored.seq : undefined;
}

/** Sends the same until the log says what became of it. `own`: the sequence of our message, where what is there is ours. */
async function settle(
  what: string,
  { signal, patience, forRoom = patience === undefined }: Patience,
  ports: RetryPorts,
  send: () => Promise<Appended>,
  own: (last: number, unanswered: boolean) => Promise<number | undefined>,
): Promise<Settled> {
  const from = ports.clock.now();
  let unanswered = false;
  const once = async (): Promise<Settled> => {
    const answer = await send();
    if (answer.kind === "appended") return { kind: "stored", seq: answer.seq, already: false };
    if (answer.kind === "full") return { kind: "full", reason: "the log is full" };
    if (answer.kind !== "conflict") return answer;
    if (answer.last === undefined) return { kind: "unavailable", reason: "a rival's write is in flight" };
    const seq = await own(answer.last, unanswered);
    return seq === undefined ? { kind: "taken", last: answer.last } : { kind: "stored", seq, already: true };
  };
  for (let tries = 0; ; tries++) {
    signal?.throwIfAborted();
    const settled = await once().catch((error: unknown): Settled => {
      if (!isRetryable(error)) throw error;
      return { kind: "unavailable", reason: error.message };
    });
    if (settled.kind !== "full" && settled.kind !== "unavailable") return settled;
    unanswered ||= settled.kind === "unavailable";
    if (settled.kind === "full" && !forRoom) return settled;
    if (patience !== undefined && ports.clock.now() - from >= patience) return settled;
    await waitAgain(what, ports, settled.reason, tries, { signal, backoff: PAUSE });
  }
}
