/** Words before a full stop that do not end a sentence. */
const ABBREVIATIONS = new Set(
  "e.g i.e etc mr mrs ms dr prof st vs no nos fig figs approx ca cf al inc ltd co jr sr dept est vol ch sec pp p ed eds rev gen col capt sgt lt jan feb mar apr jun jul aug sep sept oct nov dec mt ft".split(
    " ",
  ),
);

/** Sentences of one line of text, each a verbatim slice of it without surrounding space. */
export function splitSentences(line: string): string[] {
  const found: string[] = [];
  let start = 0;
  for (const match of line.matchAll(/[.!?…]+["'”’)\]]*(?=\s+["'“‘([]*[\p{Lu}\p{N}`])/gu)) {
    const end = match.index + match[0].length;
    if (match[0].startsWith(".") && endsOnAbbreviation(line.slice(start, match.index), line.slice(end).trimStart())) continue;
    const sentence = line.slice(start, end).trim();
    if (sentence !== "") found.push(sentence);
    start = end;
  }
  const rest = line.slice(start).trim();
  if (rest !== "") found.push(rest);
  return found;
}

function endsOnAbbreviation(before: string, after: string): boolean {
  const last = /(\S+)$/u.exec(before)?.[1] ?? "";
  const word = last.replace(/^["'“‘([]+/u, "").toLowerCase();
  // An initial ("J. Smith"), but not a unit or a letter that closes a sentence ("vitamin C. It").
  if (/^\p{L}$/u.test(word))
    return /^\p{Lu}/u.test(last) && /(?:^|\p{Lu}\S*|\.)\s*$/u.test(before.slice(0, -last.length)) && /^\p{Lu}[\p{Ll}.]/u.test(after);
  if (/^(?:\p{L}\.)+\p{L}$/u.test(word)) return !/^(?:a\.m|p\.m|u\.s|u\.k)$/u.test(word) || /^\p{Ll}/u.test(after);
  if (word === "no" || word === "p" || word === "pp" || word === "ch" || word === "sec" || word === "fig") return /^\p{N}/u.test(after);
  // "the price of the co. The" stays rare; months and units end sentences only before a capital.
  if (/^(?:etc|inc|ltd|co|ft|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)$/u.test(word)) return /^\p{N}/u.test(after);
  return ABBREVIATIONS.has(word);
}
