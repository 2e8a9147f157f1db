import { datesIn, numberLocale, type Quantity, quantitiesIn } from "armada-mesh/text";
import type { Checked, Figure } from "../page/draft.ts";

const MOST = 8;
/**
 * Figures of the carried sentences: number, unit or what is counted, and the sentence's own words for what it is of. A number is shown as the
 * sentence has it, with its sign and with what bounds it; what can be read in two ways is not shown.
 */
export function figuresOf(sentences: readonly Checked[]): Figure[] {
  const locale = numberLocale(sentences.flatMap(({ sources }) => sources.map(({ quote }) => quote)).join("\n"));
  const figures: Figure[] = [];
  for (const { text, sources } of sentences) {
    const file = sources[0]?.file;
    if (file === undefined || figures.length === MOST) continue;
    const [figure] = quantitiesIn(text, datesIn(text), locale).flatMap((one) => figureOf(text, one) ?? []);
    if (figure !== undefined) figures.push({ ...figure, file });
  }
  return figures;
}

function figureOf(text: string, one: Quantity): Omit<Figure, "file"> | undefined {
  const { bound, from, until, to } = one;
  const start = Math.min(from, bound?.from ?? from);
  const ahead = bound?.from === until ? bound.to : until;
  const written = /^(?<number>.*\d\S*)(?<scale>[\s-]\p{L}[\p{L}\s-]*)?$/u.exec(text.slice(start, until).trim())?.groups;
  if (written?.number === undefined) return undefined;
  // "At −15 °C the pump used 3 kW" is not how cold it is.
  if (one.dimension.startsWith("temperature") && /^at\s+$/iu.test(text.slice(0, start))) return undefined;
  const isCount = one.dimension.startsWith("count:");
  if (isCount && (!isCounted(one) || /\b(?:of|the|another|other)\s*$/iu.test(text.slice(0, start)))) return undefined;
  const end = isCount ? endOf(text, ahead, one.noun) : to;
  if (end === undefined) return undefined;
  // What makes another figure of it: "per night", "high" of a thing that has several measures, "or more".
  const rate = one.dimension.includes("/") ? (RATE.exec(text.slice(end))?.[0] ?? "") : "";
  const attribute = isCount ? "" : (/^ (?:long|high|tall|wide|deep|thick)\b/u.exec(text.slice(end + rate.length))?.[0] ?? "");
  const behind = bound !== undefined && bound.from >= end ? text.slice(bound.from, bound.to) : "";
  const unit = `${written.scale ?? ""}${text.slice(ahead, end)}${rate}${attribute}${behind}`
    .replace(/^[\s-]+/u, "")
    .replace(/^%/u, "percent")
    .trim();
  const what = measured(text, start, end + rate.length);
  const number = `${written.number.replace(/-$/u, "").replace(/^\p{Lu}(?=\p{Ll})/u, (first) => first.toLowerCase())}${text.slice(until, ahead)}`;
  return what === undefined || unit === "" ? undefined : { number, unit, what };
}

const RATE =
  /^(?:\s+of\s+\p{Ll}+(?=\s+(?:per|an?|each|every)\s))?\s*(?:(?:per|an?|each|every)\s+|[/·⋅]\s?)(?:square |cubic )?\p{L}+[²³]?/iu;

/** Several of a kind whose name is whole: "0 holds" and "1,850 street and park trees" are none. */
function isCounted({ low, noun }: Quantity): boolean {
  return low >= 2 && /(?:[^su]s|people|men|women|children|fish)$/u.test(noun.at(-1) ?? "");
}

/** Where the words behind a number end; undefined where they do not stand right behind it. */
function endOf(text: string, from: number, words: readonly string[]): number | undefined {
  let at = from;
  for (const word of words) {
    const gap = /^[\s-]*/u.exec(text.slice(at))?.[0].length ?? 0;
    if (!text.startsWith(word, at + gap)) return undefined;
    at += gap + word.length;
  }
  return at;
}

/** The words before the number in its clause, else those after: a pointer into the sentence, not the sentence again. */
function measured(text: string, from: number, to: number): string | undefined {
  const before = (
    text
      .slice(0, from)
      .split(/[,;:()]\s/u)
      .at(-1) ?? ""
  )
    .trim()
    .split(/\s+/u)
    .filter((word) => word !== "");
  // "The viaduct has two storeys and is 46 metres high": of the viaduct, not of its storeys.
  const joined = before.lastIndexOf("and");
  if (
    joined > 0 &&
    before.slice(joined + 1).every((word) => /^(?:is|was|are|were|has|had|it|about|some|over|nearly|around|more|than|up|to)$/iu.test(word))
  ) {
    const verb = before.findIndex((word) => /^(?:is|was|are|were|has|have|had|stands?|lies|runs|\p{Ll}{3,}(?:ed|s))$/u.test(word));
    if (verb > 1) return before.slice(0, verb).join(" ");
  }
  while (
    /^(?:by|of|at|to|about|around|some|than|more|less|over|nearly|only|a|an|the|with|for|from|between|and|is|are|was|were|up|just|another)$/iu.test(
      before.at(-1) ?? "",
    )
  )
    before.pop();
  const opening = before.length <= 3 && /^(?:in|on|at|by|of|since|after)$/iu.test(before[0] ?? "");
  if (before.length >= 2 && !opening) return before.length <= 9 ? before.join(" ") : `… ${before.slice(-9).join(" ")}`;
  const after =
    text
      .slice(to)
      .replace(/[.!?]+$/u, "")
      .split(/[,;:()]\s/u)[0]
      ?.trim()
      .split(/\s+/u) ?? [];
  if (after.length < 2) return undefined;
  return after.length <= 9 ? after.join(" ") : `${after.slice(0, 9).join(" ")} …`;
}
