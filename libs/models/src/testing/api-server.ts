import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listPrices } from "../prices.ts";
import { answer, type Served } from "./api-answer.ts";
import { type ApiUsage, errorBody } from "./api-events.ts";
import { type ApiLogLine, apiLog } from "./api-log.ts";
import { type ApiRequest, apiRequest, Body, roughTokens } from "./api-request.ts";
import { drawFaults, type Fault, type FaultRates } from "./faults.ts";

/** What the model would have said: the value asked for, as plain JSON. */
export type ApiScript = (task: string, request: ApiRequest) => unknown;

export type ApiServerOptions = {
  /** A free one unless said. */
  readonly port?: number;
  readonly logFile?: string;
  readonly script: ApiScript;
  /** Between a request's arrival and the first byte of its answer, milliseconds. */
  readonly delayMs?: number;
  /** Deltas of one streamed answer; 8 unless said. */
  readonly pieces?: number;
  /** Between two deltas, milliseconds. */
  readonly pieceMs?: number;
  readonly faults?: FaultRates;
  /** Keys accepted; any key unless said. */
  readonly keys?: readonly string[];
  /** Models known; those of the price list unless said. */
  readonly models?: readonly string[];
  /** Usage to report instead of the counted one. */
  readonly usage?: (request: ApiRequest) => Partial<ApiUsage>;
};

export type ApiServer = AsyncDisposable & {
  readonly url: string;
  readonly log: readonly ApiLogLine[];
  readonly faults: Readonly<Record<Fault, number>>;
};

const BODY_LIMIT = 32 * 1024 * 1024;
/** These answer 400 to a forced tool; source: their "what's new" pages at platform.claude.com, 2026-11. */
const NO_FORCED_TOOL = /^claude-(opus|sonnet)-5-5|^claude-fable-5-[12]/;

/** A server on loopback that speaks the Messages API: `POST /v1/messages`, streamed or whole, and `…/count_tokens`. */
export async function startApiServer(options: ApiServerOptions): Promise<ApiServer> {
  const log = apiLog(options.logFile);
  const faults = drawFaults(options.faults);
  const models = new Set(options.models ?? listPrices.map((price) => price.model));
  let count = 0;

  const handle = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    count += 1;
    const id = String(count).padStart(6, "0");
    const refuse = (status: number, type: string, message: string): void => send(res, status, errorBody(type, message, id), id);
    const key = header(req, "x-api-key") ?? header(req, "authorization")?.replace(/^Bearer /i, "");
    if (key === undefined || key === "" || (options.keys !== undefined && !options.keys.includes(key)))
      return refuse(401, "authentication_error", "invalid x-api-key");
    const path = new URL(req.url ?? "/", "http://loopback").pathname;
    if (req.method !== "POST" || !["/v1/messages", "/v1/messages/count_tokens"].includes(path)) return refuse(404, "not_found_error", path);
    const text = await bodyOf(req);
    if (text === undefined) return refuse(413, "request_too_large", "Request exceeds the maximum size");
    const counting = path.endsWith("/count_tokens");
    const parsed = Body.safeParse(counting ? { max_tokens: 1, ...json(text) } : json(text));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return refuse(400, "invalid_request_error", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
    }
    if (!models.has(parsed.data.model)) return refuse(404, "not_found_error", `model: ${parsed.data.model}`);
    if (counting) return send(res, 200, { input_tokens: roughTokens(text) }, id);
    const request = apiRequest(parsed.data, (name) => header(req, name));
    if (request.forcedTool !== undefined && NO_FORCED_TOOL.test(request.model))
      return refuse(400, "invalid_request_error", "tool_choice: forced tool use is not supported for this model");
    const served: Served = { id, request, inputTokens: roughTokens(text), fault: faults.next() };
    await answer(res, served, { ...options, log, retryAfter: faults.retryAfter, holdMs: faults.holdMs });
  };

  const server = createServer((req, res) => {
    handle(req, res).catch((error: unknown) => {
      if (!res.headersSent) send(res, 500, errorBody("api_error", String(error), "000000"), "000000");
      else res.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    log: log.lines,
    faults: faults.given,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(res: ServerResponse, status: number, body: Record<string, unknown>, id: string): void {
  res.writeHead(status, { "content-type": "application/json", "request-id": `req_${id}` }).end(JSON.stringify(body));
}

function header(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === "string" ? value : undefined;
}

async function bodyOf(req: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > BODY_LIMIT) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function json(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
