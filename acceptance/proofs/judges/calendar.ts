/** A time in which the clocks of a zone are `ahead` of UTC by the same, ms; `from`, `to` in ms since 1970. */
type Stretch = { readonly from: number; readonly to: number; readonly ahead: number };
/** A cron expression of five fields, taken apart; `interval`: a wildcard or a step stands in its minute or hour. */
type Pattern = {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  fitsDay(day: Date): boolean;
  readonly interval: boolean;
};

const MINUTE = 60_000;
const LOOK = 30 * MINUTE;

/**
 * What a cron expression of five fields (numbers, lists, ranges, steps) fires in a zone from `from` up to before `to`, ms since 1970,
 * by the platform's calendar alone: by going through every minute that the zone's clocks show.
 */
export function firingsBy(cron: string, zone: string, from: number, to: number): number[] {
  const pattern = patternOf(cron);
  const found = new Set<number>();
  const stretches = stretchesOf(zone, from, to);
  for (const [index, { from: begin, to: end, ahead }] of stretches.entries()) {
    const before = stretches[index - 1];
    // Clocks that go back show again what they have shown; that is up to where they stood.
    const shown = before === undefined || pattern.interval ? Number.NEGATIVE_INFINITY : begin + before.ahead;
    for (let local = Math.ceil((begin + ahead) / MINUTE) * MINUTE; local < end + ahead; local += MINUTE)
      if (local >= shown && fits(pattern, local)) found.add(local - ahead);
    // Clocks that go forward skip what is between.
    if (before !== undefined && !pattern.interval)
      for (let local = Math.ceil((begin + before.ahead) / MINUTE) * MINUTE; local < begin + ahead; local += MINUTE)
        if (fits(pattern, local)) found.add(begin);
  }
  return [...found].filter((at) => at >= from).sort((a, b) => a - b);
}

/** How often the clocks of a zone change in a time. */
export function changesIn(zone: string, from: number, to: number): number {
  return stretchesOf(zone, from, to).length - 1;
}

/** From a day before, so that what was skipped or shown just before is known. */
function stretchesOf(zone: string, from: number, to: number): Stretch[] {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
  const aheadAt = (at: number): number => Date.parse(`${format.format(at).replace(" ", "T")}Z`) - Math.floor(at / 1_000) * 1_000;
  const stretches: Stretch[] = [];
  let begin = from;
  let ahead = aheadAt(from);
  for (let at = from; at < to; at += LOOK) {
    const next = Math.min(at + LOOK, to);
    if (aheadAt(next) === ahead) continue;
    let [same, other] = [at, next];
    while (other - same > 1_000) {
      const middle = Math.floor((same + other) / 2_000) * 1_000;
      if (aheadAt(middle) === ahead) same = middle;
      else other = middle;
    }
    stretches.push({ from: begin, to: other, ahead });
    [begin, ahead] = [other, aheadAt(other)];
  }
  return [...stretches, { from: begin, to, ahead }];
}

function fits({ minutes, hours, fitsDay }: Pattern, local: number): boolean {
  const shown = new Date(local);
  return minutes.has(shown.getUTCMinutes()) && hours.has(shown.getUTCHours()) && fitsDay(shown);
}

function patternOf(cron: string): Pattern {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = cron.split(" ");
  const days = numbers(day, 1, 31);
  const months = numbers(month, 1, 12);
  const weekdays = new Set([...numbers(weekday, 0, 7)].map((one) => one % 7));
  return {
    minutes: numbers(minute, 0, 59),
    hours: numbers(hour, 0, 23),
    fitsDay: (date) => {
      if (!months.has(date.getUTCMonth() + 1)) return false;
      const [ofMonth, ofWeek] = [days.has(date.getUTCDate()), weekdays.has(date.getUTCDay())];
      return day === "*" || weekday === "*" ? ofMonth && ofWeek : ofMonth || ofWeek;
    },
    interval: /[*/]/.test(minute + hour),
  };
}

function numbers(field: string, least: number, most: number): Set<number> {
  return new Set(
    field.split(",").flatMap((part) => {
      const [range = "", step = "1"] = part.split("/");
      const [first = "", last = first] = range === "*" ? [String(least), String(most)] : range.split("-");
      const all = Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => Number(first) + index);
      return all.filter((_, index) => index % Number(step) === 0);
    }),
  );
}
