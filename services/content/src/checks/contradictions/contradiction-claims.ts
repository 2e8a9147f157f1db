import {
  contentStems,
  type DateMention,
  datesIn,
  numberLocale,
  periodOf,
  type Quantity,
  quantitiesIn,
  splitSentences,
  stem,
  words,
} from "armada-mesh/text";
import type { Source } from "../../sources/source.ts";
import { quantitiesOf } from "./clause-quantities.ts";
import { clausesOf } from "./clauses.ts";
import { plainly } from "./paraphrases.ts";
import { type Role, rolesIn } from "./roles.ts";
import { canonicalStem } from "./synonyms.ts";

/** One clause of a sentence with what can be disagreed about. */
export type ClauseClaim = {
  readonly id: number;
  readonly file: string;
  /** The whole sentence, verbatim. */
  readonly quote: string;
  readonly clause: string;
  /** Stems that say what the clause is about, without its numbers, units and dates. */
  readonly about: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly quantities: readonly Quantity[];
  /** Quantities of the whole sentence. */
  readonly values: readonly Quantity[];
  readonly dates: readonly DateMention[];
  readonly roles: readonly Role[];
  readonly period: { from: number; to: number } | undefined;
  readonly months: ReadonlySet<number>;
  readonly intended: boolean;
  /** `about` without what follows a date as an aside: "in 1894, to the sound of brass bands". */
  readonly core: ReadonlySet<string>;
  readonly coreEnd: number;
  /** What is said to be of, in or at something else: `annex` in "the annex of the hotel". */
  readonly parts: ReadonlySet<string>;
  /** A relative clause that tells which one is meant: two of them tell of two things. */
  readonly tells: boolean;
  /** Proper names of two words and more, lower-cased, in order. */
  readonly called: readonly (readonly string[])[];
  /** Of numbered names, `voyager 1`, the number by the name. */
  readonly numbered: ReadonlyMap<string, string>;
};

/** Verbs and nouns that join a subject to its number and say nothing of it. */
export const LIGHT: ReadonlySet<string> = new Set(
  `has have had be come came amount amounted total totalled reach reached stand stood count say said state report reported accord according put
  give gave given show shown find found note noted record recorded explain explained tell told add added confirm think write wrote claim
  number figure exact precise precisely exactly fact today now currently present whole entire altogether all include including contain hold
  there year years month day date time ago later name named call called know known take took taken measure measured lie lay set run ran
  remain officially official source document local actually really indeed yet already carry carried group boast feature offer provide place deliver delivered annually`
    .split(/\s+/u)
    .map(stem),
);

/** Plans and guesses do not contradict what came of them. */
export const INTENDED =
  /\b(?:will|would|should|could|(?<!\b(?:public|visitors?|guests?|people|passengers|children|members|one|you) )may|might|plan|plans|planned|planning|expected|expects|estimate[ds]?|forecasts?|projected|target|aims?|goal|budgeted|originally|proposed|hopes?|intend(?:s|ed)?|wants?|if|unless)\b/iu;

/** Characters of a sentence: a longer one is none (a list, data), and its figures would be compared each with each. */
const SENTENCE_MOST = 800;

