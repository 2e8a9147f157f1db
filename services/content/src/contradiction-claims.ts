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
} from "@armada/text";
import type { Source } from "./documents.ts";
import { type Role, rolesIn } from "./roles.ts";

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
};

/** Verbs and nouns that join a subject to its number and say nothing of it. */
const LIGHT = new Set(
  `has have had be come came amount amounted total totalled reach reached stand stood count say said state report reported accord according put
  give gave given show shown find found note noted record recorded explain explained tell told add added confirm think write wrote claim
  number figure exact precise precisely exactly fact today now currently present whole entire altogether all include including contain hold
  there year years month day date time ago later name named call called know known take took taken measure measured lie lay set run ran
  remain officially official source document local actually really indeed yet already carry carried boast feature offer provide place deliver delivered`
    .split(/\s+/u)
    .map(stem),
);

/** Words of one meaning, by stem. The first of a line stands for all. */
const SAME = new Map(
  [
    "open inaugurate inauguration opening opened",
    "found establish founding foundation founded established establishment",
    "build built construct construction erect constructed erected building-work",
    "destroy burn burnt destroyed destruction",
    "visitor visit visited guest attend attended attendance",
    "inhabitant resident population citizen live lived inhabit",
    "employ employee worker staff work employed employs workforce",
    "cost price paid pay spend spent expense bill",
    "produce generate production output produced generated yield",
    "consume consumption use used usage need",
    "start begin began begun started beginning launch launched",
    "end finish finished ended complete completed completion",
    "close closed closure shut",
    "die death died",
    "born birth",
    "approve approved approval adopt adopted",
    "buy bought purchase purchased acquire acquired",
    "grow grew growth rise rose",
    "long length",
    "high height tall",
    "wide width broad",
    "deep depth",
    "heavy weigh weight weighs",
    "old age aged",
    "fast speed quick",
    "plant planted planting",
    "sign signed signing",
    "elect elected election",
    "car vehicle automobile",
    "house home",
    "school schools",
    "first original originally",
    "big large size",
    "discover discovered discovery",
    "invent invented invention",
    "lead led head headed",
    "reopen reopened reopening",
    "store stored storage",
    "seat seats",
    "cover covers covered area surface",
    "earn earned revenue income turnover",
    "arrive arrived arrival",
    "depart departed departure leave left",
    "kill killed dead deaths victims",
    "fund funded funding finance financed",
  ].flatMap((line) => {
    const stems = line.split(" ").map(stem);
    return stems.map((one) => [one, stems[0] ?? one] as const);
  }),
);

export function canonicalStem(one: string): string {
  return SAME.get(one) ?? one;
}

/** Plans and guesses do not contradict what came of them. */
const INTENDED =
  /\b(?:will|would|should|could|may|might|plan|plans|planned|planning|expected|expects|estimate[ds]?|forecasts?|projected|target|aims?|goal|budgeted|originally|proposed|hopes?|intend(?:s|ed)?|wants?|if|unless)\b/iu;
const JOINTS =
  /(?:[;:]\s+|,\s+(?=(?:which|who|whose|where|when|while|whereas|although|though|but|because|since|so|after|before|according|as|with|not|including)\b)|,?\s+(?:and|but)\s+(?=(?:the|a|an|it|they|he|she|its|their|his|her|some|many|in|on|at|there|nobody|everyone|every|each|no|only|has|was|is|stops?|goes)\b)|\s+(?=(?:because|although|whereas|while|when|whose|where)\b))/u;

