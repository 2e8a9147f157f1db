import type { Checked, Figure } from "./draft.ts";

const MOST = 8;
const UNITS =
  "percent|per cent|million|billion|thousand|hundred|km²|km2|km/h|mph|km|kilomet(?:er|re)s?|cm|centimet(?:er|re)s?|mm|millimet(?:er|re)s?|met(?:er|re)s?|m|miles?|feet|foot|ft|inches|hectares?|acres?|kg|kilograms?|grams?|g|tonnes?|tons?|lit(?:er|re)s?|ml|°C|°F|°|degrees?|°?C|kWh|MWh|GWh|TWh|kW|MW|GW|watts?|volts?|Hz|GB|MB|KB|KiB|MiB|GiB|TB|bytes|seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades|centuries|euros?|dollars?|pounds?";
const FIGURE = new RegExp(
  `(?<![\\p{L}\\p{N}.,/-])([€$£]?\\d[\\d,]*(?:\\.\\d+)?(?:\\s?(?:–|-|to)\\s?[€$£]?\\d[\\d,]*(?:\\.\\d+)?)?)(?:\\s?(%|(?:(?:${UNITS})\\b|°[CF]?)(?:\\s(?:${UNITS}))?)|\\s(\\p{Ll}{3,}(?:\\s\\p{Ll}{3,})?))`,
  "u",
);

/** Figures of the carried sentences: number, unit, and the sentence's own words for what it measures. */
export function figuresOf(sentences: readonly Checked[]): Figure[] {
  const figures: Figure[] = [];
  for (const { text, sources } of sentences) {
    const file = sources[0]?.file;
    const match = FIGURE.exec(text);
    const number = match?.[1];
    const unit = match?.[2] ?? match?.[3]?.split(" ")[0];
    if (file === undefined || match === null || number === undefined || unit === undefined) continue;
    if (/^(?:1[5-9]|20)\d\d$/u.test(number) || /^(?:and|or|the|of|in|to|for|was|were|with|from|when|after|before|while)$/u.test(unit)) continue;
    figures.push({ number, unit: unit === "%" ? "percent" : unit, what: measured(text, match.index, match.index + match[0].length), file });
    if (figures.length === MOST) break;
  }
  return figures;
}

/** The words before the number in its clause, else those after: a pointer into the sentence, not the sentence again. */
function measured(text: string, from: number, to: number): string {
  const before = (text.slice(0, from).split(/[,;:()]\s/u).at(-1) ?? "").trim().split(/\s+/u).filter((word) => word !== "");
  if (before.length >= 3) return before.length <= 10 ? before.join(" ") : `… ${before.slice(-10).join(" ")}`;
  const after = text.slice(to).replace(/[.!?]+$/u, "").trim().split(/\s+/u);
  return after.length <= 10 ? [...before, "…", ...after].join(" ") : [...before, "…", ...after.slice(0, 10), "…"].join(" ");
}
