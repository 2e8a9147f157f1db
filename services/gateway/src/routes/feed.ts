import { liveOrder } from "@armada/agents";
import type { LiveText } from "@armada/contracts";
import { readJournalMessage, readRun, viewOf } from "@armada/engine";
import type { Message } from "@armada/event-sourcing";
import type { FoundRun } from "@armada/operations/runs/find";
import type { FastifyReply, FastifyRequest } from "fastify";
import { Problem } from "../problem.ts";
import type { Runs } from "../runs.ts";

const MOST_FEEDS = 200;
const BEAT_MS = 15_000;
/** Bytes that a client has not taken yet, from which on it gets no text: a gap in `seq` tells it. */
const BEHIND = 64 * 1024;
let open = 0;

/**
 * A run's journal as server-sent events: `event: journal` with the id of its place in the team's stream, then `event: end`
 * with the run's view, once it has ended. `Last-Event-ID` resumes after that place; after the end the answer is 204, which
 * tells an EventSource to stop asking. With `text` also what the models say in running calls from now on, `event: text`, and,
 * where what was said in a step does not count any more, `event: restarted`, both without ids. Who reads too slowly gets less
 * of the text, and every event.
 */
export async function feed(
  runs: Pick<Runs, "follow" | "watch">,
  found: FoundRun,
  { request, reply, closing, text }: { request: FastifyRequest; reply: FastifyReply; closing: AbortSignal; text: boolean },
): Promise<void> {
  const after = lastEventId(request);
  if (found.state.ended !== undefined && after >= (found.messages.at(-1)?.seq ?? 0)) return void reply.code(204).send();
  if (open >= MOST_FEEDS) throw new Problem("busy", `at most ${MOST_FEEDS} feeds are open at a time`, { retryAfter: 10 });
  const over = new AbortController();
  const { raw } = reply;
  reply.hijack();
  open++;
  const beat = setInterval(() => raw.write(": still running\n\n"), BEAT_MS);
  raw.once("close", () => over.abort());
  raw.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no" });
  raw.flushHeaders(); // who resumes knows that it is heard, also where nothing has happened since
  const messages: Message[] = [];
  const take = (message: Message): void => {
    const journal = readJournalMessage(message);
    if (journal === undefined) return;
    messages.push(message);
    const state = readRun(messages);
    const view = viewOf(found.team, found.run, state);
    const time = journal.envelopes.at(-1)?.time;
    if (message.seq > after) send("journal", { n: journal.n, time, status: view.status, events: journal.events }, message.seq);
    if (state.ended === undefined) return;
    send("end", view);
    over.abort();
  };
  const send = (event: string, data: unknown, id?: number): void =>
    void raw.write(`${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  const order = liveOrder();
  const tell = (piece: LiveText): void => {
    const { n, attempt, call, seq, text: said } = piece;
    const is = order(piece);
    if (is === "stale" || over.signal.aborted) return;
    if (is === "again") send("restarted", { n, attempt });
    if (raw.writableLength < BEHIND) send("text", { n, attempt, call, seq, text: said });
  };
  try {
    if (text && found.state.ended === undefined) void runs.watch(found, tell, AbortSignal.any([over.signal, closing]));
    for (const message of found.messages) take(message);
    if (!over.signal.aborted)
      await runs.follow(found, Math.max(found.upTo, found.messages.at(-1)?.seq ?? 0), take, AbortSignal.any([over.signal, closing]));
  } finally {
    over.abort();
    open--;
    clearInterval(beat);
    raw.end();
  }
}

/** @throws Problem `request-malformed` */
function lastEventId(request: FastifyRequest): number {
  const given = request.headers["last-event-id"];
  if (given === undefined || given === "") return 0;
  if (typeof given !== "string" || !/^\d{1,15}$/.test(given))
    throw new Problem("request-malformed", "it is no id of this feed", { field: "last-event-id" });
  return Number(given);
}
