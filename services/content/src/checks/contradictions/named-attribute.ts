import { stem } from "armada-mesh/text";

/** Attributes that a thing has one of, with the word that says which: `rated capacity`, `tidal range`, `hub height`. */
const NOUNS =
  "capacity output power height length width depth weight speed range diameter area volume population budget turnover revenue price fare voltage pressure temperature efficiency lifetime lifespan size limit retention timeout replicas interval";
const ATTRIBUTE = new RegExp(`(?<![\\p{L}])(?<kind>\\p{Ll}{4,})[ -](?<noun>${NOUNS.split(" ").join("|")})(?![\\p{L}-])`, "u");
const NO_KIND = /^(?:with|that|this|whose|their|have|from|about|over|same|total|average|full|more|less|than|which|only|also)$/u;

export type NamedAttribute = { readonly name: string; readonly owner: ReadonlySet<string> | undefined };

/**
 * The attribute that a clause gives a figure of, and what it is of where the clause says so: `The plant has a rated capacity of`,
 * `the rated capacity of the plant`, `the plant’s rated capacity`. A bare `the rated capacity is` is that of what the text is about.
 */
export function namedAttribute(clause: string): NamedAttribute | undefined {
  const match = ATTRIBUTE.exec(clause);
  const { kind, noun } = match?.groups ?? {};
  if (match === null || kind === undefined || noun === undefined || NO_KIND.test(kind)) return undefined;
  const before = clause.slice(0, match.index);
  const after = clause.slice(match.index + match[0].length);
  const owner =
    /^\s+of\s+(?!\d|about|some|around|nearly|over|more|less|up)(?:the |a |an |its |each |every )?(\p{L}[\p{L} ’'-]{2,60}?)(?=\s+(?:is|was|are|were|has|stands|amounts|reaches|reached)\b|[,.]|$)/u.exec(
      after,
    )?.[1] ??
    /(\p{L}[\p{L} -]*?)[’']s?\s+(?:\p{Ll}+ )?$/u.exec(before)?.[1] ??
    /^(?:[^,]*,\s+)?(?:the |a |an |each |every )?(\p{L}[\p{L}\d ’'-]*?)\s+(?:has|have|had|with|reaches|offers)\s+(?:a |an |the |its )?$/iu.exec(
      before,
    )?.[1];
  return {
    name: `${stem(kind)} ${stem(noun)}`,
    owner:
      owner === undefined
        ? undefined
        : new Set(
            owner
              .toLowerCase()
              .split(/[\s-]+/u)
              .map(stem),
          ),
  };
}

/** One attribute of one thing: named alike, and of things that are called by a word in common or not told apart. */
export function sameAttribute(one: NamedAttribute | undefined, other: NamedAttribute | undefined): boolean {
  if (one === undefined || other === undefined || one.name !== other.name) return false;
  const [a, b] = [one.owner, other.owner];
  return a === undefined || b === undefined || [...a].some((part) => b.has(part));
}

/** "Has a board of seven", "has no board": whether a thing has something at all. */
export function hasOrHasNone(clause: string): { verb: string; noun: string; none: boolean } | undefined {
  const { verb, how, what } =
    /\b(?<verb>has|have|had) (?<how>no|an?|its own|their own) (?<what>\p{Ll}+(?: \p{Ll}{3,}){0,2}?)(?=[.,;]|$| (?:of|with|that|which|who|in|at|on|for|and|to|by|from)\b)/u.exec(
      clause,
    )?.groups ?? {};
  if (verb === undefined || how === undefined || what === undefined) return undefined;
  return { verb: verb === "have" ? "has" : verb, noun: what.split(" ").map(stem).join(" "), none: how === "no" };
}
