import type { Quantity } from "./quantity.ts";

const NONE =
  /(?:^|[,;] )(?:no (?<noun>(?:(?!one\b|longer\b|more\b|other\b|fewer\b|less\b|doubt\b)\p{Ll}+ ){0,2}?\p{Ll}{3,})|(?<nobody>nobody|no one|none)) (?=(?:has|have|had|was|were|is|are|could|died|\p{Ll}{2,}ed) )/giu;

/** "No passenger was hurt", "nobody died": a count of none of what another text counts. */
export function nonesIn(clause: string): Quantity[] {
  return [...clause.matchAll(NONE)].flatMap((match) => {
    const { noun, nobody } = match.groups ?? {};
    if (noun === undefined && nobody?.toLowerCase() === "none") return [];
    const words = noun?.split(" ") ?? ["people"];
    const from = match.index + (/^[,;] /u.exec(match[0])?.[0].length ?? 0);
    const to = from + 2;
    const dimension = `count:${words.at(-1)?.toLowerCase() ?? ""}`;
    return [{ dimension, low: 0, high: 0, slack: 0, about: "exact", range: false, noun: words, from, to, until: to }];
  });
}
