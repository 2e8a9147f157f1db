import type { Feature } from "./draw.ts";

/** What is left out of the programs that are drawn, because the engine is known to fail at it. */
export const LEFT_OUT: ReadonlySet<Feature> = new Set<Feature>();
