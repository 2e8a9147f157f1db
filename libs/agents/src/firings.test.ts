import { expect, test } from "vitest";
import { firstFirings, lastFirings, nextFiring, timetableFault } from "./firings.ts";

const at = (time: string): number => Date.parse(time);
const between = (cron: string, zone: string, from: string, to: string): string[] =>
  firstFirings({ cron, zone }, at(from) - 1, at(to), 1_000).map((one) => new Date(one).toISOString().slice(0, 16));

/** What a day's firings are in UTC: of a time that is skipped, of a time that comes twice, and of each half hour around them. */
const CHANGES = [
  {
    zone: "Europe/Berlin",
    skipped: ["30 2 * * *", "2026-03-29", ["2026-03-29T01:00"]],
    twice: ["30 2 * * *", "2026-10-25", ["2026-10-25T00:30"]],
  },
  {
    zone: "Europe/London",
    skipped: ["15 1 * * *", "2026-03-29", ["2026-03-29T01:00"]],
    twice: ["15 1 * * *", "2026-10-25", ["2026-10-25T00:15"]],
  },
  {
    zone: "America/New_York",
    skipped: ["30 2 * * *", "2026-03-08", ["2026-03-08T07:00"]],
    twice: ["30 1 * * *", "2026-11-01", ["2026-11-01T05:30"]],
  },
  {
    zone: "America/Santiago",
    skipped: ["30 0 * * *", "2026-09-06", ["2026-09-06T04:00"]],
    twice: ["30 23 * * *", "2026-04-04", ["2026-04-05T02:30"]],
  },
  {
    zone: "Australia/Lord_Howe",
    skipped: ["15 2 * * *", "2026-10-04", ["2026-10-03T15:30"]],
    twice: ["45 1 * * *", "2026-04-05", ["2026-04-04T14:45"]],
  },
  {
    zone: "Pacific/Auckland",
    skipped: ["0 2 * * *", "2026-09-27", ["2026-09-26T14:00"]],
    twice: ["30 2 * * *", "2026-04-05", ["2026-04-04T13:30"]],
  },
  {
    zone: "Africa/Cairo",
    skipped: ["0 0 * * *", "2026-04-24", ["2026-04-23T22:00"]],
    twice: ["30 23 * * *", "2026-10-29", ["2026-10-29T20:30"]],
  },
  {
    zone: "America/St_Johns",
    skipped: ["30 2,14 * * *", "2026-03-08", ["2026-03-08T05:30", "2026-03-08T17:00"]],
    twice: ["10,40 1 * * *", "2026-11-01", ["2026-11-01T03:40", "2026-11-01T04:10"]],
  },
] as const;

/** From a day's midnight in UTC less 14 hours to the next one's and as many more: the local day is in there, and others are filtered out. */
function firingsOf(cron: string, zone: string, day: string): string[] {
  const from = at(`${day}T00:00:00Z`) - 14 * 3_600_000;
  const local = new Intl.DateTimeFormat("en-CA", { timeZone: zone });
  return firstFirings({ cron, zone }, from, from + 52 * 3_600_000, 1_000)
    .filter((one) => local.format(one) === day)
    .map((one) => new Date(one).toISOString().slice(0, 16));
}

test.each(CHANGES)(
  "a time of day fires once a day in $zone: at the end of the gap that skips it, at the first where it comes twice",
  (one) => {
    for (const [cron, day, firings] of [one.skipped, one.twice]) expect(firingsOf(cron, one.zone, day)).toEqual(firings);
  },
);

test("with a wildcard or a step it fires whenever the clocks show such a time: not in a gap, and both times", () => {
  const hour = ["2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T02:00"];
  expect(between("0 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z")).toEqual(hour);
  expect(between("*/30 2 * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", "2026-03-29T22:00:00Z")).toEqual([]);
  const twice = ["2026-10-25T00:00", "2026-10-25T00:30", "2026-10-25T01:00", "2026-10-25T01:30"];
  expect(between("*/30 2 * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T22:00:00Z")).toEqual(twice);
  const both = ["2026-04-04T14:45", "2026-04-04T15:15"];
  expect(between("45 1-1/1 * * *", "Australia/Lord_Howe", "2026-04-04T12:00:00Z", "2026-04-05T12:00:00Z")).toEqual(both);
});

test.each(CHANGES.map(({ zone }) => zone))("over a year in %s what is told backwards is what is told forwards", (zone) => {
  const [from, to] = [at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z")];
  for (const cron of ["30 2 * * *", "0 */6 * * *", "15 1,2,3 * * 0", "*/40 0-3 * * 5-7", "0 0 1 * *"]) {
    const forwards = firstFirings({ cron, zone }, from, to, 10_000);
    expect(forwards.length).toBeGreaterThan(10);
    expect(forwards).toEqual([...new Set(forwards)].sort((a, b) => a - b));
    expect(lastFirings({ cron, zone }, from, to, 10_000)).toEqual(forwards);
    expect(lastFirings({ cron, zone }, from, to, 3)).toEqual(forwards.slice(-3));
    expect(firstFirings({ cron, zone }, from, to, 3)).toEqual(forwards.slice(0, 3));
  }
});

test("a firing at the end of the time that is asked about is in it, one at its beginning is not", () => {
  const table = { cron: "*/10 * * * * *", zone: "UTC" };
  const [from, to] = [at("2026-01-01T00:00:10Z"), at("2026-01-01T00:00:30Z")];
  const wanted = [from + 10_000, to];
  expect(firstFirings(table, from, to, 9)).toEqual(wanted);
  expect(lastFirings(table, from, to, 9)).toEqual(wanted);
  expect(lastFirings(table, from, to + 999, 9)).toEqual(wanted);
  expect(lastFirings(table, from, to - 1, 9)).toEqual([from + 10_000]);
  expect(nextFiring(table, from + 1)).toBe(from + 10_000);
  expect(lastFirings(table, from, to, 0)).toEqual([]);
});

test("a 29th of February is found years away", () => {
  expect(nextFiring({ cron: "0 9 29 2 *", zone: "UTC" }, at("2096-03-01T00:00:00Z"))).toBe(at("2104-02-29T09:00:00Z"));
});

test.each([
  ["0 9 * *", "UTC", "has 4 fields, not 5 or 6"],
  ["0 0 9 * * * 2027", "UTC", "has 7 fields, not 5 or 6"],
  ["@daily", "UTC", "has 1 fields, not 5 or 6"],
  ["", "UTC", "has 0 fields, not 5 or 6"],
  ["2026-03-29T02:30:00", "UTC", "has 1 fields, not 5 or 6"],
  ["99 9 * * *", "UTC", "Invalid value for minute: 99"],
  ["5/15 9 * * *", "UTC", "5/15"],
  ["0 9 * * blue", "UTC", "blue"],
  ["0 9 30 2 *", "UTC", "never fires"],
  ["0 9 * * *", "Europe/Berln", '"Europe/Berln" is no time zone'],
])("%j in %s is no timetable: %s", (cron, zone, why) => {
  expect(timetableFault({ cron, zone })?.why).toContain(why);
});

test.each([
  ["0 9 * * 1-5", "Europe/Berlin"],
  ["30 0 9 L * *", "UTC"],
  ["  0  9 * JAN mon#1 ", "America/New_York"],
])("%j in %s is one", (cron, zone) => {
  expect(timetableFault({ cron, zone })).toBeUndefined();
});
