/** What work costs: integer micro-dollars, and tokens of input and output together. */
export type Amount = { readonly micros: number; readonly tokens: number };

/** No micro-dollar and no token. */
export const NOTHING: Amount = { micros: 0, tokens: 0 };

/** Both together, micro-dollars and tokens each. */
export function plus(a: Amount, b: Amount): Amount {
  return { micros: a.micros + b.micros, tokens: a.tokens + b.tokens };
}

/** What is left of `a` without `b`, micro-dollars and tokens each; below zero where `b` is more. */
export function minus(a: Amount, b: Amount): Amount {
  return { micros: a.micros - b.micros, tokens: a.tokens - b.tokens };
}

/** Whether `a` is at least `b` in money and in tokens. */
export function covers(a: Amount, b: Amount): boolean {
  return a.micros >= b.micros && a.tokens >= b.tokens;
}
