import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { costMicros, listPrices } from "../prices.ts";
import { type ApiUsage, errorBody, eventsOf, messageOf, type Reply, sse } from "./api-events.ts";
import type { ApiLogLine, apiLog } from "./api-log.ts";
import { type ApiRequest, roughTokens } from "./api-request.ts";
import type { ApiServerOptions } from "./api-server.ts";
import type { Fault } from "./faults.ts";

export type Served = { readonly id: string; readonly request: ApiRequest; readonly inputTokens: number; readonly fault: Fault | undefined };

type How = ApiServerOptions & { readonly log: ReturnType<typeof apiLog>; readonly retryAfter: number; readonly holdMs: number };
type Outcome = ApiLogLine["outcome"];

/** Serves one accepted request to its end, and writes both lines of the log. */
export async function answer(res: ServerResponse, served: Served, how: How): Promise<void> {
  const { id, request, fault } = served;
  const gone = new AbortController();
  res.once("close", () => gone.abort());
  const line = (event: ApiLogLine["event"], outcome: Outcome, billed: boolean, usage: ApiUsage): void =>
    how.log.add({
      at: new Date().toISOString(),
      event,
      id,
      model: request.model,
      task: request.task,
      ...(request.idempotencyKey === undefined ? {} : { idempotencyKey: request.idempotencyKey }),
      tokens: { input: usage.input_tokens, output: usage.output_tokens },
      billed,
      costMicros: billed ? cost(request.model, usage) : 0,
      outcome,
    });
  const none: ApiUsage = { input_tokens: served.inputTokens, output_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0 };
  line("arrival", "open", false, none);
  const pause = (ms: number): Promise<boolean> => sleep(ms, true, { signal: gone.signal }).catch(() => false);

  if (fault === "rateLimited" || fault === "overloaded") {
    const limited = fault === "rateLimited";
    const body = errorBody(limited ? "rate_limit_error" : "overloaded_error", limited ? "Rate limited" : "Overloaded", id);
    line("end", limited ? "rate_limited" : "overloaded", false, none);
    res.writeHead(limited ? 429 : 529, {
      "content-type": "application/json",
      ...(limited ? { "retry-after": String(how.retryAfter) } : {}),
    });
    res.end(JSON.stringify(body));
    return;
  }
  if ((how.delayMs ?? 0) > 0 && !(await pause(how.delayMs ?? 0))) return line("end", "aborted", true, none);

  let json: string;
  try {
    json = JSON.stringify(await how.script(request.task, request));
  } catch (error) {
    line("end", "script_failed", false, none);
    res.writeHead(500, { "content-type": "application/json" }).end(JSON.stringify(errorBody("api_error", String(error), id)));
    return;
  }
  const usage: ApiUsage = { ...none, output_tokens: roughTokens(json), ...how.usage?.(request) };
  if (fault === "timeout") {
    line("end", "timeout", true, usage);
    await pause(how.holdMs);
    res.destroy();
    return;
  }
  const cut = fault === "truncatedJson" ? json.slice(0, Math.floor(json.length / 2)) : json;
  const stopReason = fault === "truncatedJson" ? "max_tokens" : request.forcedTool === undefined ? "end_turn" : "tool_use";
  const sent = await send(res, { id, request, json: cut, usage, stopReason }, how, { pause, breaks: fault === "brokenStream" });
  if (sent.share === 1) return line("end", fault === "truncatedJson" ? "truncated" : "answered", true, usage);
  const made = { ...usage, output_tokens: Math.ceil(usage.output_tokens * sent.share) };
  line("end", sent.broken ? "stream_broken" : "aborted", true, made);
}

/** @returns the share of the answer that went out, and whether this server itself cut it. */
async function send(
  res: ServerResponse,
  reply: Reply,
  how: How,
  { pause, breaks }: { pause: (ms: number) => Promise<boolean>; breaks: boolean },
): Promise<{ share: number; broken: boolean }> {
  const headers = { "request-id": `req_${reply.id}`, "cache-control": "no-cache" };
  if (!reply.request.stream) {
    if (breaks) {
      res.destroy();
      return { share: 0.5, broken: true };
    }
    res.writeHead(200, { ...headers, "content-type": "application/json" }).end(JSON.stringify(messageOf(reply)));
    return { share: 1, broken: false };
  }
  res.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8" });
  const events = [...eventsOf(reply, how.pieces ?? 8)];
  const stop = breaks ? Math.floor(events.length / 2) : events.length;
  for (const [i, event] of events.entries()) {
    if (i === stop) {
      // What is unwritten when the socket is destroyed would never have been sent: then nothing would have begun.
      await new Promise((resolve) => res.write("\n", resolve));
      res.destroy();
      return { share: i / events.length, broken: true };
    }
    if (res.destroyed) return { share: i / events.length, broken: false };
    res.write(sse(event));
    if (event.type === "content_block_delta" && (how.pieceMs ?? 0) > 0 && !(await pause(how.pieceMs ?? 0)))
      return { share: i / events.length, broken: false };
  }
  res.end();
  return { share: 1, broken: false };
}

/** At the newest list price; a model of a test's own costs nothing. */
function cost(model: string, usage: ApiUsage): number {
  const price = listPrices.findLast((row) => row.model === model);
  if (price === undefined) return 0;
  return costMicros(price, {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheWriteTokens: usage.cache_creation_input_tokens,
  });
}
