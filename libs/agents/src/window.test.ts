import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { opening, parseWindow } from "./window.ts";

const opens = (text: string, at: string): string => new Date(opening(parseWindow(text), Date.parse(at))).toISOString();

describe("a window", () => {
  test("opens when its zone's clocks say so, and is open at once within", () => {
    expect(opens("22:00-06:00 Europe/Berlin", "2026-11-22T12:00:00Z")).toBe("2026-11-22T21:00:00.000Z");
    expect(opens("22:00-06:00 Europe/Berlin", "2026-11-22T23:30:00.250Z")).toBe("2026-11-22T23:30:00.250Z");
    expect(opens("22:00-06:00 Europe/Berlin", "2026-11-23T04:59:59.999Z")).toBe("2026-11-23T04:59:59.999Z");
    expect(opens("22:00-06:00 Europe/Berlin", "2026-11-23T05:00:00Z")).toBe("2026-11-23T21:00:00.000Z");
    expect(opens("18:00-24:00 UTC", "2026-11-22T00:00:00Z")).toBe("2026-11-22T18:00:00.000Z");
    expect(opens("12:00:10-12:00:20 UTC", "2026-11-22T12:00:00.400Z")).toBe("2026-11-22T12:00:10.000Z");
  });

  test("keeps to local time where clocks change before it opens", () => {
    expect(opens("22:00-06:00 Europe/Berlin", "2026-03-29T00:59:00Z")).toBe("2026-03-29T00:59:00.000Z");
    expect(opens("08:00-10:00 Europe/Berlin", "2026-03-29T00:00:00Z")).toBe("2026-03-29T06:00:00.000Z");
    expect(opens("08:00-10:00 Europe/Berlin", "2026-10-25T00:00:00Z")).toBe("2026-10-25T07:00:00.000Z");
  });

  test("opens as clocks have gone over its beginning, and not on a day that lacks all of it", () => {
    expect(opens("02:30-04:00 Europe/Berlin", "2026-03-29T00:00:00Z")).toBe("2026-03-29T01:00:00.000Z");
    expect(opens("02:10-02:40 Europe/Berlin", "2026-03-29T00:00:00Z")).toBe("2026-03-30T00:10:00.000Z");
  });

  test("opens twice in an hour that comes twice", () => {
    expect(opens("02:10-02:40 Europe/Berlin", "2026-10-25T00:00:00Z")).toBe("2026-10-25T00:10:00.000Z");
    expect(opens("02:10-02:40 Europe/Berlin", "2026-10-25T00:40:00Z")).toBe("2026-10-25T01:10:00.000Z");
  });

  test("opens at the first second that is in it, at any time of any year", () => {
    const time = fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15);
    const at = fc.integer({ min: Date.parse("2026-01-01") / 60_000, max: Date.parse("2028-01-01") / 60_000 });
    const zone = fc.constantFrom("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC");
    const clock = (minutes: number): string =>
      `${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`;
    fc.assert(
      fc.property(time, time, at, zone, (from, to, minute, name) => {
        fc.pre(from !== to);
        const window = parseWindow(`${clock(from)}-${clock(to)} ${name}`);
        const found = opening(window, minute * 60_000);
        expect(opening(window, found)).toBe(found);
        for (let before = minute * 60_000; before < found; before += 15 * 60_000) expect(opening(window, before)).toBe(found);
      }),
      { numRuns: 100 },
    );
  });

  test.each([
    "22:00-06:00",
    "22-06 UTC",
    "22:00-22:00 UTC",
    "24:00-06:00 UTC",
    "25:00-06:00 UTC",
    "22:60-06:00 UTC",
    "22:00-06:00 Mars",
    "",
  ])("%j is none", (text) => {
    expect(() => parseWindow(text)).toThrow(expect.objectContaining({ code: "BAD_WINDOW" }));
  });
});
