/** Words that carry no subject: left out of centrality, overlap and headings. */
export const FUNCTION_WORDS: ReadonlySet<string> = new Set(
  `a an the and or but nor so yet of in on at to for from by with without within into onto over under about above below between among
  against during before after since until till while as than then that this these those it its itself they them their theirs he him his she
  her hers we us our ours you your yours i me my who whom whose which what when where why how is am are was were be been being do does
  did done doing has have had having can could may might must shall should will would not no none never neither either both each every all
  any some such same other others another more most much many few fewer less least own only just even also too very quite rather almost
  nearly about around roughly approximately some there here if unless because although though however therefore thus hence moreover
  furthermore instead otherwise meanwhile still already again once per via upon out up down off through across along together one ones
  first second third two three etc let get gets got make makes made use uses used using like well often usually typically generally
  sometimes always`.split(/\s+/u),
);

/** Lower-cased words and numbers of a text, in order. */
export function words(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+(?:[’'.,:_-][\p{L}\p{N}]+)*/gu) ?? [];
}

const memo = new Map<string, string>();

/** A light English stem: plurals, `-ing`, `-ed`, `-ly`, possessives. Numbers stay as they are. */
export function stem(word: string): string {
  const known = memo.get(word);
  if (known !== undefined) return known;
  const made = strip(word.toLowerCase().replace(/[’']s?$/u, ""));
  // The memo is a cache of a pure function; bounded, so that a long-lived service does not grow.
  if (memo.size > 50_000) memo.clear();
  memo.set(word, made);
  return made;
}

function strip(word: string): string {
  if (word.length <= 3 || /\p{N}/u.test(word)) return word;
  let w = word;
  if (/(?:ss|us|is|ous)$/u.test(w) === false) {
    if (w.endsWith("ies") && w.length > 4) w = `${w.slice(0, -3)}y`;
    else if (/(?:ches|shes|xes|zes|sses)$/u.test(w)) w = w.slice(0, -2);
    else if (w.endsWith("s")) w = w.slice(0, -1);
  }
  if (w.endsWith("ly") && w.length > 5) w = w.slice(0, -2);
  const verb = /^(.*[aeiouy].*?)(?:ing|ed)$/u.exec(w)?.[1];
  if (verb !== undefined && verb.length >= 3) w = undouble(verb);
  for (const [ending, to] of [
    ["ization", "iz"],
    ["ation", "at"],
    ["ement", ""],
    ["ment", ""],
    ["ness", ""],
    ["ion", ""],
  ] as const)
    if (w.endsWith(ending) && w.length - ending.length >= 4) {
      w = w.slice(0, -ending.length) + to;
      break;
    }
  if (w.endsWith("e") && w.length > 3) w = w.slice(0, -1);
  return w;
}

function undouble(w: string): string {
  return /([bdfgmnprt])\1$/u.test(w) ? w.slice(0, -1) : w;
}

/** Stems of the words that carry the subject. */
export function contentStems(text: string): string[] {
  return words(text)
    .filter((word) => !FUNCTION_WORDS.has(word))
    .map(stem);
}

/** How alike two sentences are: shared over all lower-cased words, in [0, 1]. */
export function jaccard(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of a) if (b.has(word)) shared++;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}

/** Words of a text, as the article's readers count them. */
export function countWords(text: string): number {
  return text.match(/\S*[\p{L}\p{N}]\S*/gu)?.length ?? 0;
}
