import type { Tagged } from "./tagger.ts";
import { FUNCTION_WORDS, stem } from "./words.ts";

/** Nouns that name no subject by themselves. */
const EMPTY_NOUNS = new Set(
  `number example case way part thing use order time year day kind type sort form place point amount level lot set group list name value
  end start result reason fact need area side half percent per cent people person man woman world work set piece bit choice option note
  section page figure table use month week hour minute second today century decade figure figures total average range rest majority thanks
  hours minutes seconds days weeks months years metres meters kilometres kilometers miles feet euros dollars pounds degrees degree celsius tonnes tons litres liters
  kilograms grams hectares megawatts kilowatts cent cents hour minute metre meter kilometre kilometer euro dollar pound centimetre centimetres percentage quarter third
  morning evening night question questions answer answers column columns field fields default defaults version type types options option note notes title
  january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday spring summer
  autumn winter lots rates rate top bottom front back left right middle rule rules idea ideas word words matter matters sense order orders mr mrs dr
  something anything nothing everything someone anyone everyone multiple several various different certain many available possible default
  new old good bad large small big high low long short great little early late whole full main own able single similar important`.split(
    /\s+/u,
  ),
);

/** A noun phrase: its `surface` as it is written, in lower case but for names; its `key`, the stems, by which like ones are found; its length in words. */
export type Phrase = { readonly key: string; readonly surface: string; readonly length: number };

/** Noun phrases of one to three words: adjectives and nouns that end on a noun. */
export function nounPhrases(tagged: readonly Tagged[]): Phrase[] {
  const found: Phrase[] = [];
  let run: Tagged[] = [];
  const flush = () => {
    while (run.length > 0 && !/^(?:NOUN|PROPN)$/u.test(run.at(-1)?.pos ?? "")) run.pop();
    for (let length = 1; length <= Math.min(3, run.length); length++)
      for (let i = 0; i + length <= run.length; i++) {
        const part = run.slice(i, i + length);
        const last = part.at(-1);
        if (last !== undefined && /^(?:NOUN|PROPN)$/u.test(last.pos) && namesSomething(part)) found.push(phrase(part));
      }
    run = [];
  };
  for (const token of tagged) {
    if (/^(?:ADJ|NOUN|PROPN)$/u.test(token.pos) && /^\p{L}[\p{L}\p{N}]+$/u.test(token.text) && !FUNCTION_WORDS.has(token.lower))
      run.push(token);
    else flush();
  }
  flush();
  return found;
}

function namesSomething(part: readonly Tagged[]): boolean {
  const last = part.at(-1);
  const first = part[0];
  return (
    last !== undefined && first !== undefined && !EMPTY_NOUNS.has(last.lower) && !EMPTY_NOUNS.has(first.lower) && last.lower.length > 2
  );
}

function phrase(part: readonly Tagged[]): Phrase {
  const surface = part.map((token) => (token.pos === "PROPN" && /^\p{Lu}/u.test(token.text) ? token.text : token.lower)).join(" ");
  return { key: part.map((token) => stem(token.lower)).join(" "), surface, length: part.length };
}
