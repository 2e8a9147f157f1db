import { splitSentences } from "armada-mesh/text";
import type { Source } from "./source.ts";

/** A statement that its own document denies; `under` is the heading or the introduction that does, where no sentence behind it does. */
export type TakenBack = { readonly quote: string; readonly under?: string };

const CLAIMS = "(?:claim|statement|report|story|storie|rumou?r|figure|date|account|belief|idea|legend|tale|assertion|allegation)s?";
const PLANS = "(?:plan|proposal|idea|scheme|design|option|alternative|project|suggestion|motion|amendment)s?";
const FALSE =
  "(?:wrong|false|untrue|incorrect|mistaken|nonsense|unfounded|baseless|not (?:so|true|correct|right|the case)|no longer (?:so|true))";
const GIVEN_UP = "(?:dropped|abandoned|rejected|cancelled|canceled|withdrawn|shelved|scrapped|discarded|turned down|voted down)";
const NEVER = "(?:never|not) (?:built|realised|realized|carried out|adopted|accepted|approved|taken up)|never happened|came to nothing";

/** A heading or an introduction whose matter is not so. */
const DISOWNS = new RegExp(
  [
    `\\b(?:false|wrong|untrue|incorrect|mistaken|unfounded|debunked|discredited) ${CLAIMS}\\b`,
    `\\b(?:is|are|was|were) (?:all )?${FALSE}(?! with)\\b`,
    "\\b(?:myth|misconception|falsehood)s?\\b|\\brumou?rs\\b",
    `\\b(?:${GIVEN_UP}|superseded|unbuilt) ${PLANS}\\b`,
    `\\b${PLANS}\\b.{0,30}\\b(?:${GIVEN_UP}|${NEVER})\\b`,
  ].join("|"),
  "iu",
);
const LABELLED = /^(?:myth|false|rumou?r|untrue)\s*[:–—]/iu;

const BUT = "^(?:(?:but|yet|however|and|in fact|in truth|in reality|actually|sadly|alas),? )?";
const MANY = `(?:none of (?:this|that|it|these|those|them)|neither|both|these|those|they|all (?:of )?(?:this|that|these|those))`;
const POINTS = `(?:this|that|it|${MANY}|(?:the|this|that|these|those) ${CLAIMS})`;
const BE =
  "(?:is|are|was|were|has|have|had|be|been|proved|proves|turned|turns|out|to|also|later|since|simply|quite|of|course|plainly|just|all)";
const DENIALS: readonly RegExp[] = [
  new RegExp(`${BUT}${POINTS}(?: ${BE}){1,5} (?:${FALSE}|an? (?:myth|lie|legend|fiction|hoax|invention))\\b`, "iu"),
  new RegExp(`${BUT}${POINTS}(?: ${BE}){1,5} (?:disproved|refuted|retracted|debunked|discredited)\\b`, "iu"),
  new RegExp(`${BUT}(?:none of|neither)\\b[^.]{0,30}\\b(?:is|are|was|were) (?:true|so|correct|right|the case)\\b`, "iu"),
  new RegExp(
    `${BUT}(?:it|this|that|these|those|they|he|she) (?:(?:did|does|do|was|were|is|are|has|have|had|will|would|could)(?:n[’']t| not| never)|never (?:did|was|were|has|had|happened|came))(?: (?:ever|so|be|been|do|done|happen|happened|come|to be))*[.!]$`,
    "iu",
  ),
  /^(?:not so|wrong|false|untrue|nonsense|far from it|quite the (?:opposite|contrary)|nothing of the (?:sort|kind))(?:[.!,;:]|$)/iu,
  new RegExp(
    `\\b(?:denies|denied|deny|disputes|disputed|refutes|refuted|contradicts|contradicted) (?:this|that|it|(?:the|this|that) ${CLAIMS})\\b`,
    "iu",
  ),
  /^no such \p{L}+ /iu,
];
/** What ends a plan. Of a house it says that it stood. */
const ENDS_PLANS = new RegExp(
  `${BUT}(?:${POINTS}|(?:the|this|that|these|those) ${PLANS})(?: ${BE}){1,4} ${GIVEN_UP}\\b|\\bcame (?:of it|to nothing)\\b|\\b(?:prevented|stopped|averted) (?:this|that|it)\\b`,
  "iu",
);
const PLANNED =
  /\b(?:will|would|should|plan(?:s|ned)?|propos(?:es|ed|al)|intend(?:s|ed)?|hopes?d?|wants?|wanted|(?:was|were) to|due to)\b/iu;
/** What may be meant as the opposite of what people say. */
const SAID =
  /\b(?:some|many|people|critics|others|opponents|rumou?r|legend|story|often|once)\b.*\b(?:say|says|said|claim(?:s|ed)?|believed?|think|thought|has it|goes|rumou?red)\b/iu;
