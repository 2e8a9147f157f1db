import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listPrices, type Price } from "../prices.ts";
import { type Answering, answerJob } from "./answer-job.ts";
import { apiBook } from "./api-book.ts";
import { settingsOf } from "./api-control.ts";
import type { ApiLogLine } from "./api-log.ts";
import { type ApiRequest, jsonOf } from "./api-request.ts";
import type { ApiUsage } from "./api-usage.ts";
import { serveBatches } from "./batch-routes.ts";
import { batches } from "./batches.ts";
import { embeddingsJob } from "./embeddings.ts";
import type { BatchFault, Fault, FaultRates } from "./faults.ts";
import { bodyOf, headerOf, queryOf } from "./incoming.ts";
import { acceptMessage, placeOf } from "./messages-request.ts";
import { messagesWire } from "./messages-wire.ts";
import { modelList, modelOf } from "./model-list.ts";
import { acceptChat } from "./openai-request.ts";
import { openaiWire } from "./openai-wire.ts";
import { serveOwn } from "./own-routes.ts";
import { promptCache } from "./prompt-cache.ts";
import { refusal, sendWhole, serve } from "./serve.ts";
import { ReportQuery } from "./usage-report.ts";
import type { Refusal } from "./wire.ts";

/** What the model would have said: the value asked for, as plain JSON. */
export type ApiScript = (task: string, request: ApiRequest) => unknown;

export type ApiServerOptions = {
  /** A free one unless said. */
  readonly port?: number | undefined;
  /** A server on the log of another goes on with it: its reports, and its batches, in `<logFile>.batches.jsonl`. */
  readonly logFile?: string | undefined;
  readonly script: ApiScript;
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
  /** Keys accepted; any key unless said. */
  readonly keys?: readonly string[] | undefined;
  /** Models known; unless said those of the price list, and any on the OpenAI routes. */
  readonly models?: readonly string[] | undefined;
  /** What requests cost; the list prices unless said. A model without a price costs nothing. */
  readonly prices?: readonly Price[] | undefined;
  /** Usage to report instead of the counted one. */
  readonly usage?: ((request: ApiRequest) => Partial<ApiUsage>) | undefined;
};

export type ApiServer = AsyncDisposable & {
  readonly url: string;
  /** Read from the file, where there is one. */
  readonly log: readonly ApiLogLine[];
  /** Given so far, by kind. */
  readonly faults: Readonly<Record<Fault | BatchFault, number>>;
  readonly counts: { readonly requests: number; readonly answered: number };
};

const BODY_LIMIT = 32 * 1024 * 1024;
/** Source: platform.claude.com/docs/en/build-with-claude/batch-processing, "Batch limitations", 2026-11. */
const BATCH_BODY_LIMIT = 256 * 1024 * 1024;
/** Longer than a client keeps an idle connection: else the server would close it under the client's next request. */
const KEEP_ALIVE_MS = 120_000;
const BACKLOG = 4_096;

/**
 * A server on loopback that speaks the Messages API (messages, batches, counting tokens, the usage report) and OpenAI's chat
 * completions and embeddings, keeps a provider's account of both, and does wrong on purpose as it is told.
 */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const { logFile } = options;
  const { delayMs, pieceMs, batchMs, batchExpire, hold, faults } = options;
  const settings = settingsOf({ delayMs, pieceMs, batchMs, batchExpire, hold, faults });
  const book = apiBook(logFile, options.prices);
  const priced = [...new Set((options.prices ?? listPrices).map((price) => price.model))];
  const listed = options.models ?? priced;
  const models = new Set(listed);
  const openaiModels = options.models === undefined ? undefined : models;
  const how: Answering = { script: options.script, usage: options.usage, pieces: options.pieces ?? 8, cache: promptCache() };
  const file = logFile === undefined ? undefined : `${logFile}.batches.jsonl`;
  const all = batches(file, book, settings, { ...how, models });
  book.abandon(new Set(all.all().map(({ id }) => id)));

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const url = new URL(req.url ?? "/", "http://loopback");
    const path = url.pathname;
    const method = req.method ?? "GET";
    const headers = (name: string): string | undefined => headerOf(req, name);
    const body = async (limit = BODY_LIMIT): Promise<{ text: string; value: unknown } | undefined> => {
      const text = await bodyOf(req, limit);
      return text === undefined ? undefined : { text, value: jsonOf(text) };
    };
    if (path.startsWith("/v1/armada/")) {
      const value = method === "POST" ? (await body())?.value : undefined;
      return serveOwn(res, { route: `${method} ${path.slice("/v1/armada/".length)}`, query: queryOf(url), body: value }, book, settings);
    }

    const id = book.nextId();
    const openai = /^\/v1\/(chat\/|embeddings)/.test(path) || (path.startsWith("/v1/models") && headers("anthropic-version") === undefined);
    const wire = openai ? openaiWire : messagesWire;
    const refuse = (why: Refusal, message: string): void => refusal(res, wire, why, message, id, settings);
    const send = (value: Record<string, unknown>): Promise<void> =>
      sendWhole(res, JSON.stringify(value), { [wire.idHeader]: `req_${id}` }, false);
    const key = headers("x-api-key") ?? headers("authorization")?.replace(/^Bearer /i, "");
    if (key === undefined || key === "" || (options.keys !== undefined && !options.keys.includes(key)))
      return refuse("authentication", openai ? "Incorrect API key provided" : "invalid x-api-key");

    const batch = /^\/v1\/messages\/batches\/?(.*)$/.exec(path);
    const come = method === "POST" ? await body(batch === null ? BODY_LIMIT : BATCH_BODY_LIMIT) : { text: "", value: undefined };
    if (come === undefined) return refuse("too_large", "Request exceeds the maximum size");
    const query = queryOf(url);
    if (batch !== null && (method === "POST" || method === "GET"))
      return serveBatches(res, { method, rest: batch[1] ?? "", query, body: come.value, headers, id }, all, settings);

    switch (`${method} ${path}`) {
      case "POST /v1/messages":
      case "POST /v1/chat/completions": {
        const accepted = openai ? acceptChat(come.value, headers, openaiModels) : acceptMessage(come.value, headers, models);
        if ("refused" in accepted) return refuse(accepted.refused, accepted.message);
        return serve(res, answerJob(accepted, wire, id, settings.faults.next(), how), book, settings);
      }
      case "POST /v1/messages/count_tokens": {
        const accepted = acceptMessage({ max_tokens: 1, ...objectOf(come.value) }, headers, models);
        if ("refused" in accepted) return refuse(accepted.refused, accepted.message);
        return send({
          input_tokens: how.cache.look(
            "",
            accepted.segments.map(({ text }) => ({ text })),
            0,
          ).input,
        });
      }
      case "POST /v1/embeddings": {
        const job = embeddingsJob(come.value, headers, openaiModels, id, settings.faults.next);
        return "refused" in job ? refuse(job.refused, job.message) : serve(res, job, book, settings);
      }
      case "GET /v1/organizations/usage_report/messages": {
        const parsed = ReportQuery.safeParse(query);
        return parsed.success ? send(book.report.page(parsed.data, Date.now())) : refuse("invalid", placeOf(parsed.error));
      }
      case "GET /v1/models":
        return send(modelList(listed, !openai));
      default: {
        const model = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
        if (method === "GET" && model !== undefined && models.has(model)) return send(modelOf(model, !openai));
        return refuse("not_found", path);
      }
    }
  };

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (req, res) => {
    handle(req, res).catch((error: unknown) => {
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

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
