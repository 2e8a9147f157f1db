import { contentStems } from "armada-mesh/text";

/** A clause, and what it is of where its own subject stands before it. */
export type Clause = {
  readonly text: string;
  readonly of: string;
  /** It tells which one of several is meant: "the bridge that opened in 1932". */
  readonly tells?: true;
};

const JOINTS =
  /(?:[;:]\s+|,\s+(?=(?:which|who|whose|where|when|while|whereas|although|though|but|because|since|so|after|before|according|as|with|not|including|even if|if|unless)\b)|,?\s+(?:and|but)\s+(?=(?:the|a|an|it|they|he|she|its|their|his|her|some|many|in|on|at|there|nobody|everyone|every|each|no|only|has|was|is|stops?|goes)\b)|,\s+(?:and|but)\s+(?=\d|(?:thousands|hundreds|people|for|from|by|with|under|since|after)\b)|\s+(?=(?:because|although|whereas|while|when|whose|where)\b))/u;

/** Who says it is not what it is about. */
const SAID =
  /^.*?\b(?:said|says|stated?s?|reported|reports|explained|explains|confirmed|confirms|noted|notes|shows?|showed|found|finds|claims|claimed|told [^,]{1,40}|writes|wrote|added|argues|recalled|recalls|remembers|announced|records?|recorded|believes?|insists?|maintains|stood|reads?|printed|learned|learnt|heard|knew|knows|(?:will|would|is to) (?:say|state|read|tell|record)) that\s|^(?:according to|in the (?:words|view|opinion) of|as (?:reported|stated|noted) (?:by|in))\s[^,]{1,60},\s|^(?:local|old|official|early|the) \p{Ll}+ (?:say|show|state|suggest|claim) that\s/iu;

/** A clause whose subject stands in the clause before it. */
const LEANING = /^(?:it|they|he|she|its|their|his|her|which|who|whose|has|have|had|was|is|were|are|stops?|goes|then)\b/iu;
/** A sentence whose subject stands in the sentence before it. */
const POINTING_BACK = /^(?:It|They|He|She|Its|Their|His|Her)\s/u;

/** The clauses of a paragraph's sentence; `before` is what the sentence before it is of. */
export function clausesOf(sentence: string, before: string): { clauses: Clause[]; subject: string } {
  const { main, relatives } = relativesOf(sentence.replace(SAID, ""));
  const parts = partsOf(main);
  const first = parts[0] ?? "";
  const subject = POINTING_BACK.test(first) ? before : subjectOf(first);
  const clauses = parts.map((text, i) => ({
    text,
    of: i === 0 ? (subject === before ? before : "") : LEANING.test(text) ? subject : namedBefore(parts[i - 1] ?? "", text),
  }));
  return { clauses: [...clauses, ...relatives], subject };
}

/** Clauses that can stand for themselves: a part without a subject keeps the part before it. */
function partsOf(text: string): string[] {
  const parts: string[] = [];
  for (const part of text
    .split(JOINTS)
    .map((one) => one.trim())
    .filter((one) => one !== "")) {
    const last = parts.at(-1);
    if (last !== undefined && contentStems(last).length < 3 && !/\d/u.test(last)) parts[parts.length - 1] = `${last}, ${part}`;
    else parts.push(part);
  }
  return parts;
}

/** "SWE-bench, a collection of 300 tasks": an apposition is of the name before it. */
function namedBefore(before: string, clause: string): string {
  if (!/^(?:a|an)\s\p{Ll}/u.test(clause)) return "";
  return /((?:\p{Lu}[\p{L}\p{N}-]*\s?)+)$/u.exec(before.trim())?.[1] ?? "";
}

function subjectOf(clause: string): string {
  return clause.split(/\s(?:is|are|was|were|has|have|had|will|can|lies|lie|stands|runs|keeps|\p{Ll}+(?<!e)ed)\s/u)[0] ?? "";
}

/** Auxiliaries and what else ends a relative clause before the verb of its sentence. */
const MAIN_VERB = /\s(?=(?:is|are|was|were|has|have|had|will|can|could|may|must|should|would|does|did)\s)/u;
const AFTER_DATE =
  /(?<=\b(?:1[0-9]|20)\d\d)\s(?=(?!and\b|or\b|in\b|on\b|at\b|by\b|for\b|from\b|to\b|with\b|as\b|of\b|after\b|before\b|under\b|between\b|near\b|when\b)\p{Ll}{3,})/u;
