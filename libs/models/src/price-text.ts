import { ArmadaError } from "@armada/contracts";
import { ALWAYS, listPrices, type Price } from "./prices.ts";

const ENTRY = /^(?:(?:anthropic|openai)\/)?(\S+):\s+(.+)$/;
const PART = /^(?:\$(\d{1,5}(?:\.\d{1,6})?) (in|out|cached|written)|batch (0(?:\.\d{1,4})?|1))$/;
const EXAMPLE = 'write "gpt-x: $1.25 in, $10 out; llama3: free", in dollars per million tokens';

/**
 * Prices as configuration says them, before the list's: `NAME: $1.25 in, $10 out[, $0.12 cached][, $1.50 written][, batch 0.5]`
 * or `NAME: free`, several parted by `;`. In dollars per million tokens; without `cached` and `written` the prompt cache costs
 * what input costs, without `batch` there is no discount. They hold at all times.
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
  const parts = new Map<string, number>();
  for (const part of said === "free" ? ["$0 in"] : said.split(/,\s*/)) {
    const [, dollars, of, share] = PART.exec(part.trim()) ?? [];
    const name = of ?? (share === undefined ? undefined : "batch");
    if (name === undefined || parts.has(name)) throw invalid(`${JSON.stringify(part)} of ${model} is not understood`);
    parts.set(name, share === undefined ? Math.round(Number(dollars) * 1_000_000) : Number(share));
  }
  const input = parts.get("in");
  if (input === undefined) throw invalid(`the price of ${model} says nothing of input`);
  const written = parts.get("written") ?? input;
  const batch = parts.get("batch");
  return {
    model,
    since: ALWAYS,
    input,
    output: parts.get("out") ?? 0,
    cacheRead: parts.get("cached") ?? input,
    cacheWrite5m: written,
    cacheWrite1h: written,
    ...(batch === undefined ? {} : { batch }),
  };
}

function invalid(what: string): ArmadaError {
  return new ArmadaError("MODEL_PRICES_INVALID", `models.prices: ${what}`, { hint: EXAMPLE });
}
