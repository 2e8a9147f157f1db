import { type DateMention, type Quantity, quantitiesIn } from "armada-mesh/text";

/** "Most of the 40 beds": not so many are told of. "At −15 °C the pump used 3 kW" does not say how cold it is. */
const OF_WHICH = /(?<=\p{L} )of (?:the|its|their|these|those)\s+$/iu;

/** Quantities that a clause tells, its times of opening and closing among them; `taken` are dates and numbers of names. */
export function quantitiesOf(clause: string, taken: readonly Pick<DateMention, "from" | "to">[], locale: string): Quantity[] {
  const times = clockTimes(clause);
  return quantitiesIn(clause, [...taken, ...times], locale)
    .filter(
      ({ dimension, from }) =>
        !OF_WHICH.test(clause.slice(0, from)) && !(dimension.startsWith("temperature") && /^at\s+$/iu.test(clause.slice(0, from))),
    )
    .map((one) => ({ ...one, dimension: withRate(clause, people(clause, one.dimension)) }))
    .concat(times);
}

/** People are counted for what they do. */
function people(clause: string, dimension: string): string {
  const counted = /^count:(people|persons|(?:men|workers)(?=$))(.*)$/u.exec(dimension);
  return counted === null ? dimension : `count:${does(clause, counted[1] ?? "")}${counted[2]}`;
}

function does(clause: string, counted: string): string {
  if (/\b(?:kill(?:s|ed)?|died?|deaths?)\b/iu.test(clause)) return "deaths";
  if (counted === "men" || counted === "workers") return counted;
  if (/\b(?:visit|attend|came|come)/iu.test(clause)) return "visitors";
  if (/\b(?:work|employ|staff)/iu.test(clause)) return "workers";
  return /\b(?:live|lives|lived|inhabit)/iu.test(clause) ? "inhabitants" : "people";
}

/** "Every day the laundry washes 4,100 kg": a rate, said in front. */
function withRate(clause: string, dimension: string): string {
  const each = /^(?:every|each) (hour|day|night|week|month|year)\b/iu.exec(clause)?.[1]?.toLowerCase();
  return each === undefined || dimension.includes("/") || !/^(?:mass|volume|energy|money|length)/u.test(dimension)
    ? dimension
    : `${dimension}/${each}`;
}

const CLOCK = /(?<=\bat )(?<hour>\d{1,2})(?:[.:](?<minute>[0-5]\d))?(?: ?(?<half>[ap])\.?m\b\.?| o[’']clock)?/giu;
/** Of a thing that opens and closes once a day. A ferry leaves at seven and at nine. */
const ONCE_A_DAY = /\b(?:opens?|opened|clos(?:e|es|ed)|begins?|began|starts?|started|ends?|ended|finish(?:es|ed)?|shuts?)\b/iu;

/** "Closes at 6 pm", in minutes of the day. */
function clockTimes(clause: string): Quantity[] {
  if (!ONCE_A_DAY.test(clause)) return [];
  return [...clause.matchAll(CLOCK)].flatMap((match): Quantity[] => {
    const { hour = "", minute, half } = match.groups ?? {};
    const isClock = minute !== undefined || half !== undefined || match[0].endsWith("clock");
    if (!isClock || Number(hour) > 24 || (half !== undefined && Number(hour) > 12)) return [];
    const of12 = half === undefined ? Number(hour) : (Number(hour) % 12) + (half.toLowerCase() === "p" ? 12 : 0);
    const at = of12 * 60 + Number(minute ?? 0);
    const [from, to] = [match.index, match.index + match[0].length];
    // Without "am" or "pm" it may be either half of the day.
    const dimension = half === undefined && Number(hour) <= 12 ? "clock:either" : "clock";
    return [{ dimension, low: at, high: at, slack: 0, about: "exact", range: false, noun: [], from, to, until: to }];
  });
}
