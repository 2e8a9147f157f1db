import { ArmadaError } from "@armada/contracts";
import { costMicros, type Price, priceOf } from "@armada/models";
import { z } from "zod";
import { get } from "./provider-account.ts";

/** `claude-haiku-4-5` of `claude-haiku-4-5-20251001`. */
export function undated(model: string): string {
  return model.replace(/-\d{8}$/, "");
}

const count = z.number().int().min(0);
const Result = z.object({
  model: z.string().nullable(),
  service_tier: z.string().nullable(),
  uncached_input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation: z.object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count }),
});
const Page = z.object({
  data: z.array(z.object({ starting_at: z.iso.datetime(), results: z.array(Result) })),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});

/**
 * What a provider billed of a model in the hour that began at `hour` (ms since 1970). `batch`: in its batches. `micros`: at
 * most; undefined for a model without a price.
 */
export type HourUsage = {
  readonly hour: number;
  readonly model: string;
  readonly batch: boolean;
  readonly micros: number | undefined;
  readonly tokens: number;
};

/**
 * The Messages API's usage report by hour, model and service tier.
 * Source: platform.claude.com/docs/en/api/admin-api/usage-cost/get-messages-usage-report, 2026-11.
 * @throws ArmadaError `USAGE_UNREADABLE`, `USAGE_REFUSED`
 */
export async function usageByHour(
  about: { readonly base: string; readonly key: string; readonly prices: readonly Price[] },
  from: number,
  to: number,
): Promise<readonly HourUsage[]> {
  const found: HourUsage[] = [];
  for (let page: string | undefined, more = true; more; ) {
    const query = new URLSearchParams({ starting_at: iso(from), ending_at: iso(to), bucket_width: "1h", limit: "168" });
    for (const group of ["model", "service_tier"]) query.append("group_by[]", group);
    if (page !== undefined) query.set("page", page);
    const { status, body } = await get(`${root(about.base)}/v1/organizations/usage_report/messages?${query.toString()}`, {
      "x-api-key": about.key,
      "anthropic-version": "2023-06-01",
    });
    const parsed = Page.safeParse(body);
    if (status !== 200 || !parsed.success) throw refused(status);
    for (const { starting_at, results } of parsed.data.data)
      for (const one of results) found.push(hourUsage(Date.parse(starting_at), one, about.prices));
    page = parsed.data.next_page ?? undefined;
    more = parsed.data.has_more && page !== undefined;
  }
  return found;
}

function hourUsage(hour: number, one: z.infer<typeof Result>, prices: readonly Price[]): HourUsage {
  const { uncached_input_tokens: input, output_tokens: output, cache_read_input_tokens: read, cache_creation: written } = one;
  const writes = written.ephemeral_5m_input_tokens + written.ephemeral_1h_input_tokens;
  const usage = {
    inputTokens: input,
    outputTokens: output,
    cacheReadTokens: read,
    cacheWriteTokens: writes,
    cacheWrite1hTokens: written.ephemeral_1h_input_tokens,
  };
  const [model, batch] = [one.model ?? "", one.service_tier === "batch"];
  return { hour, model, batch, micros: dearest(model, hour, prices, usage), tokens: input + output + read + writes };
}

/** What the tokens cost at most: the report does not say which of them were of long prompts. */
function dearest(model: string, at: number, prices: readonly Price[], usage: Parameters<typeof costMicros>[1]): number | undefined {
  if (!prices.some((row) => row.model === model || row.model === undated(model))) return undefined;
  const { above = [], ...usual } = priceOf(model, at, prices);
  return Math.max(...[usual, ...above].map((rates) => costMicros({ ...usual, ...rates }, usage)));
}

function refused(status: number): ArmadaError {
  return new ArmadaError("USAGE_REFUSED", `the provider did not give its usage report (status ${status})`, {
    hint: "ANTHROPIC_ADMIN_KEY must be an admin key of the organisation; nothing was changed, and suspects stay suspect",
  });
}

function root(base: string): string {
  return base.replace(/\/+$/, "").replace(/\/v1$/, "");
}

function iso(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
