const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const SCALES: Readonly<Record<string, number>> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };

const DIGIT = SMALL.slice(1, 10).join("|");
const UNDER_100 = `(?:(?:${TENS.join("|")})(?:[- ](?:${DIGIT}))?|${[...SMALL].reverse().join("|")})`;
const SCALE = Object.keys(SCALES).join("|");
const PART = `(?:a|${UNDER_100})(?:(?:[ -](?:${SCALE}))+(?:,? and | |, )(?=${UNDER_100}))?`;
const FRACTION = "(?:half|(?:a|three) quarters?|(?:one|two|a) thirds?)";
/** `twelve`, `two hundred and fifty thousand`, `half a million`, `three quarters of a million`, `two and a half million`, `a dozen`. */
export const SPELLED = new RegExp(
  `(?<![\\p{L}\\p{N}-])(?:(?<share>${FRACTION})(?: of)? a (?<of>${SCALE})|(?<mixed>${UNDER_100}) and a (?<rest>half|quarter)(?: (?<by>${SCALE}))?|(?<words>(?:${PART})*(?:a(?= (?:${SCALE}|dozen))|${UNDER_100})(?:[ -](?:${SCALE}|dozen)(?![\\p{L}]))*))(?![\\p{L}\\p{N}]|-\\p{L})`,
  "giu",
);

/** The value of a match of `SPELLED`; undefined for what counts nothing (`one` by itself points at something). */
export function spelledValue(groups: Readonly<Record<string, string | undefined>>): { value: number; scale: number } | undefined {
  const { share, of, mixed, rest, by, words } = groups;
  if (share !== undefined) {
    const scale = SCALES[of?.toLowerCase() ?? ""] ?? 1;
    return { value: shareOf(share.toLowerCase()) * scale, scale };
  }
  if (mixed !== undefined) {
    const scale = SCALES[by?.toLowerCase() ?? ""] ?? 1;
    return { value: (sumOf(mixed) + (rest?.toLowerCase() === "half" ? 0.5 : 0.25)) * scale, scale };
  }
  if (words === undefined || /^(?:one|a|zero)$/iu.test(words.trim())) return undefined;
  const last = words.toLowerCase().split(/[ -]/u).at(-1) ?? "";
  return { value: sumOf(words), scale: SCALES[last] ?? 1 };
}

function shareOf(words: string): number {
  if (words.startsWith("half")) return 0.5;
  const count = words.startsWith("three") ? 3 : words.startsWith("two") ? 2 : 1;
  return count / (words.includes("third") ? 3 : 4);
}

/** `two hundred and fifty thousand` as (2 × 100 + 50) × 1,000. */
function sumOf(words: string): number {
  let sum = 0;
  let part = 0;
  for (const word of words.toLowerCase().split(/[\s,-]+/u)) {
    const small = SMALL.indexOf(word);
    const ten = TENS.indexOf(word);
    const scale = SCALES[word];
    if (word === "a") part += 1;
    else if (word === "dozen") part *= 12;
    else if (small >= 0) part += small;
    else if (ten >= 0) part += (ten + 2) * 10;
    else if (scale === 100) part *= 100;
    else if (scale !== undefined) {
      sum += part * scale;
      part = 0;
    }
  }
  return sum + part;
}
