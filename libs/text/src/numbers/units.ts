/** Pattern, dimension, and factor to the dimension's base unit. */
const UNIT_LIST: readonly (readonly [pattern: string, dimension: string, factor: number])[] = [
  ["%|per ?cents?|percent|pct", "percent", 1],
  ["‰|per ?mille|promille", "percent", 0.1],
  ["ppm|parts per million", "percent", 1e-4],
  ["percentage points?", "percentage-point", 1],
  ["basis points?", "percentage-point", 0.01],
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

export type Unit = { readonly dimension: string; readonly factor: number; readonly length: number };

/** The unit that a text begins with, the longest that fits. */
export function unitAt(tail: string): Unit | undefined {
  let found: Unit | undefined;
  for (const { pattern, dimension, factor } of UNITS) {
    const length = pattern.exec(tail)?.[0].length ?? 0;
    // One letter is a unit in its own case only: 5 M are no metres, 5 G no grams.
    if (length === 1 && /[MGTwv]/u.test(tail.charAt(0))) continue;
    if (length > (found?.length ?? 0)) found = { dimension, factor, length };
  }
  return found;
}
