/**
 * The convention that a text's own numbers follow, as a locale for `readNumbers`: `de` or `en` by numbers that can be read in one
 * way only, `en` too where thousands are parted by commas and nothing speaks against it. Empty where it is not clear: then only
 * what reads alike everywhere is a number.
 */
export function numberLocale(text: string): string {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const points = count(
    /(?<![\d.,])\d{1,3}(?:,\d{3})+\.\d|(?<![\d.,])\d{1,3}(?:,\d{3}){2,}(?![\d,])|(?<![\d.,])\d+\.\d{1,2}(?![\d.,]*\d|\.)/gu,
  );
  const commas = count(
    /(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d|(?<![\d.,])\d{1,3}(?:\.\d{3}){2,}(?![\d.])|(?<![\d.,])\d+,\d{1,2}(?![\d.,]*\d)/gu,
  );
  if (points > 0 || commas > 0) return points === 0 ? "de" : commas === 0 ? "en" : "";
  const byComma = count(/(?<![\d.,])\d{1,3},\d{3}(?![\d.,]*\d)/gu);
  const byPoint = count(/(?<![\d.,])[1-9]\d{0,2}\.\d{3}(?![\d.,]*\d)/gu);
  return byComma > 0 && byPoint === 0 ? "en" : "";
}