export function claimsOf(sources: readonly Source[]): ClauseClaim[] {
  const claims: ClauseClaim[] = [];
  for (const { name, text } of sources) {
    const locale = numberLocale(text);
    for (const line of text.split("\n")) {
      if (/^(?:#{1,6}|[|`]) /u.test(line)) continue;
      let before = "";
      for (const quote of splitSentences(line.replace(/^- /u, ""))) {
        if (quote.endsWith("?") || quote.length > SENTENCE_MOST) continue;
        const whole = datesIn(quote);
        const values = quantitiesIn(quote, whole, locale);
        const { clauses, subject } = clausesOf(quote, before);
        before = subject;
        for (const { text: clause, of, tells } of clauses)
          claims.push({
            ...claimOf(claims.length, name, quote, plainly(clause), whole, stemsOf(of), locale),
            values,
            tells: tells === true,
          });
      }
    }
  }
  return claims;
}

/** What says of which thing a clause is. */
function stemsOf(subject: string): string[] {
  return contentStems(subject)
    .filter((one) => !LIGHT.has(one) && !/\d/u.test(one))
    .slice(0, 4);
}

/** The first edition is not the second; what was "first opened" is. */
const ORDINAL = /\b(first|second|third|fourth|fifth)\s(?!\p{L}+ed\b|time\b)\p{Ll}/giu;

function claimOf(
  id: number,
  file: string,
  quote: string,
  clause: string,
  inSentence: readonly DateMention[],
  subject: readonly string[],
  locale: string,
): Omit<ClauseClaim, "tells" | "values"> {
  const dates = datesIn(clause);
  const numbered = numberedNames(clause, dates);
  const quantities = quantitiesOf(clause, [...dates, ...numbered], locale);
  const end = coreEnd(clause, dates);
  const bare = blank(measured(clause, quantities), [
    ...dates.map((date) => ({ ...date, from: seasonStart(clause, date.from) })),
    ...quantities,
  ]);
  const about = new Set(
    words(bare)
      .filter((word) => !/^\d/u.test(word))
      .flatMap((word) => contentStems(word))
      .concat(subject)
      .filter((one) => !LIGHT.has(one))
      .map(canonicalStem),
  );
  for (const { noun, dimension } of quantities) {
    const head = /^count:([^/]*)/u.exec(dimension)?.[1];
    for (const word of noun) if (!/^(?:people|persons?)$/iu.test(word)) about.add(canonicalStem(stem(word.toLowerCase())));
    about.delete(stem("people"));
    if (head !== undefined) about.delete(canonicalStem(stem(head)));
  }
  for (const [, word] of bare.matchAll(ORDINAL)) if (word !== undefined) about.add(word.toLowerCase());
  const dated = dates.length > 0 ? dates : inSentence;
  return {
    id,
    file,
    quote,
    clause,
    about,
    names: new Set(
      [...clause.matchAll(/(?<=[\p{L}\p{N},;’'] )\p{Lu}[\p{L}’'-]+|^\p{Lu}[\p{L}]*[\p{Lu}\p{N}][\p{L}\p{N}-]*/gu)].map(([name]) =>
        stem(name.toLowerCase()),
      ),
    ),
    quantities,
    dates,
    roles: rolesIn(quote, clause),
    period: periodOf(clause, dated),
    months: new Set(dated.flatMap(({ month }) => month ?? [])),
    intended: INTENDED.test(blank(clause, dates)),
    core: coreOf(clause, end, about, subject),
    coreEnd: end,
    parts: partsOf(clause),
    called: namesOfWords(clause),
    numbered: new Map([...numbered, ...designations(clause)].map(({ name, number }) => [name, number])),
  };
}

/** Where the aside after a date begins; the clause's end when there is none. */
function coreEnd(clause: string, dates: readonly DateMention[]): number {
  const [date] = dates;
  if (date === undefined || clause.slice(0, date.from).split(" ").length < 5) return clause.length;
  const after = clause.slice(date.to).search(/[,;(]|\s(?:as|with|to|at|after|before|by|for|under|and|amid|in the presence|in an?)\s/iu);
  return after < 0 ? clause.length : date.to + after;
}

function coreOf(clause: string, end: number, about: ReadonlySet<string>, subject: readonly string[]): ReadonlySet<string> {
  const kept = new Set([...contentStems(clause.slice(0, end)), ...subject].map(canonicalStem));
  const core = new Set([...about].filter((one) => kept.has(one)));
  return core.size >= 2 ? core : about;
}

/** "The strait of Gibraltar" is no part of Gibraltar. */
const APPOSED =
  /^(?:city|town|village|island|lake|strait|river|mountain|mount|kingdom|state|county|port|republic|peninsula|valley|region|province|municipality|gulf|bay|cape)$/u;

function partsOf(clause: string): ReadonlySet<string> {
  const found: string[] = [];
  for (const [, word] of clause.matchAll(/\b(?:the|a|an|its|every|each) (?:[\p{L}’'-]+ )?(\p{L}+) of (?:the|a|an|its|\p{Lu})/giu))
    if (word !== undefined && !APPOSED.test(word.toLowerCase())) found.push(word);
  const lead =
    /^(?:the|a|an|its) (?:\p{L}+ )?(\p{L}+) (?:in|at|on|near|beside|behind|under|below|above|over|beyond|outside|inside|along|opposite|for|from) /iu.exec(
      clause,
    )?.[1];
  const owned = /[’']s (?:\p{L}+ )?(\p{L}+) (?:is|was|has|had|have|are|were|\p{Ll}+ed|\p{Ll}+s)\b/iu.exec(clause)?.[1];
  const possessed = /^(?:its|their) (?:\p{L}+ ){0,2}?(\p{L}+) (?:is|was|has|had|have|are|were|\p{Ll}+ed)\b/iu.exec(clause)?.[1];
  return new Set(
    [...found, ...[lead, owned, possessed].flatMap((word) => word ?? [])].map((word) => canonicalStem(stem(word.toLowerCase()))),
  );
}

/** A length or a height without where it is measured: "rises 56 metres above the valley". */
function measured(clause: string, quantities: readonly Quantity[]): string {
  const [one] = quantities;
  if (quantities.length !== 1 || one?.dimension !== "length" || !/\bis (?:long|high) /u.test(clause.slice(0, one.from))) return clause;
  const where = clause.slice(one.to).search(/^\s(?:above|over|around|across|along|through|into|between|from|under)\s/u);
  return where < 0 ? clause : clause.slice(0, one.to).padEnd(clause.length);
}

/** "The autumn of 2010" is a date as a whole. */
function seasonStart(clause: string, from: number): number {
  const season = /(?<!\p{L})(?:the )?(?:(?:early|late) )?(?:spring|summer|autumn|winter|fall|beginning|middle|end)(?: of)? $/iu.exec(
    clause.slice(0, from),
  );
  return season === null ? from : season.index;
}

const CALENDAR =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)day)$/u;

/** "Terminal 2", "Apollo 11": a name that a number tells from others of the name. */
function numberedNames(clause: string, dates: readonly DateMention[]): { name: string; number: string; from: number; to: number }[] {
  return [
    ...clause.matchAll(/(?<![\p{L}\p{N}])(\p{Lu}\p{Ll}+) (\d{1,3})(?![\p{L}\p{N}%°]|[.,:’']\d| (?:million|billion|thousand|percent)\b)/gu),
  ].flatMap((match) => {
    const [, word = "", number = ""] = match;
    const name = word.toLowerCase();
    const from = match.index + word.length + 1;
    const to = from + number.length;
    const taken = dates.some((date) => from < date.to && to > date.from);
    // "Near St. Helens 83 people" counts people.
    const counts =
      /^ (?:people|men|women|children|(?!has\b|was\b|is\b|does\b|lies\b|stands\b|leaves\b|takes\b|passes\b|carries\b|costs\b)\p{Ll}{2,}[^s]s)\b/u;
    // "Pump 1 moves 300 litres" counts litres.
    const verb = /^ \p{Ll}+s (?:\d|an?\b|the\b|its\b|about\b|over\b|up\b|only\b|nearly\b|some\b)/u;
    return taken ||
      (counts.test(clause.slice(to)) && !verb.test(clause.slice(to))) ||
      CALENDAR.test(name) ||
      contentStems(name).length === 0 ||
      COUNTING.test(name)
      ? []
      : [{ name: stem(name), number, from, to }];
  });
}

/** "HP-7", "A320": letters and a number that tell one of a make from the others. */
function designations(clause: string): { name: string; number: string }[] {
  return [...clause.matchAll(/(?<![\p{L}\p{N}-])(\p{Lu}{1,5})-?(\d{1,4}\p{Ll}?)(?![\p{L}\p{N}])/gu)].map(([, name = "", number = ""]) => ({
    name: name.toLowerCase(),
    number,
  }));
}

/** Words that stand before a number at a sentence's head and are no names. */
const COUNTING = /^(?:altogether|approximately|exactly|only|another|all|over|nearly|almost|just|up|volunteers|people|today)$/u;

function namesOfWords(clause: string): string[][] {
  return [...clause.matchAll(/(?<![\p{L}\p{N}])\p{Lu}[\p{L}-]*(?: \p{Lu}[\p{L}-]*)+/gu)]
    .map(([name]) => name.toLowerCase().split(" "))
    .map((name) => (contentStems(name[0] ?? "").length === 0 ? name.slice(1) : name))
    .filter((name) => name.length > 1 && !name.some((word) => CALENDAR.test(word)));
}

function blank(text: string, spans: readonly { from: number; to: number }[]): string {
  let made = text;
  for (const { from, to } of spans) made = made.slice(0, from) + " ".repeat(Math.max(0, to - from)) + made.slice(to);
  return made;
}
