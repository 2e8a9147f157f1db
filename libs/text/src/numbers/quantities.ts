/** A number with what it counts or measures, its bounds in base units. */
export type Quantity = {
  /** `length`, `money:euro`, `percent`, … or `count:<head noun>`; with `/…` for a rate. */
  readonly dimension: string;
  readonly low: number;
  readonly high: number;
  /** Half of the last place that is written, in base units. */
  readonly slack: number;
  readonly about: "exact" | "about" | "more" | "less";
  readonly range: boolean;
  /** Words right after the number that name what is counted, the head noun among them. */
  readonly noun: readonly string[];
  readonly from: number;
  readonly to: number;
};

const UNIT_LIST: readonly (readonly [pattern: string, dimension: string, factor: number])[] = [
  ["%|per ?cents?|percent", "percent", 1],
  ["percentage points?", "percentage-point", 1],
  ["square kilomet(?:er|re)s?|km²|km2|sq km", "area", 1e6],
  ["square met(?:er|re)s?|m²|m2|sq m", "area", 1],
  ["square miles?", "area", 2_589_988],
  ["square feet|sq ft", "area", 0.092903],
  ["hectares?|ha", "area", 1e4],
  ["acres?", "area", 4046.86],
  ["cubic met(?:er|re)s?|m³|m3", "volume", 1],
  ["(?:million|billion) cubic met(?:er|re)s?", "volume", 1e6],
  ["lit(?:er|re)s?", "volume", 1e-3],
  ["millilit(?:er|re)s?|ml", "volume", 1e-6],
  ["gallons?", "volume", 0.00378541],
  ["kilomet(?:er|re)s? (?:per|an) hour|km/h|kph|kmh", "speed", 1],
  ["miles (?:per|an) hour|mph", "speed", 1.60934],
  ["knots", "speed", 1.852],
  ["met(?:er|re)s (?:per|a) second|m/s", "speed", 3.6],
  ["kilomet(?:er|re)s?|km", "length", 1000],
  ["centimet(?:er|re)s?|cm", "length", 0.01],
  ["millimet(?:er|re)s?|mm", "length", 0.001],
  ["met(?:er|re)s?|m", "length", 1],
  ["miles?", "length", 1609.34],
  ["feet|foot|ft", "length", 0.3048],
  ["inch(?:es)?", "length", 0.0254],
  ["yards?", "length", 0.9144],
  ["kilograms?|kilos?|kg", "mass", 1],
  ["milligrams?|mg", "mass", 1e-6],
  ["grams?|g", "mass", 1e-3],
  ["(?:metric )?tonnes?|tons?|t", "mass", 1000],
  ["pounds? of|lbs?", "mass", 0.453592],
  ["gigawatt-?\\s?hours?|gwh", "energy", 1e9],
  ["megawatt-?\\s?hours?|mwh", "energy", 1e6],
  ["kilowatt-?\\s?hours?|kwh", "energy", 1e3],
  ["terawatt-?\\s?hours?|twh", "energy", 1e12],
  ["gigawatts?|gw", "power", 1e9],
  ["megawatts?|mw", "power", 1e6],
  ["kilowatts?|kw", "power", 1e3],
  ["watts?|w", "power", 1],
  ["volts?|v", "voltage", 1],
  ["hertz|hz", "frequency", 1],
  ["decibels?|db", "loudness", 1],
  ["degrees? celsius|degrees? c\\b|°\\s?c|degrees?|°", "temperature", 1],
  ["degrees? fahrenheit|°\\s?f", "temperature-f", 1],
  ["milliseconds?|ms", "time", 1e-3],
  ["seconds?", "time", 1],
  ["minutes?", "time", 60],
  ["hours?", "time", 3600],
  ["days?", "time", 86_400],
  ["weeks?", "time", 604_800],
  ["months?", "time", 2_629_800],
  ["years?", "time", 31_557_600],
  ["decades?", "time", 315_576_000],
  ["centur(?:y|ies)", "time", 3_155_760_000],
  ["euros?|eur|€", "money:euro", 1],
  ["(?:us )?dollars?|usd", "money:dollar", 1],
  ["pounds?(?: sterling)?|gbp", "money:pound", 1],
  ["cents", "money:cent", 1],
  ["crowns?|kron(?:er|or)|francs?|yen|marks|shillings?|guilders?", "money:other", 1],
  ["gigabytes?|gb", "bytes", 1e9],
  ["megabytes?|mb", "bytes", 1e6],
  ["kilobytes?|kb", "bytes", 1e3],
  ["terabytes?|tb", "bytes", 1e12],
  ["gib", "bytes", 2 ** 30],
  ["mib", "bytes", 2 ** 20],
  ["kib", "bytes", 2 ** 10],
  ["bytes?", "bytes", 1],
];
const UNITS = UNIT_LIST.map(([pattern, dimension, factor]) => ({
  pattern: new RegExp(`^(?:${pattern})(?![\\p{L}\\p{N}])`, "iu"),
  dimension,
  factor,
}));
const SCALES: Readonly<Record<string, number>> = { hundred: 100, thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };
const SMALL =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