const OPPOSES = /^(?:in fact|in truth|in reality|actually|on the contrary),? /iu;

/** Whether a sentence says that the one before it is not so. */
export function takesBack(before: string, sentence: string): boolean {
  return (
    DENIALS.some((one) => one.test(sentence)) ||
    (PLANNED.test(before) && ENDS_PLANS.test(sentence)) ||
    (SAID.test(before) && OPPOSES.test(sentence))
  );
}

/**
 * A document without what it takes back, and what that is: a sentence that the next one denies, with that one, and what stands under a heading or
 * in a list that is introduced as not so. Taken out of its place such a sentence says the opposite of its document.
 */
export function withoutTakenBack(text: string): { text: string; taken: TakenBack[] } {
  const lines = text.split("\n").map((line): Line => {
    const [, list = "", prose = ""] = /^(- )?(.*)$/u.exec(line) ?? [];
    const isProse = line !== "" && !/^(?:#{1,6}|[|`]) /u.test(line);
    return { line, list, sentences: isProse ? splitSentences(prose).map((quote) => ({ quote })) : [] };
  });
  disownBelow(lines);
  denyBefore(lines);
  const taken = lines.flatMap(({ sentences }) => sentences.flatMap(({ quote, by }) => (by === undefined ? [] : [{ quote, ...by }])));
  const kept = lines.flatMap(({ line, list, sentences, disowned }) => {
    if (!sentences.some(({ by }) => by !== undefined)) return disowned === true ? [] : [line];
    const left = sentences.filter(({ by }) => by === undefined).map(({ quote }) => quote);
    return left.length === 0 ? [] : [list + left.join(" ")];
  });
  return { text: kept.join("\n"), taken };
}

/** Sources as a writer may take them at their word. */
export function atTheirWord(sources: readonly Source[]): Source[] {
  return sources.map((source) => ({ ...source, text: withoutTakenBack(source.text).text }));
}

type Line = {
  readonly line: string;
  readonly list: string;
  readonly sentences: { readonly quote: string; by?: { under?: string } }[];
  /** A heading of what is not so. */
  disowned?: true;
};

/** Marks what stands below a heading, and behind an introduction, that says that it is not so. */
function disownBelow(lines: readonly Line[]): void {
  let under: { level: number; heading: string } | undefined;
  let intro: string | undefined;
  for (const [i, one] of lines.entries()) {
    const heading = /^(#{1,6}) (.+)$/u.exec(one.line);
    if (heading?.[1] !== undefined && heading[2] !== undefined) {
      const level = heading[1].length;
      if (under === undefined || level <= under.level) under = DISOWNS.test(heading[2]) ? { level, heading: heading[2] } : undefined;
      if (under !== undefined) one.disowned = true;
      intro = undefined;
    }
    if (one.sentences.length === 0) continue;
    if (one.list === "") intro = undefined;
    const above = under?.heading ?? intro;
    let inLine = false;
    for (const sentence of one.sentences) {
      if (above !== undefined || LABELLED.test(sentence.quote)) sentence.by = above === undefined ? {} : { under: above };
      else if (inLine) sentence.by = { under: bare(one.sentences[0]?.quote.split(":")[0] ?? "") };
      else inLine = DISOWNS.test(/^(.+?):\s/u.exec(sentence.quote)?.[1] ?? "");
    }
    const last = one.sentences.at(-1);
    const next = lines.slice(i + 1).find(({ line }) => line !== "");
    if (one.list !== "" || last === undefined || !DISOWNS.test(last.quote)) continue;
    if (next !== undefined && next.list !== "") {
      intro = bare(last.quote);
      last.by ??= {};
    }
  }
}

const bare = (text: string) => text.replace(/[:.]$/u, "");

/** Marks a sentence that the next one denies, and that one; a whole list where what follows it denies more than one thing. */
function denyBefore(lines: readonly Line[]): void {
  const many = new RegExp(`${BUT}${MANY}\\b`, "iu");
  const all = lines.flatMap((line) => (/^#{1,6} /u.test(line.line) ? [undefined] : line.sentences.map((sentence) => ({ sentence, line }))));
  for (const [i, one] of all.entries()) {
    const before = all[i - 1];
    if (one === undefined || before === undefined || !takesBack(before.sentence.quote, one.sentence.quote)) continue;
    one.sentence.by ??= {};
    const whole = many.test(one.sentence.quote);
    for (let j = i - 1; j >= 0; j--) {
      const other = all[j];
      if (other === undefined) break;
      if (j < i - 1 && !(whole && (other.line.list !== "" || SAID.test(other.sentence.quote)))) break;
      other.sentence.by ??= {};
    }
  }
}
