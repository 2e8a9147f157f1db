/** Which figures, dates and names a sentence states that its quote does not: the judge's own rules. */
const SPELLED =
  "zero - two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(
    " ",
  );
/** Words that change a number or are one, and have to be in the quote as they are. */
const MAGNITUDES = new Set("thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion dozen".split(" "));
const ORDINARY = new Set(
  `a an the in on at by for from to of with without as if when while where what who why how after before during since until over under between
  among about against into through across along around behind beside beyond near off out up down all any each every some most many much more
  few several no not none nobody nothing only even just still there here now today one two three four five six seven eight nine ten twelve
  his her its their our my your he she it they we i you this that these those and but or so yet is are was were has have had do does did can
  could may might must shall should will would than then although because though unless whether both either neither another other others`.split(
    /\s+/u,
  ),
);

/** Those of `text` that `quote` lacks. `corpus` tells ordinary words at a sentence's head from names: it has them in small letters. */
export function missing(text: string, quote: string, corpus: ReadonlySet<string>): string[] {
  return [...numbersMissing(text, quote), ...namesMissing(text, quote, corpus)];
}

/** Every word of the documents that somewhere stands in small letters. */
export function smallWords(texts: Iterable<string>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const text of texts) for (const [word] of text.matchAll(/(?<![\p{L}\p{N}'’-])\p{Ll}+(?![\p{L}\p{N}])/gu)) found.add(word);
  return found;
}

function numbersMissing(text: string, quote: string): string[] {
  const there = new Set(numbersOf(quote));
  const words = new Set(quote.toLowerCase().match(/\p{L}+/gu));
  const magnitudes = (text.toLowerCase().match(/\p{L}+/gu) ?? []).filter((word) => MAGNITUDES.has(word) && !words.has(word));
  return [...numbersOf(text).filter((number) => !there.has(number)), ...magnitudes];
}

function numbersOf(text: string): string[] {
  const digits = (text.match(/\d+(?:[.,\u00a0\u202f]\d+)*/gu) ?? []).map((raw) => {
    const joinedDigits = raw.replaceAll(/[\u00a0\u202f]|,(?=\d{3}(?:\D|$))/gu, "");
    return /^\d+(?:\.\d+)?$/u.test(joinedDigits) ? String(Number(joinedDigits)) : joinedDigits;
  });
  const spelled = (text.toLowerCase().match(/\p{L}+/gu) ?? []).map((word) => SPELLED.indexOf(word)).filter((value) => value >= 0);
  return [...digits, ...spelled.map(String)];
}

function namesMissing(text: string, quote: string, corpus: ReadonlySet<string>): string[] {
  const there = new Set((quote.match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => word));
  const lower = new Set([...there].map((word) => word.toLowerCase()));
  const found: string[] = [];
  for (const match of text.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]*\p{Lu}[\p{L}\p{N}]*/gu)) {
    const word = match[0];
    if (there.has(word) || word === "I") continue;
    const atHead = /(?:^|[.!?:…]["”’)]*\s+|["“‘(])["“‘(\s]*$/u.test(text.slice(0, match.index));
    const plainHead = atHead && /^\p{Lu}\p{Ll}*$/u.test(word);
    if (plainHead && (lower.has(word.toLowerCase()) || isOrdinary(word.toLowerCase(), corpus))) continue;
    found.push(word);
  }
  return found;
}

function isOrdinary(word: string, corpus: ReadonlySet<string>): boolean {
  const forms = [
    word,
    `${word}s`,
    word.replace(/s$/u, ""),
    word.replace(/es$/u, ""),
    word.replace(/ies$/u, "y"),
    word.replace(/e?d$/u, ""),
  ];
  return ORDINARY.has(word) || /(?:ly|ing|tion|ness|ment)$/u.test(word) || forms.some((form) => corpus.has(form));
}
