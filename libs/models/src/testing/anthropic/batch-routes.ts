import type { ServerResponse } from "node:http";
import { z } from "zod";
import type { Settings } from "../server/api-control.ts";
import type { Headers } from "../server/api-request.ts";
import { goneOf, pause, refusal, sendWhole, silence } from "../server/serve.ts";
import type { BatchState } from "./batch-state.ts";
import type { Batches } from "./batches.ts";
import { placeOf } from "./messages-request.ts";
import { messagesWire } from "./messages-wire.ts";

/** Limits of one batch; source: platform.claude.com/docs/en/api/messages/batches/create, 2026-11. */
const Create = z.object({
  requests: z
    .array(z.object({ custom_id: z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/), params: z.unknown() }))
    .min(1)
    .max(100_000)
    .refine((requests) => new Set(requests.map(({ custom_id }) => custom_id)).size === requests.length, "custom_id must be unique"),
});
const List = z.object({
  limit: z.coerce.number().int().min(1).max(1_000).default(20),
  after_id: z.string().optional(),
  before_id: z.string().optional(),
});
const EXPIRES_MS = 24 * 3_600_000;

/** One request to `/v1/messages/batches…`. */
export type BatchCall = {
  readonly method: string;
  /** Behind `/v1/messages/batches/`: nothing, an id, `<id>/results` or `<id>/cancel`. */
  readonly rest: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly headers: Headers;
  /** Of the request. */
  readonly id: string;
};

export async function serveBatches(res: ServerResponse, call: BatchCall, all: Batches, settings: Settings): Promise<void> {
  const origin = `http://${call.headers("host") ?? ""}`;
  const shown = (state: BatchState): Record<string, unknown> => batchOf(state, origin);
  const send = (value: unknown): Promise<void> => sendWhole(res, JSON.stringify(value), { "request-id": `req_${call.id}` }, false);
  const refuse = (why: "invalid" | "not_found", message: string): void => refusal(res, messagesWire, why, message, call.id, settings);

  const [id = "", verb] = call.rest.split("/");
  if (id === "") {
    if (call.method === "POST") return create(res, call, all, settings, shown);
    const query = List.safeParse(call.query);
    return query.success ? send(page(all.all().toReversed(), query.data, shown)) : refuse("invalid", placeOf(query.error));
  }
  const state = all.get(id);
  if (state === undefined) return refuse("not_found", `batch: ${id}`);
  if (call.method === "GET" && verb === undefined) return send(shown(state));
  if (call.method === "POST" && verb === "cancel") {
    if (state.endedAt !== null) return refuse("invalid", "The batch has ended");
    return send(shown(all.cancel(id) ?? state));
  }
  if (call.method === "GET" && verb === "results") {
    if (state.endedAt === null) return refuse("not_found", "The batch has not ended yet");
    const lines = state.items.map(({ customId, result }) => `${JSON.stringify({ custom_id: customId, result })}\n`);
    res.writeHead(200, { "content-type": "application/x-jsonl", "request-id": `req_${call.id}` }).end(lines.join(""));
    return;
  }
  refuse("not_found", call.rest);
}

/** The faults that come after a request was billed come here after the batch was accepted. */
async function create(
  res: ServerResponse,
  call: BatchCall,
  all: Batches,
  settings: Settings,
  shown: (state: BatchState) => Record<string, unknown>,
): Promise<void> {
  const parsed = Create.safeParse(call.body ?? {});
  if (!parsed.success) return refusal(res, messagesWire, "invalid", placeOf(parsed.error), call.id, settings);
  const gone = goneOf(res);
  const fault = settings.faults.next();
  if (!(await settings.passed(gone))) return;
  if (fault === "rateLimited") return refusal(res, messagesWire, "rate_limited", "Rate limited", call.id, settings);
  if (fault === "overloaded") return refusal(res, messagesWire, "overloaded", "Overloaded", call.id, settings);
  if (!(await pause(settings.delayMs, gone))) return;
  const state = all.create(parsed.data.requests, call.headers);
  if (fault === "timeout") return silence(res, settings, gone);
  await sendWhole(res, JSON.stringify(shown(state)), { "request-id": `req_${call.id}` }, fault !== undefined);
}

function page(
  newest: readonly BatchState[],
  { limit, after_id, before_id }: z.infer<typeof List>,
  shown: (state: BatchState) => Record<string, unknown>,
): Record<string, unknown> {
  const from = after_id === undefined ? 0 : newest.findIndex(({ id }) => id === after_id) + 1;
  const to = before_id === undefined ? newest.length : newest.findIndex(({ id }) => id === before_id);
  const range = newest.slice(from, Math.max(from, to));
  const data = before_id === undefined ? range.slice(0, limit) : range.slice(-limit);
  return {
    data: data.map(shown),
    has_more: data.length < range.length,
    first_id: data.at(0)?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}

function batchOf({ id, createdAt, cancelAt, endedAt, items }: BatchState, origin: string): Record<string, unknown> {
  const counts = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
  for (const { result } of items) counts[result?.type ?? "processing"] += 1;
  return {
    id,
    type: "message_batch",
    processing_status: endedAt !== null ? "ended" : cancelAt !== null ? "canceling" : "in_progress",
    request_counts: counts,
    created_at: createdAt,
    expires_at: new Date(Date.parse(createdAt) + EXPIRES_MS).toISOString(),
    ended_at: endedAt,
    cancel_initiated_at: cancelAt,
    archived_at: null,
    results_url: endedAt === null ? null : `${origin}/v1/messages/batches/${id}/results`,
  };
}
