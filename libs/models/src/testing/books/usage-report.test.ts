import { expect, test } from "vitest";
import type { ApiLogLine } from "./api-log.ts";
import { ReportQuery, usageReport } from "./usage-report.ts";

const line = (at: string, more: Partial<ApiLogLine> = {}): ApiLogLine => ({
  at,
  event: "end",
  id: "1",
  provider: "anthropic",
  model: "claude-haiku-5-5",
  task: "",
  tokens: { input: 100, output: 10, cacheRead: 5, cacheWrite5m: 3, cacheWrite1h: 2 },
  billed: true,
  costMicros: 1,
  outcome: "answered",
  ...more,
});
const report = usageReport();
for (const one of [
  line("2026-11-22T09:59:59.000Z"),
  line("2026-11-22T10:00:00.000Z"),
  line("2026-11-22T10:30:00.000Z", { batch: "msgbatch_1" }),
  line("2026-11-22T10:40:00.000Z", { model: "claude-opus-5-5" }),
  line("2026-11-22T10:50:00.000Z", { billed: false, outcome: "rate_limited" }),
  line("2026-11-22T12:10:00.000Z"),
])
  report.fold(one);
const now = Date.parse("2026-11-22T12:30:00Z");
const page = (query: Record<string, unknown>) => report.page(ReportQuery.parse(query), now);

test("what was billed, by hour and model", () => {
  const { data, has_more } = page({ starting_at: "2026-11-22T10:20:00Z", bucket_width: "1h" });
  expect(has_more).toBe(false);
  expect(data).toMatchObject([
    {
      starting_at: "2026-11-22T10:00:00Z",
      ending_at: "2026-11-22T11:00:00Z",
      results: [
        {
          model: "claude-haiku-5-5",
          uncached_input_tokens: 200,
          output_tokens: 20,
          cache_read_input_tokens: 10,
          cache_creation: { ephemeral_5m_input_tokens: 6, ephemeral_1h_input_tokens: 4 },
          service_tier: null,
        },
        { model: "claude-opus-5-5", uncached_input_tokens: 100 },
      ],
    },
    { starting_at: "2026-11-22T11:00:00Z", results: [] },
    { starting_at: "2026-11-22T12:00:00Z", results: [{ uncached_input_tokens: 100 }] },
  ]);
});

test("by service tier too, and of some models only", () => {
  const query = { starting_at: "2026-11-22T10:00:00Z", ending_at: "2026-11-22T11:00:00Z", bucket_width: "1h" };
  const [bucket] = [page({ ...query, group_by: ["model", "service_tier"], models: ["claude-haiku-5-5"] }).data].flat();
  expect(bucket).toMatchObject({ results: [{ service_tier: "standard" }, { service_tier: "batch" }] });
});

test("in pages", () => {
  const first = page({ starting_at: "2026-11-22T09:00:00Z", bucket_width: "1h", limit: "2" });
  expect(first).toMatchObject({ data: [{}, {}], has_more: true, next_page: "2026-11-22T11:00:00Z" });
  const second = page({ starting_at: "2026-11-22T09:00:00Z", bucket_width: "1h", limit: "2", page: first.next_page });
  expect(second).toMatchObject({ data: [{ starting_at: "2026-11-22T11:00:00Z" }, {}], has_more: false, next_page: null });
});
