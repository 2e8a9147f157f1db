import { ArmadaError } from "@armada/contracts";
import { ALWAYS, listPrices, type Price, type Rates } from "./prices.ts";

const ENTRY = /^(?:(?:anthropic|openai)\/)?(\S+):\s+(.+)$/;
const RATE = /^\$(\d{1,5}(?:\.\d{1,6})?) (in|out|cached|written)$/;
const BATCH = /^batch (0(?:\.\d{1,4})?|1)$/;
const FACTOR = /^(fast|flex|priority|ultrafast|us) (\d{1,2}(?:\.\d{1,4})?)$/;
const ENDS = /^ends (\d{4}-\d{2}-\d{2})$/;
const TIER = /,\s*above\s+/;
const LONGER = /^(\d{1,9})(k?):\s+(.+)$/;
const EXAMPLE = 'write "gpt-x: $1.25 in, $10 out; llama3: free", in dollars per million tokens';

/**
 * Prices as configuration says them, before the list's: `NAME: $1.25 in, $10 out[, $0.12 cached][, $1.50 written][, batch 0.5]`
 * or `NAME: free`, several parted by `;`. In dollars per million tokens; without `cached` and `written` the prompt cache costs
 * what input costs, without `batch` there is no discount. `above 272000: $4 in, $15 out`, as often as there are tiers, at the end:
 * of a request whose prompt is longer; what it does not say is as below it. `priority 2.5`: what a service tier, `fast` mode or
 * the place `us` multiplies all by. `ends 2027-01-14`: the day on which the provider ends the model. They hold at all times.
 * @throws ArmadaError `MODEL_PRICES_INVALID`
 */
export function pricesFrom(text: string): readonly Price[] {
  const configured = text
    .split(/[;\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map(priceOfEntry);
  const names = new Set(configured.map(({ model }) => model));
  if (names.size < configured.length) throw invalid("a model has two prices");
  return [...configured, ...listPrices.filter(({ model }) => !names.has(model))];
}

function priceOfEntry(entry: string): Price {
  const [, model, said] = ENTRY.exec(entry) ?? [];
  if (model === undefined || said === undefined) throw invalid(`${JSON.stringify(entry)} is no price`);
  const [usual = "", ...tiers] = said.split(TIER);
  const { rates, batch, factors, ends } = partsOf(usual === "free" ? "$0 in" : usual, model);
  const input = rates.get("in");
  if (input === undefined) throw invalid(`the price of ${model} says nothing of input`);
  const base = ratesOf(input, rates, rates.get("out") ?? 0);
  const above = tiers.map((tier) => tierOf(tier, model, base)).sort((a, b) => a.promptTokens - b.promptTokens);
  if (above.some(({ promptTokens }, i) => promptTokens === above[i + 1]?.promptTokens))
    throw invalid(`${model} has two prices of one tier`);
  return {
    model,
    since: ALWAYS,
    ...base,
    ...(above.length === 0 ? {} : { above }),
    ...(batch === undefined ? {} : { batch }),
    ...(Object.keys(factors).length === 0 ? {} : { factors }),
    ...(ends === undefined ? {} : { ends }),
  };
}

type Parts = { readonly rates: Map<string, number>; batch?: number; readonly factors: Record<string, number>; ends?: string };

function partsOf(said: string, model: string): Parts {
  const parts: Parts = { rates: new Map(), factors: {} };
  for (const part of said.split(",").map((one) => one.trim())) {
    const [, dollars, of = ""] = RATE.exec(part) ?? [];
    const batch = BATCH.exec(part)?.[1];
    const [, factor = "", times] = FACTOR.exec(part) ?? [];
    const ends = ENDS.exec(part)?.[1];
    if (dollars !== undefined && !parts.rates.has(of)) parts.rates.set(of, Math.round(Number(dollars) * 1_000_000));
    else if (batch !== undefined && parts.batch === undefined) parts.batch = Number(batch);
    else if (times !== undefined && parts.factors[factor] === undefined) parts.factors[factor] = Number(times);
    else if (ends !== undefined && parts.ends === undefined && !Number.isNaN(Date.parse(ends))) parts.ends = ends;
    else throw invalid(`${JSON.stringify(part)} of ${model} is not understood`);
  }
  return parts;
}

function tierOf(text: string, model: string, base: Rates): Rates & { readonly promptTokens: number } {
  const [, tokens, thousands, said = ""] = LONGER.exec(text) ?? [];
  const wrong = invalid(`${JSON.stringify(`above ${text}`)} of ${model} is not understood`);
  if (tokens === undefined) throw wrong;
  const { rates, batch, factors, ends } = partsOf(said, model);
  if (batch !== undefined || ends !== undefined || Object.keys(factors).length > 0) throw wrong;
  const input = rates.get("in");
  const own =
    input === undefined ? { ...base, output: rates.get("out") ?? base.output } : ratesOf(input, rates, rates.get("out") ?? base.output);
  return { promptTokens: Number(tokens) * (thousands === "k" ? 1_000 : 1), ...own };
}

function ratesOf(input: number, rates: ReadonlyMap<string, number>, output: number): Rates {
  const written = rates.get("written") ?? input;
  return { input, output, cacheRead: rates.get("cached") ?? input, cacheWrite5m: written, cacheWrite1h: written };
}

function invalid(what: string): ArmadaError {
  return new ArmadaError("MODEL_PRICES_INVALID", `models.prices: ${what}`, { hint: EXAMPLE });
}
