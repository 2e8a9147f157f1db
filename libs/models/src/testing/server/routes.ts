import type { IncomingMessage, ServerResponse } from "node:http";
import { serveBatches } from "../anthropic/batch-routes.ts";
import type { Batches } from "../anthropic/batches.ts";
import { acceptMessage, type Known, placeOf } from "../anthropic/messages-request.ts";
import { messagesWire } from "../anthropic/messages-wire.ts";
import { modelList, modelOf } from "../anthropic/model-list.ts";
import type { ApiBook } from "../books/api-book.ts";
import { ReportQuery } from "../books/usage-report.ts";
import { embeddingsJob } from "../openai/embeddings.ts";
import { acceptChat } from "../openai/request.ts";
import { openaiWire } from "../openai/wire.ts";
import { type Answering, answerJob } from "./answer-job.ts";
import type { Settings } from "./api-control.ts";
import { jsonOf } from "./api-request.ts";
import { bodyOf, headerOf, queryOf } from "./incoming.ts";
import { serveOwn } from "./own-routes.ts";
import { refusal, sendWhole, serve } from "./serve.ts";
import type { Refusal } from "./wire.ts";

export type Serving = {
  readonly book: ApiBook;
  readonly settings: Settings;
  readonly how: Answering;
  readonly batches: Batches;
  /** Any but an empty one where absent. */
  readonly keys: readonly string[] | undefined;
  readonly models: readonly string[];
  readonly known: Known;
  /** Any where absent. */
  readonly openaiModels: readonly string[] | undefined;
};

const BODY_LIMIT = 32 * 1024 * 1024;
/** Source: platform.claude.com/docs/en/build-with-claude/batch-processing, "Batch limitations", 2026-11. */
const BATCH_BODY_LIMIT = 256 * 1024 * 1024;
const OWN = "/v1/armada/";

/** Which request goes where. */
export function routes(serving: Serving): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { book, settings, how, keys } = serving;
  const models = serving.known;
  const openaiModels = serving.openaiModels === undefined ? undefined : models;

  return async (req, res) => {
    const url = new URL(req.url ?? "/", "http://loopback");
    const path = url.pathname;
    const method = req.method ?? "GET";
    const headers = (name: string): string | undefined => headerOf(req, name);
    const body = async (limit = BODY_LIMIT): Promise<{ text: string; value: unknown } | undefined> => {
      const text = await bodyOf(req, limit);
      return text === undefined ? undefined : { text, value: jsonOf(text) };
    };
    if (path.startsWith(OWN)) {
      const value = method === "POST" ? (await body())?.value : undefined;
      return serveOwn(res, { route: `${method} ${path.slice(OWN.length)}`, query: queryOf(url), body: value }, book, settings);
    }

    if (settings.refuse != null) {
      req.resume();
      res.writeHead(settings.refuse.status, { "content-type": "application/json" }).end(JSON.stringify(settings.refuse.body));
      return;
    }
    const id = book.nextId();
    const openai = /^\/v1\/(chat\/|embeddings)/.test(path) || (path.startsWith("/v1/models") && headers("anthropic-version") === undefined);
    const wire = openai ? openaiWire : messagesWire;
    const refuse = (why: Refusal, message: string): void => refusal(res, wire, why, message, id, settings);
    const send = (value: Record<string, unknown>): Promise<void> =>
      sendWhole(res, JSON.stringify(value), { [wire.idHeader]: `req_${id}` }, false);
    const key = headers("x-api-key") ?? headers("authorization")?.replace(/^Bearer /i, "");
    if (key === undefined || key === "" || (keys !== undefined && !keys.includes(key)))
      return refuse("authentication", openai ? "Incorrect API key provided" : "invalid x-api-key");

    const batch = /^\/v1\/messages\/batches\/?(.*)$/.exec(path);
    const come = method === "POST" ? await body(batch === null ? BODY_LIMIT : BATCH_BODY_LIMIT) : { text: "", value: undefined };
    if (come === undefined) return refuse("too_large", "Request exceeds the maximum size");
    const query = queryOf(url);
    if (batch !== null && (method === "POST" || method === "GET"))
      return serveBatches(res, { method, rest: batch[1] ?? "", query, body: come.value, headers, id }, serving.batches, settings);

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
        return parsed.success ? send(book.report.page(parsed.data, how.now())) : refuse("invalid", placeOf(parsed.error));
      }
      case "GET /v1/models":
        return send(modelList(serving.models, !openai));
      default: {
        const model = /^\/v1\/models\/(.+)$/.exec(path)?.[1];
        if (method === "GET" && model !== undefined && models.has(model)) return send(modelOf(model, !openai));
        return refuse("not_found", path);
      }
    }
  };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