/** Nouns whose "that" says what they are, and does not describe them. */
const CONTENT_NOUN = /\b(?:fact|idea|news|report|hope|belief|view|message|claim|rumour|rumor|sign|proof|word)\s*$/iu;
const RELATIVE_VERB = "(?:is|are|was|were|has|have|had|can|could|would|came|went|began|cost|costs|took|held|ran|lost|\\p{Ll}{2,}(?:s|ed))";
const NON_RESTRICTIVE =
  /,\s+(?:(?<via>of|in|to|from|by|with|for|on|at|under|through|over)\s+)?(?<word>which|who|whose)\s+(?<rest>(?:(?!,\s)[^;])*)(?:,\s+(?!and\b|or\b))?/u;
const RESTRICTIVE = new RegExp(`\\s(?:that|which|who)\\s+(?=${RELATIVE_VERB}\\s)`, "u");

/**
 * A sentence without the relative clauses that have a figure, and these clauses with the noun that they describe in the pronoun's
 * place: "the bridge, which is 8 kilometres long, rises" is "the bridge rises" and "the bridge is 8 kilometres long".
 */
function relativesOf(sentence: string): { main: string; relatives: Clause[] } {
  let main = sentence;
  const relatives: Clause[] = [];
  for (let guard = 0; guard < 4; guard++) {
    const match = NON_RESTRICTIVE.exec(main);
    const { via, word, rest } = match?.groups ?? {};
    if (match === null || rest === undefined || word === undefined) break;
    const noun = nounBefore(main.slice(0, match.index), word === "who");
    if (noun === "") break;
    const own = word === "whose" ? `${noun}’s ${rest}` : via === undefined ? `${noun} ${rest}` : `${rest} ${via} ${noun}`;
    if (/\d/u.test(own)) relatives.push({ text: own.trim(), of: "" });
    main = `${main.slice(0, match.index)} ${main.slice(match.index + match[0].length)}`.trim();
  }
  const match = RESTRICTIVE.exec(main);
  if (match === null) return { main, relatives };
  const head = main.slice(0, match.index);
  const tail = main.slice(match.index + match[0].length);
  const noun = nounBefore(head, false);
  if (noun === "" || CONTENT_NOUN.test(head)) return { main, relatives };
  const own = endOfRelative(tail, noun.length >= head.trim().length);
  if (own === undefined || !/\d/u.test(own)) return { main, relatives };
  relatives.push({ text: `${noun} ${own.trim()}`, of: "", tells: true });
  return { main: `${head} ${tail.slice(own.length).trim()}`.trim(), relatives };
}

/** How far a relative clause goes: to the verb of its sentence where it describes the subject, else to the end of its clause. */
function endOfRelative(tail: string, ofSubject: boolean): string | undefined {
  if (!ofSubject) return tail.split(JOINTS)[0]?.replace(/[.!]$/u, "");
  const inner = tail.slice(1);
  const cuts = [MAIN_VERB, AFTER_DATE].map((one) => one.exec(inner)?.index ?? -1).filter((at) => at >= 0);
  return cuts.length === 0 ? undefined : tail.slice(0, Math.min(...cuts) + 1);
}

const DETERMINER = /^(?:the|a|an|its|their|his|her|our|this|each|every|one)$/iu;
const PREPOSITION = /^(?:of|to|in|at|on|for|from|near|between|under|over|with|by|behind|beside)$/iu;

/**
 * The noun phrase that a text ends with, its determiner within; what hangs on it by "of", or by a preposition and a bare name, stays with it:
 * "the annex of the hotel", "the bridge to Sweden". A person may be told by an apposition, which is passed over.
 */
function nounBefore(text: string, person: boolean): string {
  const told = person ? text.replace(/,\s+(?:a|an|the|its|their)\s[^,]+$/u, "") : text;
  const tokens = told.trim().split(/\s+/u);
  let from = phraseStart(tokens, tokens.length);
  const link = tokens[from - 1]?.toLowerCase() ?? "";
  const bare = !DETERMINER.test(tokens[from] ?? "");
  if (link === "of" || (bare && PREPOSITION.test(link) && /^\p{Lu}/u.test(tokens[from] ?? ""))) {
    const head = phraseStart(tokens, from - 1);
    if (head < from - 1 && DETERMINER.test(tokens[head] ?? "")) from = head;
  }
  return tokens.slice(from).join(" ");
}

/** Where the words before `to` begin that belong together: at a determiner, else behind a preposition or a mark. */
function phraseStart(tokens: readonly string[], to: number): number {
  let from = to;
  while (from > 0 && to - from < 5) {
    const token = tokens[from - 1] ?? "";
    if (PREPOSITION.test(token) || !/^[\p{L}\p{N}]/u.test(token) || (from < to && /[,;:.!]$/u.test(token))) break;
    from--;
    if (DETERMINER.test(token)) break;
  }
  return from;
}
