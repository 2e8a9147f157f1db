import type { Feature } from "./draw.ts";

/**
 * What is left out of the programs that are drawn, because the engine is known to fail at it. A message that comes again is
 * given back by a replica that lacks its run's version, until it comes to one that has it: a fact that is owed to runs of two
 * versions goes to and fro until one of them has ended, and a tick where the queue always hands it to the same replica.
 */
export const LEFT_OUT: ReadonlySet<Feature> = new Set<Feature>(["mixed versions"]);
