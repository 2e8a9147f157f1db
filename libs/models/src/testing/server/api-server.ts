import { createServer, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@armada/event-sourcing";
import { listPrices, type Price } from "../../pricing/prices.ts";
import { batches } from "../anthropic/batches.ts";
import { messagesWire } from "../anthropic/messages-wire.ts";
import { promptCache } from "../anthropic/prompt-cache.ts";
import { apiBook } from "../books/api-book.ts";
import type { ApiLogLine } from "../books/api-log.ts";
import type { ApiUsage } from "../books/api-usage.ts";
import type { Answering } from "./answer-job.ts";
import { type Control, settingsOf } from "./api-control.ts";
import type { ApiRequest, ApiScript } from "./api-request.ts";
import type { BatchFault, Fault, FaultRates } from "./faults.ts";
import { headerOf } from "./incoming.ts";
import { routes } from "./routes.ts";
import { refusal } from "./serve.ts";
import { NOW_HEADER, ToldClock } from "./told-clock.ts";

export type ApiServerOptions = {
  /** A free one unless said. */
  readonly port?: number | undefined;
  /** A server on the log of another goes on with it: its reports, and its batches, in `<logFile>.batches.jsonl`. */
  readonly logFile?: string | undefined;
  /** A script or a plan answers. */
  readonly script?: ApiScript | undefined;
  readonly plan?: Answering["plan"];
  /** Between a request's arrival and the first byte of its answer, milliseconds. */
  readonly delayMs?: number | undefined;
  /** Deltas of one streamed answer; 8 unless said. */
  readonly pieces?: number | undefined;
  /** Between two deltas, milliseconds. */
  readonly pieceMs?: number | undefined;
  /** From a batch's creation to its end, milliseconds; 200 unless said. */
  readonly batchMs?: number | undefined;
  /** Batches end with all of their items expired. */
  readonly batchExpire?: boolean | undefined;
  /** Begins with requests left unanswered, until it is told otherwise. */
  readonly hold?: boolean | undefined;
  readonly faults?: FaultRates | undefined;
  /** What every request gets instead of an answer. */
  readonly refuse?: Control["refuse"];
  /** Keys accepted; any key unless said. */
  readonly keys?: readonly string[] | undefined;
  /** Models known; unless said those of the price list, and any on the OpenAI routes. */
  readonly models?: readonly string[] | undefined;
  /** Every model is known, whatever `models` lists. */
  readonly anyModel?: boolean | undefined;
  /** What requests cost; the list prices unless said. A model without a price costs nothing. */
  readonly prices?: readonly Price[] | undefined;
  /**
   * By which the log, the prices, the lives of prompts in the cache and the ends of batches go; the system's unless said. A
   * `ToldClock` goes by the requests' header `x-armada-now`.
   */
  readonly clock?: Clock | undefined;
  /** Usage to report instead of the counted one. */
  readonly usage?: ((request: ApiRequest) => Partial<ApiUsage>) | undefined;
};

export type ApiServer = AsyncDisposable & {
  readonly url: string;
  /** Read from the file, where there is one. */
  readonly log: readonly ApiLogLine[];
  /** Given so far, by kind. */
  readonly faults: Readonly<Record<Fault | BatchFault, number>>;
  readonly counts: Readonly<Record<"requests" | "answered" | "unmatched", number>>;
};

/** Longer than a client keeps an idle connection: else the server would close it under the client's next request. */
const KEEP_ALIVE_MS = 120_000;
const BACKLOG = 4_096;

const ANY = { has: (): boolean => true };

const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) => sleep(ms, undefined, { ref: false, ...(signal === undefined ? {} : { signal }) }),
};

/**
 * A server on loopback that speaks the Messages API (messages, batches, counting tokens, the usage report) and OpenAI's chat
 * completions and embeddings, keeps a provider's account of both, and does wrong on purpose as it is told.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { logFile } = options;
  const { delayMs, pieceMs, batchMs, batchExpire, hold, faults, refuse } = options;
  const clock = options.clock ?? systemClock;
  const now = (): number => clock.now();
  const settings = settingsOf({ delayMs, pieceMs, batchMs, batchExpire, hold, faults, refuse });
  const book = apiBook(logFile, options.prices, now);
  const models = options.models ?? [...new Set((options.prices ?? listPrices).map((price) => price.model))];
  const how: Answering = {
    script: options.script,
    plan: options.plan,
    usage: options.usage,
    pieces: options.pieces ?? 8,
    cache: promptCache(),
    now,
  };
  const known = options.anyModel === true ? ANY : new Set(models);
  const file = logFile === undefined ? undefined : `${logFile}.batches.jsonl`;
  const all = batches(file, book, settings, { ...how, models: known, clock });
  book.abandon(new Set(all.all().map(({ id }) => id)));
  const { keys } = options;
  const handle = routes({ book, settings, how, batches: all, keys, models, known, openaiModels: options.models });

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    const handled = clock instanceof ToldClock ? clock.tell(timeOf(req)).then(() => handle(req, res)) : handle(req, res);
    handled.catch((error: unknown) => {
      if (res.headersSent) res.destroy();
      else refusal(res, messagesWire, "internal", String(error), "000000", settings);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen({ port: options.port ?? 0, host: "127.0.0.1", backlog: BACKLOG }, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    get log() {
      return book.lines;
    },
    faults: settings.faults.given,
    counts: book.counts,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      all.close();
      book.close();
    },
  };
}

/** What a request says that the time is; 0, which no clock goes back to, where it does not say. */
function timeOf(req: IncomingMessage): number {
  return Number(headerOf(req, NOW_HEADER) ?? 0) || 0;
}