export function claimsOf(sources: readonly Source[]): ClauseClaim[] {
  const claims: ClauseClaim[] = [];
  for (const { name, text } of sources) {
    const locale = numberLocale(text);
    for (const line of text.split("\n")) {
      if (/^(?:#{1,6}|[|`]) /u.test(line)) continue;
      for (const quote of splitSentences(line.replace(/^- /u, ""))) {
        if (quote.endsWith("?")) continue;
        const whole = datesIn(quote);
        const clauses = clausesOf(quote).map(asEvent);
        const subject = subjectOf(clauses[0] ?? "");
        for (const [i, clause] of clauses.entries()) {
          const of = i === 0 ? [] : LEANING.test(clause) ? subject : namedBefore(clauses[i - 1] ?? "", clause);
          claims.push(claimOf(claims.length, name, quote, clause, whole, of, locale));
        }
      }
    }
  }
  return claims;
}

/** Who says it is not what it is about. */
const SAID =
  /^.*?\b(?:said|says|stated?s?|reported|reports|explained|explains|confirmed|confirms|noted|notes|shows?|showed|found|finds|claims|claimed|told [^,]{1,40}|writes|wrote|added|argues|recalled|recalls|remembers|announced|records?|recorded|believes?|insists?|maintains) that\s|^(?:according to|in the (?:words|view|opinion) of|as (?:reported|stated|noted) (?:by|in))\s[^,]{1,60},\s|^(?:local|old|official|early|the) \p{Ll}+ (?:say|show|state|suggest|claim) that\s/iu;

/** Clauses that can stand for themselves: a part without a subject keeps the part before it. */
function clausesOf(sentence: string): string[] {
  const parts: string[] = [];
  const text = sentence.replace(SAID, "");
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

/** The first edition is not the second; what was "first opened" is. */
const ORDINAL = /\b(first|second|third|fourth|fifth)\s(?!\p{L}+ed\b|time\b)\p{Ll}/giu;
/** A clause whose subject stands in the clause before it. */
const LEANING = /^(?:it|they|he|she|its|their|his|her|which|who|whose|has|have|had|was|is|were|are|stops?|goes|then)\b/iu;

/** What is in service since a day was opened on it. */
function asEvent(clause: string): string {
  return clause
    .replace(/\b(?:has|have|had) been (?:in (?:service|operation|use)|open|operational|running)(?= (?:\p{Ll}+ ){0,3}since\b)/iu, "opened")
    .replace(/(\bopened (?:\p{Ll}+ ){0,3})since\b/iu, "$1in")
    .replace(/\b(?:came|comes?|went|entered|was (?:put|taken|brought))(?: in| into)? (?:service|operation|use)\b/iu, "opened");
}

/** "SWE-bench, a collection of 300 tasks": an apposition is of the name before it. */
function namedBefore(before: string, clause: string): string[] {
  if (!/^(?:a|an)\s\p{Ll}/u.test(clause)) return [];
  return contentStems(/((?:\p{Lu}[\p{L}\p{N}-]*\s?)+)$/u.exec(before.trim())?.[1] ?? "");
}

function subjectOf(clause: string): string[] {
  const lead = clause.split(/\s(?:is|are|was|were|has|have|had|will|\p{Ll}+ed)\s/u)[0] ?? "";
  return contentStems(lead)
    .filter((one) => !LIGHT.has(one) && !/\d/u.test(one))
    .slice(0, 4);
}

function claimOf(
  id: number,
  file: string,
  quote: string,
  clause: string,
  inSentence: readonly DateMention[],
  subject: readonly string[],
  locale: string,
): ClauseClaim {
  const dates = datesIn(clause);
  const quantities = quantitiesIn(clause, dates, locale).map((one) => ({
    ...one,
    dimension: one.dimension.replace(/^count:(?:people|persons)/u, `count:${people(clause)}`),
  }));
  const bare = blank(clause, [...dates, ...quantities]);
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
  const end = coreEnd(clause, dates);
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
    values: quantitiesIn(quote, inSentence, locale),
    dates,
    roles: rolesIn(quote, clause),
    period: periodOf(clause, dated),
    months: new Set(dated.flatMap(({ month }) => month ?? [])),
    intended: INTENDED.test(blank(clause, dates)),
    core: coreOf(clause, end, about, subject),
    coreEnd: end,
    parts: partsOf(clause),
  };
}

/** Where the aside after a date begins; the clause's end when there is none. */
function coreEnd(clause: string, dates: readonly DateMention[]): number {
  const [date] = dates;
  if (date === undefined || clause.slice(0, date.from).split(" ").length < 5) return clause.length;
  const after = clause.slice(date.to).search(/[,;(]|\s(?:as|with|to|at|after|before|by|for|under|and)\s/iu);
  return after < 0 ? clause.length : date.to + after;
}

function coreOf(clause: string, end: number, about: ReadonlySet<string>, subject: readonly string[]): ReadonlySet<string> {
  const kept = new Set([...contentStems(clause.slice(0, end)), ...subject].map(canonicalStem));
  const core = new Set([...about].filter((one) => kept.has(one)));
  return core.size >= 2 ? core : about;
}

/** People are counted for what they do. */
function people(clause: string): string {
  if (/\b(?:visit|attend|came|come)/iu.test(clause)) return "visitors";
  if (/\b(?:work|employ|staff)/iu.test(clause)) return "workers";
  return /\b(?:live|lives|lived|inhabit)/iu.test(clause) ? "inhabitants" : "people";
}

function partsOf(clause: string): ReadonlySet<string> {
  const found: string[] = [];
  for (const [, word] of clause.matchAll(/\b(?:the|a|an|its|every|each) (?:\p{L}+ )?(\p{L}+) of (?:the|a|an|its|\p{Lu})/giu))
    if (word !== undefined) found.push(word);
  const lead = /^(?:the|a|an|its) (?:\p{L}+ )?(\p{L}+) (?:in|at|on|near|beside|behind|under|above|opposite|for|from) /iu.exec(clause)?.[1];
  const owned = /[’']s (?:\p{L}+ )?(\p{L}+) (?:is|was|has|had|have|are|were|\p{Ll}+ed|\p{Ll}+s)\b/iu.exec(clause)?.[1];
  return new Set([...found, ...[lead, owned].flatMap((word) => word ?? [])].map((word) => canonicalStem(stem(word.toLowerCase()))));
}

function blank(text: string, spans: readonly { from: number; to: number }[]): string {
  let made = text;
  for (const { from, to } of spans) made = made.slice(0, from) + " ".repeat(Math.max(0, to - from)) + made.slice(to);
  return made;
}
