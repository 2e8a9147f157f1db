import type { Feature } from "./dice.ts";

/** What is left out of the programs that are drawn: nothing. A seed whose fault is known and not mended yet stands here with its feature. */
export const LEFT_OUT: ReadonlySet<Feature> = new Set<Feature>();
