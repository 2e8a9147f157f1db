import { expect, test } from "vitest";
import { isoTime } from "./iso-time.ts";

test("a time in ISO-8601 is read, and what only looks like one is not", () => {
  const at = Date.UTC(2026, 0, 31, 14, 3);
  for (const text of ["2026-01-31T14:03:00Z", "2026-01-31T14:03Z", "2026-01-31t14:03:00.000z", "2026-01-31T15:03:00+01:00"])
    expect(isoTime(text)).toBe(at);
  expect(isoTime("2026-01-31")).toBe(Date.UTC(2026, 0, 31));
  for (const wrong of ["", "1", "2026", new Date(at).toString(), "Jan 31 2026", "2026-01-31T14:03:00", "2026-13-31", at, undefined])
    expect(isoTime(wrong)).toBeNaN();
});
