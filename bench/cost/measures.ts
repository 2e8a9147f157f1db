/** What may lower the bill; each is switched by itself. */
export const MEASURES = ["tiers", "results", "joint", "contexts", "lane", "window", "downgrades"] as const;
export type Measure = (typeof MEASURES)[number];
export type Measures = ReadonlySet<Measure>;

export const ABOUT: Readonly<Record<Measure, string>> = {
  tiers: "tier by task",
  results: "result cache",
  joint: "joint requests",
  contexts: "context caching",
  lane: "provider's batches",
  window: "off-peak window",
  downgrades: "budget downgrades",
};

/** One configuration of the bench, by its name: `off`, `all`, `only X`, `all but X`. */
export type Configuration = { readonly name: string; readonly measures: readonly Measure[] };

export const OFF: Configuration = { name: "off", measures: [] };
export const ALL: Configuration = { name: "all", measures: MEASURES };

export function only(measure: Measure): Configuration {
  return { name: `only ${measure}`, measures: [measure] };
}

export function allBut(measure: Measure): Configuration {
  return { name: `all but ${measure}`, measures: MEASURES.filter((other) => other !== measure) };
}
