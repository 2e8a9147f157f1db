import { expect, test } from "vitest";
import { PauseDetector } from "./pause-detector.ts";

test("what is read in a turning loop came just now", () => {
  const loop = new PauseDetector(0);
  for (const now of [100, 200, 1_150]) loop.turned(now);
  expect(loop.late(1_200)).toBe(0);
});

test("what is read after a pause may have come when it began, before the loop's first turn and until a second after it", () => {
  const loop = new PauseDetector(0);
  loop.turned(500);
  expect(loop.late(30_500)).toBe(30_000);
  loop.turned(30_600);
  loop.turned(30_700);
  expect(loop.late(31_500)).toBe(31_000);
  expect(loop.late(31_700)).toBe(0);
});
