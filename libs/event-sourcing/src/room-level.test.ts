import { expect, test } from "vitest";
import { levelOf, roomText } from "./room-level.ts";

test("a stream is busy from 80 % of its bound on, full from 95 %, and free without one", () => {
  const at = (bytes: number, limit = 1_000) => levelOf({ stream: "TEAM_a", bytes, limit });
  expect([at(0), at(799), at(800), at(949), at(950), at(2_000), at(5, 0)]).toEqual([
    "free",
    "free",
    "busy",
    "busy",
    "full",
    "full",
    "free",
  ]);
});

test("says which stream, and bytes", () => {
  expect(roomText({ stream: "TEAM_a", bytes: 9.5 * 2 ** 20, limit: 10 * 2 ** 20 })).toBe(
    "the stream TEAM_a holds 9.5 MB of the 10.0 MB that it may",
  );
});
