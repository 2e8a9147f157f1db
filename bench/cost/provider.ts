import type { VirtualClock } from "@armada/event-sourcing/testing";
import { readApiLog, startApiServer } from "@armada/models/testing";
import { answers, FIRST_TOKEN_MS, TOKENS_PER_SECOND } from "./requests.ts";

/** How long a batch takes: most end in less than an hour; source: platform.claude.com/docs/en/build-with-claude/batch-processing, 2026-11. */
const BATCH_MS = 45 * 60_000;

/** The local provider, whose clock is the bench's. */
export type Provider = AsyncDisposable & {
  readonly url: string;
  /** Over a socket to the server; an answer takes its time by the virtual clock, and that stands still while bytes are on their way. */
  readonly fetch: typeof globalThis.fetch;
  /** What the server has written down as billed, read from its log on disk. */
  billed(): { readonly micros: number; readonly requests: number; readonly byTask: Readonly<Record<string, number>> };
  /** Answers that came in a joint request. */
  readonly joint: number;
};

export async function startProvider(clock: VirtualClock, logFile: string): Promise<Provider> {
  let joint = 0;
  const script = answers((items) => {
    joint += items;
  });
  const server = await startApiServer({ script, logFile, clock, batchMs: BATCH_MS, pieces: 1 });
  const asked = async (input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<{ response: Response; text: string }> => {
    const response = await fetch(input, init);
    return { response, text: await response.text() };
  };
  return {
    url: server.url,
    get joint() {
      return joint;
    },
    async fetch(input, init) {
      await clock.sleep(FIRST_TOKEN_MS, init?.signal ?? undefined);
      const { response, text } = await standing(clock, asked(input, init));
      const about = { status: response.status, headers: response.headers };
      const first = text.indexOf("\n\n") + 2;
      if (response.headers.get("content-type")?.startsWith("text/event-stream") !== true) return new Response(text, about);
      const tokens = Number(/"output_tokens":(\d+)(?!.*"output_tokens")/s.exec(text)?.[1] ?? 0);
      const encoder = new TextEncoder();
      const parts = [text.slice(0, first), text.slice(first)].map((part) => encoder.encode(part));
      const body = new ReadableStream<Uint8Array>({
        async pull(stream) {
          const part = parts.shift();
          if (part === undefined) return stream.close();
          if (parts.length === 0) await clock.sleep((tokens / TOKENS_PER_SECOND) * 1_000);
          stream.enqueue(part);
        },
      });
      return new Response(body, about);
    },
    billed() {
      const ends = readApiLog(logFile).filter(({ event, billed }) => event === "end" && billed);
      const byTask: Record<string, number> = {};
      for (const { task, costMicros } of ends) byTask[task] = (byTask[task] ?? 0) + costMicros;
      return { micros: ends.reduce((sum, { costMicros }) => sum + costMicros, 0), requests: ends.length, byTask };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Virtual time does not move while the work of real sockets goes on. */
async function standing<T>(clock: VirtualClock, work: Promise<T>): Promise<T> {
  let over = false;
  const ended = work.finally(() => {
    over = true;
  });
  ended.catch(() => undefined); // it is awaited below
  while (!over) await clock.scheduler.idle();
  return ended;
}
