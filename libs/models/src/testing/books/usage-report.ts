import { z } from "zod";
import { noTokens, plus } from "./api-calls.ts";
import type { ApiLogLine } from "./api-log.ts";
import type { ApiTokens } from "./api-usage.ts";

const Instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const MINUTE_MS = 60_000;
/** Milliseconds of a bucket, and how many one page has unless said and at most. */
const WIDTHS = { "1m": [MINUTE_MS, 60, 1_440], "1h": [60 * MINUTE_MS, 24, 168], "1d": [1_440 * MINUTE_MS, 7, 31] } as const;

/** The query of the report; `group_by` knows `model` and `service_tier` here, and is `model` unless said (at the API: nothing). */
export const ReportQuery = z.object({
  starting_at: Instant,
  ending_at: Instant.optional(),
  bucket_width: z.enum(["1m", "1h", "1d"]).default("1d"),
  group_by: z.array(z.enum(["model", "service_tier"])).default(["model"]),
  models: z.array(z.string()).optional(),
  limit: z.coerce.number().int().positive().optional(),
  page: Instant.optional(),
});
export type ReportQuery = z.infer<typeof ReportQuery>;

export type UsageReport = { fold(line: ApiLogLine): void; page(query: ReportQuery, now: number): Record<string, unknown> };

/**
 * What was billed, by time, model and service tier, of both protocols.
 * Shape: platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report, 2026-11. Two things differ: a request shows at
 * once (there within five minutes), and the bucket in which `ending_at` falls is part of the answer.
 */
export function usageReport(): UsageReport {
  const minutes = new Map<number, Map<string, { model: string; tier: string; tokens: ApiTokens }>>();
  return {
    fold(line) {
      if (line.event !== "end" || !line.billed) return;
      const minute = Math.floor(Date.parse(line.at) / MINUTE_MS) * MINUTE_MS;
      const tier = line.batch === undefined ? "standard" : "batch";
      const key = `${tier} ${line.model}`;
      const rows = minutes.get(minute) ?? new Map();
      minutes.set(minute, rows);
      rows.set(key, { model: line.model, tier, tokens: plus(rows.get(key)?.tokens ?? noTokens, line.tokens) });
    },
    page(query, now) {
      const [width, usual, most] = WIDTHS[query.bucket_width];
      const first = Math.floor((query.page ?? query.starting_at) / width) * width;
      const end = query.ending_at ?? now + 1;
      const all = Math.max(0, Math.ceil((end - first) / width));
      const count = Math.min(all, query.limit ?? usual, most);
      const buckets = Array.from({ length: count }, (_, i) => ({ from: first + i * width, rows: new Map<string, Row>() }));
      for (const [minute, rows] of minutes) {
        const bucket = buckets[Math.floor((minute - first) / width)];
        if (bucket === undefined) continue;
        for (const { model, tier, tokens } of rows.values()) {
          if (query.models !== undefined && !query.models.includes(model)) continue;
          const by = {
            model: query.group_by.includes("model") ? model : null,
            tier: query.group_by.includes("service_tier") ? tier : null,
          };
          const key = `${by.tier} ${by.model}`;
          bucket.rows.set(key, { ...by, tokens: plus(bucket.rows.get(key)?.tokens ?? noTokens, tokens) });
        }
      }
      const next = first + count * width;
      return {
        data: buckets.map(({ from, rows }) => ({
          starting_at: iso(from),
          ending_at: iso(from + width),
          results: [...rows.values()].map(result),
        })),
        has_more: count < all,
        next_page: count < all ? iso(next) : null,
      };
    },
  };
}

type Row = { readonly model: string | null; readonly tier: string | null; readonly tokens: ApiTokens };

function result({ model, tier, tokens }: Row): Record<string, unknown> {
  return {
    uncached_input_tokens: tokens.input,
    cache_creation: { ephemeral_5m_input_tokens: tokens.cacheWrite5m, ephemeral_1h_input_tokens: tokens.cacheWrite1h },
    cache_read_input_tokens: tokens.cacheRead,
    output_tokens: tokens.output,
    server_tool_use: { web_search_requests: 0 },
    api_key_id: null,
    workspace_id: null,
    model,
    service_tier: tier,
    context_window: null,
  };
}

/** As the API writes them, without milliseconds. */
function iso(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
