import { checkZone } from "@armada/ledger/periods";
import { Cron } from "croner";

/** When something fires: a cron expression of 5 fields, or of 6 with the seconds first, by the clocks of a zone of the IANA database. */
export type Timetable = { readonly cron: string; readonly zone: string };

/** Which firing is tried does not depend on the day on which a team is made. */
const SAMPLE_FROM = Date.parse("2026-01-01T00:00:00Z");

/** Why a timetable is none, and what to write; undefined where it is one. */
export function timetableFault(table: Timetable): { readonly why: string; readonly hint: string } | undefined {
  const { cron, zone } = table;
  try {
    checkZone(zone);
  } catch {
    return { why: `${JSON.stringify(zone)} is no time zone`, hint: "write one of the IANA database, as Europe/Berlin or UTC" };
  }
  const hint = 'write minute, hour, day, month and day of the week, with the second before them or without: "0 9 * * 1-5"';
  const fields = cron.trim() === "" ? 0 : cron.trim().split(/\s+/).length;
  // What has one field may be a date or a nickname to the library, which is no timetable here.
  if (fields !== 5 && fields !== 6) return { why: `${JSON.stringify(cron)} has ${fields} fields, not 5 or 6`, hint };
  try {
    if (sampleFiring(table) !== undefined) return undefined;
    return { why: `${JSON.stringify(cron)} never fires`, hint: "name a day that there is" };
  } catch (error) {
    const why = (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, "");
    return { why: `${JSON.stringify(cron)}: ${why}`, hint };
  }
}

/** Some firing of a timetable, ms since 1970. */
export function sampleFiring(table: Timetable): number | undefined {
  return nextFiring(table, SAMPLE_FROM);
}

/** The first firing after `after`; undefined where there is none. Times in ms since 1970, here as below. */
export function nextFiring(table: Timetable, after: number): number | undefined {
  return cronOf(table).nextRun(new Date(after))?.getTime();
}

/** The first `most` firings after `after` up to `upTo`, in order. */
export function firstFirings(table: Timetable, after: number, upTo: number, most: number): readonly number[] {
  const cron = cronOf(table);
  const found: number[] = [];
  for (let at = after; found.length < most; ) {
    const next = cron.nextRun(new Date(at))?.getTime();
    if (next === undefined || next > upTo) break;
    found.push(next);
    at = next;
  }
  return found;
}

/** The last `most` firings after `after` up to `upTo`, in order. */
export function lastFirings(table: Timetable, after: number, upTo: number, most: number): readonly number[] {
  const cron = cronOf(table);
  const found: number[] = [];
  for (let at = Math.floor(upTo / 1_000) * 1_000 + 1_000; found.length < most; ) {
    const before = cron.previousRuns(1, new Date(at))[0]?.getTime();
    if (before === undefined || before <= after) break;
    found.unshift(before);
    at = before;
  }
  return found;
}

const known = new Map<string, Cron>();

/**
 * Without a wildcard or a step in its time of day it fires once a day and time: at the end of the gap where clocks skip the time, the
 * first time where they show it twice. With one it fires whenever the clocks show such a time: not in a gap, and both times.
 */
function cronOf({ cron, zone }: Timetable): Cron {
  const key = `${zone} ${cron}`;
  const made = known.get(key) ?? new Cron(cron, { timezone: zone, paused: true, mode: "5-or-6-parts", fixedTimeRule: "no-wildcard" });
  known.set(key, made);
  return made;
}
