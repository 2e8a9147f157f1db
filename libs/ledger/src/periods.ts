import { ArmadaError } from "@armada/contracts";

/** A local day, `2026-11-22`, and its month, `2026-11`. */
export type Period = { readonly day: string; readonly month: string };

/** Needs no calendar of zones, which takes 10 ms to load. */
const UTC = "UTC";
const formats = new Map<string, Intl.DateTimeFormat>();

/** @throws ArmadaError `ZONE_UNKNOWN` */
export function checkZone(zone: string): void {
  if (zone !== UTC) format(zone);
}

/** The day and month of `at` (ms since 1970) in a zone named as in the IANA database. @throws ArmadaError `ZONE_UNKNOWN` */
export function periodOf(at: number, zone: string): Period {
  const day = localTime(at, zone).slice(0, 10);
  return { day, month: day.slice(0, 7) };
}

/** When the day or month of `at` began in the zone, ms since 1970. */
export function startOf(at: number, zone: string, period: "day" | "month"): number {
  const { day, month } = periodOf(at, zone);
  return midnight(period === "day" ? day : `${month}-01`, zone);
}

/** When the next day or month begins in the zone, ms since 1970: a day has 23 or 25 hours where the clocks change. */
export function endOf(at: number, zone: string, period: "day" | "month"): number {
  const { day, month } = periodOf(at, zone);
  const next = new Date(`${period === "day" ? day : `${month}-01`}T00:00:00Z`);
  if (period === "day") next.setUTCDate(next.getUTCDate() + 1);
  else next.setUTCMonth(next.getUTCMonth() + 1);
  return midnight(next.toISOString().slice(0, 10), zone);
}

/** The first instant of a local day. Where the clocks skip midnight, that is when they show the day for the first time. */
function midnight(day: string, zone: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // No zone is further than 15 hours from UTC; the day's first instant is found to the second.
  let low = utc - 15 * 3_600_000;
  let high = utc + 15 * 3_600_000;
  while (high - low > 1_000) {
    const middle = Math.floor((low + high) / 2_000) * 1_000;
    if (localTime(middle, zone).slice(0, 10) < day) low = middle;
    else high = middle;
  }
  return high;
}

/** `2026-11-22T18:00:00`, as clocks in the zone show it at `at` (ms since 1970). @throws ArmadaError `ZONE_UNKNOWN` */
export function localTime(at: number, zone: string): string {
  if (zone === UTC) return new Date(at).toISOString().slice(0, 19);
  const part = Object.fromEntries(
    format(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

function format(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const made = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    formats.set(zone, made);
    return made;
  } catch (cause) {
    throw new ArmadaError("ZONE_UNKNOWN", `${JSON.stringify(zone)} is no time zone`, {
      cause,
      hint: "write one of the IANA database, as Europe/Berlin or UTC",
    });
  }
}
