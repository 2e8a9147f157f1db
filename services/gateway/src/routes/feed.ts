import type { ServerResponse } from "node:http";
import { liveOrder } from "@armada/agents";
import type { LiveText } from "@armada/contracts";
import { viewOf } from "@armada/engine/reading";
import type { Message } from "@armada/event-sourcing";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../problem.ts";
import type { RunFold } from "../reading/run-fold.ts";
import type { Runs } from "../runs.ts";

const MOST_FEEDS = 500;
const BEAT_MS = 15_000;
const LOOK_MS = 1_000;
/** Bytes that a client has not taken yet, from which on it gets no text: a gap in `seq` tells it. */
const BEHIND = 64 * 1024;
/** Who takes nothing for so long is cut. */
const SLOW_MS = 15_000;
/** What may wait for one client, and for all of them, bytes: beyond, the one that has waited longest is cut. */
const MOST_WAITING = 2 * 1024 * 1024;
const MOST_WAITING_ALL = 32 * 1024 * 1024;

/** A client that is being written to. `since`: when it stopped to take what it gets. */
type Client = { readonly raw: ServerResponse; since: number | undefined };

/** The open feeds of a gateway, and what waits in it for their clients. */
export class Feeds {
  readonly #open = new Set<Client>();

  get size(): number {
    return this.#open.size;
  }

