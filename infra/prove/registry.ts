import type { Proof } from "./proof.ts";

/** The proofs by name. `minutes`: what the full form takes on two cores; `load` brings only the one that runs. */
export type Entry = { readonly name: string; readonly minutes: number; readonly shows: string; load(): Promise<{ readonly run: Proof }> };

export const registry: readonly Entry[] = [
  {
    name: "article",
    minutes: 3,
    shows: "each statement stands in its source, and the article follows its documents",
    load: () => import("./article.ts"),
  },
];