const SPELLED = `(?:${TENS.join("|")})(?:[- ](?:${SMALL.slice(1, 10).join("|")}))?|${SMALL.slice(2).reverse().join("|")}|a dozen|a hundred|a thousand|a million`;
const NUMERAL = `\\d{1,3}(?:[,\u00a0\u202f]\\d{3})+(?:\\.\\d+)?|\\d+(?:\\.\\d+)?|${SPELLED}`;
const ONE = `[€$£]?\\s?(?:${NUMERAL})(?:[- ](?:hundred|thousand|million|billion|trillion)\\b)?`;
const EXPRESSION = new RegExp(
  `(?<![\\p{L}\\p{N}.,/#:-])(${ONE})(?:(\\s?(?:–|—|-)\\s?|\\s(?:to|and|or)\\s)(${ONE}))?(?![\\p{N}])(?!(?:st|nd|rd|th)\\b)`,
  "giu",
);

const ABOUT =
  /(?:\b(?:about|around|roughly|approximately|some|circa|ca\.?|nearly|almost|close to|just under|just over|estimated|approx\.?|an estimated|in the region of|or so|more or less)|~|≈)\s*(?:a\s|the\s)?$/iu;
const MORE = /\b(?:more than|over|at least|above|upwards of|exceeding|in excess of|no fewer than|not less than|a good|well over)\s*$/iu;
const LESS = /\b(?:less than|fewer than|under|below|at most|up to|no more than|not more than|a maximum of)\s*$/iu;
/** Words after a number that end what it counts. */
const NOT_NOUN =
  /^(?:today|now|altogether|annually|daily|yearly|ago|later|earlier|old|long|high|tall|wide|deep|thick|away|per|each|apiece|and|or|in|on|at|of|the|a|an|to|from|by|for|with|is|are|was|were|has|have|had|that|which|who|as|than|but|not|into|after|before|since|until|during|between|times)$/iu;
const HEADS = /^(?:people|men|women|children|staff|fish|sheep|deer|cattle|mice|geese|personnel|species|aircraft|salmon|trout|series)$/iu;

/** Quantities of a clause. Bare years and days of dates are left to `dates.ts`: pass them as `taken` spans. */
export function quantitiesIn(clause: string, taken: readonly { from: number; to: number }[]): Quantity[] {
  const found: Quantity[] = [];
  for (const match of clause.matchAll(EXPRESSION)) {
    const from = match.index;
    const [whole, firstRaw = "", joint, secondRaw] = match;
    if (taken.some((span) => from < span.to && from + whole.length > span.from)) continue;
    const before = clause.slice(0, from);
    const isRange =
      secondRaw !== undefined &&
      (joint !== undefined && /–|—|-|to/u.test(joint) ? true : /\b(?:between|from)\s*$/iu.test(before) || /or/u.test(joint ?? ""));
    const first = parse(firstRaw);
    const second = secondRaw !== undefined && isRange ? parse(secondRaw) : undefined;
    const end = second === undefined ? from + firstRaw.length : from + whole.length;
    const currency = /[€$£]/u.exec(firstRaw)?.[0];
    const tail = clause.slice(end).replace(/^[\s-]+/u, "");
    const unit =
      currency === undefined
        ? unitAt(tail)
        : { dimension: { "€": "money:euro", $: "money:dollar", "£": "money:pound" }[currency] ?? "money:other", factor: 1, length: 0 };
    const named = unit === undefined ? nounAt(tail, before) : undefined;
    if (unit === undefined && named === undefined) continue;
    const factor = unit?.factor ?? 1;
    const scale = second !== undefined && first.scale === 1 ? second.scale : first.scale;
    const low = first.value * scale * factor;
    const high = second === undefined ? low : second.value * second.scale * factor;
    const rate = rateAt(tail.slice(unit?.length ?? 0));
    found.push({
      dimension: `${unit?.dimension ?? `count:${named?.head ?? ""}`}${rate}`,
      low: Math.min(low, high),
      high: Math.max(low, high),
      slack: first.place * scale * factor,
      about: aboutOf(before, tail.slice(unit?.length ?? 0)),
      range: second !== undefined,
      noun: named?.noun ?? [],
      from,
      to: end + (clause.length - end - tail.length) + (unit?.length ?? 0),
    });
  }
  return found;
}

