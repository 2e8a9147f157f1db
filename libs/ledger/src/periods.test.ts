import { expect, test } from "vitest";
import { checkZone, endOf, periodOf, startOf } from "./periods.ts";

const at = (text: string): number => Date.parse(text);

test("a day is the zone's, not UTC's", () => {
  expect(periodOf(at("2026-11-22T23:30:00Z"), "Europe/Berlin")).toEqual({ day: "2026-11-23", month: "2026-11" });
  expect(periodOf(at("2026-12-31T23:30:00Z"), "Europe/Berlin")).toEqual({ day: "2027-01-01", month: "2027-01" });
  expect(periodOf(at("2026-11-22T04:30:00Z"), "America/New_York")).toEqual({ day: "2026-11-21", month: "2026-11" });
});

test.each([
  ["Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23],
  ["Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25],
  ["America/New_York", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 25],
  ["Asia/Kathmandu", "2026-06-01T12:00:00Z", "2026-05-31T18:15:00Z", "2026-06-01T18:15:00Z", 24],
  ["UTC", "2026-06-01T00:00:00Z", "2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", 24],
])("a day in %s at %s begins %s and ends %s: %i hours", (zone, now, start, end, hours) => {
  expect(new Date(startOf(at(now), zone, "day")).toISOString()).toBe(new Date(start).toISOString());
  expect(new Date(endOf(at(now), zone, "day")).toISOString()).toBe(new Date(end).toISOString());
  expect((endOf(at(now), zone, "day") - startOf(at(now), zone, "day")) / 3_600_000).toBe(hours);
});

test("a day that has no midnight begins when its clocks first show it", () => {
  // Clocks in Santiago went from 23:59:59 to 01:00 on 2026-09-06.
  const start = startOf(at("2026-09-06T12:00:00Z"), "America/Santiago", "day");
  expect(periodOf(start, "America/Santiago").day).toBe("2026-09-06");
  expect(periodOf(start - 1_000, "America/Santiago").day).toBe("2026-09-05");
});

test("a month ends where the next begins, over a change of clocks and of year", () => {
  expect(new Date(endOf(at("2026-03-15T00:00:00Z"), "Europe/Berlin", "month")).toISOString()).toBe("2026-03-31T22:00:00.000Z");
  expect(new Date(endOf(at("2026-12-15T00:00:00Z"), "UTC", "month")).toISOString()).toBe("2027-01-01T00:00:00.000Z");
});

test("a zone that is none is told", () => {
  expect(() => checkZone("Europe/Berlin")).not.toThrow();
  expect(() => checkZone("Mars/Olympus")).toThrow(expect.objectContaining({ code: "ZONE_UNKNOWN" }));
});
