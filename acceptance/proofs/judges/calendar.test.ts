import { expect, test } from "vitest";
import { changesIn, firingsBy } from "./calendar.ts";

const at = (time: string): number => Date.parse(`${time}Z`);
const told = (cron: string, zone: string, from: string, to: string): string[] =>
  firingsBy(cron, zone, at(from), at(to)).map((one) => new Date(one).toISOString().slice(0, 16));

test("what clocks skip fires as they have gone forward, or not at all", () => {
  expect(told("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-30T12:00")).toEqual(["2026-03-29T01:00", "2026-03-30T00:30"]);
  expect(told("*/30 2 * * *", "Europe/Berlin", "2026-03-28T12:00", "2026-03-29T12:00")).toEqual([]);
});

test("what clocks show twice fires the first time, or both times", () => {
  expect(told("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T12:00")).toEqual(["2026-10-25T00:30"]);
  expect(told("*/30 2 * * *", "Europe/Berlin", "2026-10-24T12:00", "2026-10-25T12:00")).toEqual([
    "2026-10-25T00:00",
    "2026-10-25T00:30",
    "2026-10-25T01:00",
    "2026-10-25T01:30",
  ]);
});

test("either of two days is enough, and each of other fields is wanted", () => {
  expect(told("0 9 13 * 5", "UTC", "2026-02-07T00:00", "2026-02-21T00:00")).toEqual(["2026-02-13T09:00", "2026-02-20T09:00"]);
  expect(told("0 9-17/4 1 2 *", "UTC", "2026-01-01T00:00", "2027-01-01T00:00")).toEqual([
    "2026-02-01T09:00",
    "2026-02-01T13:00",
    "2026-02-01T17:00",
  ]);
});

test("clocks change twice a year where they do", () => {
  expect(changesIn("Australia/Lord_Howe", at("2026-01-01T00:00"), at("2027-01-01T00:00"))).toBe(2);
  expect(changesIn("Asia/Tokyo", at("2026-01-01T00:00"), at("2027-01-01T00:00"))).toBe(0);
});