function aboutOf(before: string, after: string): Quantity["about"] {
  if (MORE.test(before)) return "more";
  if (LESS.test(before)) return "less";
  return ABOUT.test(before) || /^\s*(?:or so|or thereabouts)\b/iu.test(after) ? "about" : "exact";
}

function parse(raw: string): { value: number; scale: number; place: number } {
  const text = raw
    .toLowerCase()
    .replace(/^[€$£]\s?/u, "")
    .trim();
  const scaleWord = /(?:hundred|thousand|million|billion|trillion)$/u.exec(text)?.[0];
  const bare = (scaleWord === undefined ? text : text.slice(0, -scaleWord.length)).replace(/[-\s]+$/u, "");
  const scale = scaleWord === undefined ? 1 : (SCALES[scaleWord] ?? 1);
  const digits = bare.replaceAll(/[,\u00a0\u202f\s]/gu, "");
  if (!/^\d/u.test(digits)) return { value: spelled(bare), scale, place: 0.5 };
  const decimals = /\.(\d+)$/u.exec(digits)?.[1]?.length ?? 0;
  const zeros = decimals > 0 ? 0 : (/[1-9](0+)$/u.exec(digits)?.[1]?.length ?? 0);
  return { value: Number(digits), scale, place: 0.5 * 10 ** (zeros - decimals) };
}

function spelled(text: string): number {
  if (text === "a" || text === "") return 1;
  if (text === "a dozen") return 12;
  const [tens, ones] = text.split(/[- ]/u);
  const ten = TENS.indexOf(tens ?? "");
  if (ten >= 0) return (ten + 2) * 10 + Math.max(0, SMALL.indexOf(ones ?? "zero"));
  return Math.max(0, SMALL.indexOf(tens ?? ""));
}

function unitAt(tail: string): { dimension: string; factor: number; length: number } | undefined {
  let found: { dimension: string; factor: number; length: number } | undefined;
  for (const { pattern, dimension, factor } of UNITS) {
    const length = pattern.exec(tail)?.[0].length ?? 0;
    if (length > (found?.length ?? 0)) found = { dimension, factor, length };
  }
  return found;
}

/** `per night`, `a year`, `an hour`, `each`: a rate is another dimension. */
function rateAt(tail: string): string {
  const match = /^\s*(?:per|an?|each|every|\/)\s+((?:square |cubic )?\p{L}+)/iu.exec(tail)?.[1]?.toLowerCase();
  return match === undefined ? "" : `/${match.replace(/s$/u, "")}`;
}

function nounAt(tail: string, before: string): { head: string; noun: string[] } | undefined {
  const noun: string[] = [];
  for (const word of tail.split(/\s+/u)) {
    const bare = word.replace(/[^\p{L}\p{N}’'-]+$/u, "");
    if (bare === "" || NOT_NOUN.test(bare) || !/^\p{L}/u.test(bare)) break;
    noun.push(bare);
    if (isHead(bare) || noun.length === 3 || bare !== word) break;
  }
  const head = noun.find(isHead) ?? noun[0];
  if (head !== undefined && (isHead(head) || noun.length > 0)) return { head: head.toLowerCase(), noun };
  const named =
    /\b(?:number|total|count) of (?:\p{L}+ )?(\p{L}+)|\b(population|attendance|circulation|headcount|workforce|membership|capacity)\b/iu.exec(
      before,
    );
  const word = named?.[1] ?? named?.[2];
  return word === undefined ? undefined : { head: word.toLowerCase(), noun: [word] };
}

function isHead(word: string): boolean {
  return HEADS.test(word) || /[^su]s$/u.test(word);
}
