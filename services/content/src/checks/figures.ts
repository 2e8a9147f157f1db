import { FUNCTION_WORDS } from "@armada/text";
import type { Checked, Figure } from "../page/draft.ts";

const MOST = 8;
const UNITS =
  "percent|per cent|(?:million|billion) (?:euros?|dollars?|pounds?|people|tonnes?|cubic met(?:er|re)s?)|(?:million|billion|thousand) (?:francs|crowns|marks|guilders|yen|shillings|rubles|\\p{Ll}{2,}[a-rt-z]s)|million|billion|thousand|hundred|gigawatt-hours?|megawatt-hours?|kilowatt-hours?|square (?:kilo)?met(?:er|re)s?|cubic met(?:er|re)s?|degrees Celsius|km²|km2|km/h|mph|km|kilomet(?:er|re)s?|cm|centimet(?:er|re)s?|mm|millimet(?:er|re)s?|met(?:er|re)s?|m|miles?|feet|foot|ft|inches|hectares?|acres?|kg|kilograms?|grams?|g|tonnes?|tons?|lit(?:er|re)s?|ml|°C|°F|°|degrees?|°?C|kWh|MWh|GWh|TWh|kW|MW|GW|watts?|volts?|Hz|GB|MB|KB|KiB|MiB|GiB|TB|bytes|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades|centuries|euros?|dollars?|pounds?";
const NUMBER = "[€$£]?(?:\\d{1,3}(?:,\\d{3})+|\\d{1,3}(?:['’\\u00a0\\u202f]\\d{3})+|\\d+)(?:\\.\\d+)?";
const FIGURE = new RegExp(
  `(?<![\\p{L}\\p{N}.,'’/-]|\\d\\s)(${NUMBER}(?:\\s?(?:–|-|to)\\s?${NUMBER})?)(?![\\p{N}.,'’]*\\p{N}|\\s\\d)(?:\\s?(%|(?:${UNITS})(?![\\p{L}-])|°[CF]?)|\\s(\\p{Ll}[\\p{Ll}-]{2,}(?:\\s\\p{Ll}[\\p{Ll}-]{2,}){0,2}))`,
  "gu",
);
/** Words that end a noun phrase. */
const STOP =
  /^(?:and|or|nor|but|was|were|is|are|had|has|have|when|where|which|who|that|while|than|per|each|every|under|\p{Ll}+(?:ed|ing))$/u;

/** Figures of the carried sentences: number, unit or what is counted, and the sentence's own words for what it is of. */
export function figuresOf(sentences: readonly Checked[]): Figure[] {
  const figures: Figure[] = [];
  for (const { text, sources } of sentences) {
    const file = sources[0]?.file;
    if (file === undefined || figures.length === MOST) continue;
    for (const match of text.matchAll(FIGURE)) {
      const number = match[1] ?? "";
      const unit = match[2] === undefined ? counted(match[3] ?? "") : match[2] === "%" ? "percent" : match[2];
      if (unit === undefined || (/^(?:1[5-9]|20)\d\d$/u.test(number) && match[2] === undefined)) continue;
      if (/\b(?:of|the|another|other)\s*$/iu.test(text.slice(0, match.index)) && match[2] === undefined) continue;
      const what = measured(
        text,
        match.index,
        match.index + match[0].length - (match[3] === undefined ? 0 : match[3].length - unit.length),
      );
      // "46 metres high": of a thing that has several measures, which.
      const attribute = /^ (?:long|high|tall|wide|deep|thick)\b/u.exec(text.slice(match.index + match[0].length))?.[0] ?? "";
      if (what !== undefined) figures.push({ number, unit: `${unit}${match[2] === undefined ? "" : attribute}`, what, file });
      break;
    }
  }
  return figures;
}

/** The noun phrase at the head of the words after a number; undefined where it is cut off or there is none. */
function counted(after: string): string | undefined {
  const kept: string[] = [];
  for (const word of after.split(" ")) {
    if (word === "and" || word === "or") return undefined;
    if (FUNCTION_WORDS.has(word) || STOP.test(word)) break;
    kept.push(word);
    if (/[^s]s$/u.test(word)) break;
  }
  return kept.length > 0 && /(?:[^su]s|people|men|women|children|fish)$/u.test(kept.at(-1) ?? "") ? kept.join(" ") : undefined;
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
  const joined = before.findLastIndex((word) => word === "and");
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
