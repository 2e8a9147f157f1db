import type { CallCost, Usage } from "../port.ts";

/** `whole`, an integer, in `n` integers that differ by at most 1 and sum to it. */
export function shares(whole: number, n: number): number[] {
  const least = Math.floor(whole / n);
  const rest = whole - least * n;
  return Array.from({ length: n }, (_, i) => (i < rest ? least + 1 : least));
}

/** The same of each count. */
export function usageShares(usage: Usage, n: number): Usage[] {
  const input = shares(usage.inputTokens, n);
  const output = shares(usage.outputTokens, n);
  const read = usage.cacheReadTokens === undefined ? undefined : shares(usage.cacheReadTokens, n);
  const written = usage.cacheWriteTokens === undefined ? undefined : shares(usage.cacheWriteTokens, n);
  return Array.from({ length: n }, (_, i) => ({
    inputTokens: input[i] ?? 0,
    outputTokens: output[i] ?? 0,
    ...(read === undefined ? {} : { cacheReadTokens: read[i] ?? 0 }),
    ...(written === undefined ? {} : { cacheWriteTokens: written[i] ?? 0 }),
  }));
}

/** A call's bill in `n` parts that sum to it. What is free, or unknown, is so for each. */
export function costShares(cost: CallCost, n: number): CallCost[] {
  if (cost.kind !== "billed") return Array.from({ length: n }, () => cost);
  const micros = shares(cost.amount.micros, n);
  const tokens = shares(cost.amount.tokens, n);
  return usageShares(cost.usage, n).map((usage, i) => ({
    kind: "billed",
    model: cost.model,
    usage,
    amount: { micros: micros[i] ?? 0, tokens: tokens[i] ?? 0 },
    ...(cost.priced === undefined ? {} : { priced: cost.priced }),
  }));
}
