/** What work costs: integer micro-dollars, and tokens of input and output together. */
export type Amount = { readonly micros: number; readonly tokens: number };
