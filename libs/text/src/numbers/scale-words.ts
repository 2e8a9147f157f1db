/** Scale words of the languages of the locales that are read, by what they multiply with. */
const WORDS: ReadonlyMap<string, number> = new Map(
  (
    [
      [12, "dozen dutzend dussin"],
      [100, "hundred hundert hundra"],
      [1e3, "thousand thousands tausend tusen mila"],
      [1e5, "lakh lakhs"],
      [1e6, "million millions millionen mn mio mln miljon miljoner milj. milj mkr milione milioni millón millones milhão milhões miljoen"],
      [1e7, "crore crores"],
      [1e9, "bn milliard milliards milliarde milliarden mrd miljard miljarder mdr miliardo miliardi"],
      [1e12, "tn billionen biljon biljoner bilioni"],
    ] as const
  ).flatMap(([factor, words]) => words.split(" ").map((word) => [word, factor] as const)),
);
/** They mean a thousand times more, or another thing, in another language. */
const UNCLEAR = new Set("billion billions billones trilliarde quadrillion mille mil lac trillionen".split(" "));

/**
 * What a word behind a number multiplies it with; `unclear` where that depends on a language that is not said: a billion is 10⁹ in
 * English and 10¹² in German.
 */
export function scaleWord(word: string, language: string): number | "unclear" | undefined {
  if (/^(?:billions?|trillions?)$/u.test(word)) {
    if (language === "en" || language === "") return word.startsWith("b") ? 1e9 : 1e12;
    return "unclear";
  }
  if (word === "mille") return language === "fr" ? 1e3 : undefined;
  if (word === "mil") return language === "es" || language === "pt" ? 1e3 : undefined;
  return WORDS.get(word) ?? (UNCLEAR.has(word) ? "unclear" : undefined);
}
