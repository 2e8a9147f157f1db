import { expect, test } from "vitest";
import { sinceOf } from "./since.ts";

const now = Date.parse("2026-11-22T14:00:00Z");

test("a length of time counts back from now, an instant is itself", () => {
  expect(sinceOf("24h", now)).toBe(Date.parse("2026-11-21T14:00:00Z"));
  expect(sinceOf("2026-11-01", now)).toBe(Date.parse("2026-11-01T00:00:00Z"));
  expect(sinceOf("2026-11-01T12:00:00+01:00", now)).toBe(Date.parse("2026-11-01T11:00:00Z"));
  expect(sinceOf(undefined, now)).toBeUndefined();
});

test.each(["yesterday", "24", "-3h", "2026-13-01", "11/22/2026", "2027-01-01", "99999999d", ""])("%j is refused", (text) => {
  expect(() => sinceOf(text, now)).toThrow(expect.objectContaining({ code: "USAGE" }));
});
