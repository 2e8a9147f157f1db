import { contentStems, FUNCTION_WORDS, firstUnsupported, stem, words } from "armada-mesh/text";

/** What titles, headings and metadata may draw on. */
export type Ground = {
  readonly text: string;
  readonly stems: ReadonlySet<string>;
  readonly isOrdinary: (lower: string) => boolean;
  readonly unsourced: readonly ReadonlySet<string>[];
};

export function groundOf(carried: readonly string[], topic: string, unsourced: readonly string[]): Ground {
  const text = carried.join("\n");
  const stems = new Set(words(`${text}\n${topic}`).map(stem));
  return {
    text,
    stems,
    isOrdinary: (lower) => FUNCTION_WORDS.has(lower) || stems.has(stem(lower)),
    unsourced: unsourced.map((one) => new Set(contentStems(one))),
  };
}

/**
 * Whether a title, heading or description says nothing that no source says. Titles are written in capitals at will,
 * so a capitalised word passes when its plain form is in the sources.
 */
export function isGrounded(line: string, ground: Ground): boolean {
  if (line.trim() === "") return false;
  const plain = line.replaceAll(/(?<![\p{L}\p{N}])\p{Lu}[\p{Ll}’'-]*/gu, (word) =>
    ground.isOrdinary(word.toLowerCase()) ? word.toLowerCase() : word,
  );
  if (firstUnsupported(plain, ground.text, ground.isOrdinary) !== undefined) return false;
  for (const [, quoted] of line.matchAll(/["“”«»]([^"“”«»]{3,})["“”«»]/gu))
    if (quoted !== undefined && !ground.text.includes(quoted)) return false;
  const own = [...new Set(contentStems(line))];
  if (own.length === 0) return true;
  const known = own.filter((one) => ground.stems.has(one)).length / own.length;
  return known >= 0.5 && !ground.unsourced.some((claim) => repeats(own, claim, ground.stems));
}

/** Most of an unsourced claim's words, among them some that only it has. */
function repeats(line: readonly string[], claim: ReadonlySet<string>, known: ReadonlySet<string>): boolean {
  const shared = line.filter((one) => claim.has(one));
  return shared.some((one) => !known.has(one)) || (line.length >= 4 && shared.length / line.length > 0.7);
}
