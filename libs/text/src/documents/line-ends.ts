/** Before a hyphen they are words of their own: "well-known", "two-storey". */
const OWN_WORDS =
  /^(?:well|self|half|cross|long|high|low|old|new|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|forty|fifty)$/iu;
/** A word that a line's end has cut, its rest on the next line. */
const CUT_WORD = /(\p{L}*\p{Ll})([-\u2010\u00ad])\n[ \t]*(\p{Ll}+)/gu;
/** Thousands that a line's end has cut from their number, in no list of numbers. */
const CUT_NUMBER = /(?<![\p{N}.,])(\d{1,3}(?:,\d{3})*),\n[ \t]*(\d{3})(?!\d|,[ \n]?\d|[ \n](?:and|or|to)[ \n]\d)/gu;
/** What a number ends behind: a day, a page, or a list of numbers. */
const ENDS_THERE =
  /(?:\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\p{L}*\.?|\b(?:pages?|pp?\.|nos?\.|numbers?|chapters?|figures?|figs?\.|tables?|lines?|rooms?|aged?|section|part)|\d,?(?:\s(?:and|or|to))?)\s$/iu;

/**
 * A text in which words and numbers that a line's end has cut are whole: `em-⏎ployed` is `employed`, `1,⏎250` is `1,250`. A hyphen
 * stays where the text has it elsewhere too (`co-⏎op` beside `co-op`); a comma behind which a day or a list goes on stays (`May 4,⏎250 men`).
 */
export function withoutCutLines(text: string): string {
  if (!/[-\u2010\u00ad,]\n/u.test(text)) return text;
  const words = text.replaceAll(CUT_WORD, (_, start: string, hyphen: string, rest: string) => {
    if (/^(?:and|or|to|but)$/u.test(rest)) return `${start}- ${rest}`;
    const keeps = hyphen !== "\u00ad" && (OWN_WORDS.test(start) || text.includes(`${start}-${rest}`));
    return `${start}${keeps ? "-" : ""}${rest}`;
  });
  return words.replaceAll(CUT_NUMBER, (whole: string, start: string, rest: string, at: number) =>
    ENDS_THERE.test(words.slice(Math.max(0, at - 24), at)) ? whole : `${start},${rest}`,
  );
}
