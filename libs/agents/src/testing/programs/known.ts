import type { Feature } from "./draw.ts";

/**
 * What is left out of the programs that are drawn. Models that take no request for now: a step is held more than once then, the
 * timer of its first hold may be set again behind that of its second, and be released after another attempt has ended it. Both
 * are harmless, and the judge does not know them yet (seeds 658 and 719).
 */
export const LEFT_OUT: ReadonlySet<Feature> = new Set<Feature>(["busy models"]);