  /** @throws Problem `too-many-readers` */
  join(raw: ServerResponse): Client & Disposable {
    if (this.#open.size >= MOST_FEEDS)
      throw new Problem("too-many-readers", `at most ${MOST_FEEDS} feeds are open at a time`, { retryAfter: 10 });
    const client: Client = { raw, since: undefined };
    this.#open.add(client);
    raw.on("drain", () => (client.since = undefined));
    const look = setInterval(() => {
      if (client.since !== undefined && performance.now() - client.since > SLOW_MS) cut(client);
    }, LOOK_MS);
    const leave = (): void => {
      clearInterval(look);
      this.#open.delete(client);
    };
    return Object.assign(client, { [Symbol.dispose]: leave });
  }

  /** What does not go out at once waits here; where too much does, somebody is cut. @returns whether it went out */
  write(client: Client, text: string | Buffer): boolean {
    if (client.raw.write(text)) return true;
    client.since ??= performance.now();
    if (client.raw.writableLength > MOST_WAITING) cut(client);
    this.#bound();
    return false;
  }

  #bound(): void {
    const waiting = [...this.#open].filter(({ raw, since }) => since !== undefined && !raw.destroyed);
    let bytes = waiting.reduce((sum, { raw }) => sum + raw.writableLength, 0);
    waiting.sort((a, b) => (a.since ?? 0) - (b.since ?? 0));
    for (const client of waiting) {
      if (bytes <= MOST_WAITING_ALL) return;
      bytes -= client.raw.writableLength;
      cut(client);
    }
  }
}

/** It has the ids of what it read: whoever comes again with the last of them goes on there. */
function cut({ raw }: Client): void {
  raw.destroy();
}

/**
 * A run's journal as server-sent events: `event: journal` with the id of its place in the team's stream, then `event: end`
 * with the run's view, once it has ended. `Last-Event-ID` resumes after that place; after the end the answer is 204, which
 * tells an EventSource to stop asking. With `text` also what the models say in running calls from now on, `event: text`, and,
 * where what was said in a step does not count any more, `event: restarted`, both without ids. Who reads slowly gets less
 * of the text, and every event at its own pace; who reads nothing for 15 s is cut.
 */
export async function feed(
  runs: Pick<Runs, "find" | "follow" | "page" | "watch">,
  feeds: Feeds,
  fold: RunFold,
  { request, reply, closing, text }: { request: FastifyRequest; reply: FastifyReply; closing: AbortSignal; text: boolean },
): Promise<void> {
  const after = lastEventId(request);
  if (fold.state.ended !== undefined && after >= fold.seq) return void reply.code(204).send();
  const { raw } = reply;
  using client = feeds.join(raw);
  reply.hijack();
  const over = new AbortController();
  const ending = AbortSignal.any([over.signal, closing]);
  const beat = setInterval(() => raw.writableNeedDrain || raw.write(": still running\n\n"), BEAT_MS);
  raw.once("close", () => over.abort());
  raw.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" });
  raw.flushHeaders(); // who resumes knows that it is heard, also where nothing has happened since
  const journal = (message: Message): string => {
    const said = fold.take(message);
    if (said === undefined || message.seq <= after) return "";
    const data = { n: said.n, time: said.envelopes.at(-1)?.time, status: fold.statusAt(message.seq), events: said.events };
    return frame("journal", data, message.seq);
  };
  const order = liveOrder();
  const tell = (piece: LiveText): void => {
    const { n, attempt, call, seq, text: said } = piece;
    const is = order(piece);
    if (is === "stale" || ending.aborted) return;
    if (is === "again") feeds.write(client, frame("restarted", { n, attempt }));
    if (raw.writableLength < BEHIND) feeds.write(client, frame("text", { n, attempt, call, seq, text: said }));
  };
  try {
    if (text && fold.state.ended === undefined) void runs.watch(fold, tell, ending);
    let at = after;
    /** A function of its own: while a client does not read, its frames wait, and nothing of what they were made from. */
    const part = async (): Promise<{ readonly out: boolean; readonly whole: boolean }> => {
      const { messages, upTo, whole } = await runs.page(fold, at);
      // Written since the run was looked at; what is folded out of order would be lost.
      if ((messages.at(-1)?.seq ?? 0) > fold.seq && (await runs.find(fold.run)) !== fold) cut(client);
      at = upTo;
      return { out: ending.aborted || feeds.write(client, Buffer.from(messages.map(journal).join(""))), whole };
    };
    for (let whole = false; !whole && !ending.aborted; ) {
      const done = await part();
      whole = done.whole;
      if (!done.out) await drained(raw, ending);
    }
    const take = (message: Message): void => {
      if (ending.aborted) return;
      if (message.seq <= at) return cut(client); // another stream under the same name, from its beginning
      at = message.seq;
      const said = journal(message);
      if (said !== "") feeds.write(client, said);
      if (fold.state.ended !== undefined && at >= fold.seq) over.abort();
    };
    if (fold.state.ended === undefined && !ending.aborted) await runs.follow(fold, at, take, ending);
    if (fold.state.ended !== undefined && at >= fold.seq && !raw.destroyed) raw.end(endOf(fold));
  } finally {
    over.abort();
    clearInterval(beat);
    raw.end();
  }
}

/** One server-sent event. */
function frame(event: string, data: unknown, id?: number): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Until the client has taken what waits for it, or is gone. */
function drained(raw: ServerResponse, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      raw.removeListener("drain", end);
      signal.removeEventListener("abort", end);
      resolve();
    };
    if (signal.aborted) return resolve();
    raw.once("drain", end);
    signal.addEventListener("abort", end); // it does when the client is gone
  });
}

const ends = new WeakMap<RunFold, Buffer>();

/** What the feeds of a run end with, the same bytes for all of them: of a long run they are megabytes. */
function endOf(fold: RunFold): Buffer {
  const made = ends.get(fold) ?? Buffer.from(frame("end", viewOf(fold.team, fold.run, fold.state)));
  ends.set(fold, made);
  return made;
}

/** @throws Problem `request-malformed` */
function lastEventId(request: FastifyRequest): number {
  const given = request.headers["last-event-id"];
  if (given === undefined || given === "") return 0;
  if (typeof given !== "string" || !/^\d{1,15}$/.test(given))
    throw new Problem("request-malformed", "it is no id of this feed", { field: "last-event-id" });
  return Number(given);
}
