import { stem } from "armada-mesh/text";
import type { ClauseClaim } from "./contradiction-claims.ts";
import { stemOfDimension } from "./quantity-agreement.ts";
import { canonicalStem } from "./synonyms.ts";

const DEATH = canonicalStem(stem("death"));
/** What an event is called without saying which. */
const EVENT = new Set(["catastrophe", "disaster", "tragedy", "calamity", "accident", "event"].map(stem));

/**
 * Claims that count the dead and say of no other event than the one that the documents are about: "the death toll was 36",
 * "the disaster killed 52 people". What every document speaks of is what they are about.
 */
export function deathTolls(claims: readonly ClauseClaim[]): ReadonlySet<ClauseClaim> {
  const files = new Map<string, Set<string>>();
  for (const { file, about } of claims) for (const one of about) files.set(one, (files.get(one) ?? new Set()).add(file));
  const documents = new Set(claims.map(({ file }) => file)).size;
  const told = (one: string) => one === DEATH || EVENT.has(one) || files.get(one)?.size === documents;
  return new Set(
    claims.filter(
      ({ about, quantities }) =>
        quantities.some(({ dimension }) => dimension.startsWith("count:") && stemOfDimension(dimension) === DEATH) &&
        [...about].every(told),
    ),
  );
}
