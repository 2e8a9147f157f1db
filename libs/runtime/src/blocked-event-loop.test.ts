import { afterEach, expect, test, vi } from "vitest";
import { type Blocked, blockers, watchEventLoop } from "./blocked-event-loop.ts";

const step = (run: string, since: number) => ({ run, step: 1, agent: "parser", since });

test("who began while the loop was held is named alone; else all that were at work", () => {
  const [old, begun, later] = [step("old", 10), step("begun", 150), step("later", 900)];
  expect(blockers([old, begun, later], 100, 800)).toEqual([begun]);
  expect(blockers([old, later], 100, 800)).toEqual([old]);
  expect(blockers([], 100, 800)).toEqual([]);
});

afterEach(() => void vi.useRealTimers());

test("a step that holds the loop for over a second is reported with its time, one that lets go is not", () => {
  vi.useFakeTimers();
  const heard: Blocked[] = [];
  const running = [step("holding", Date.now())];
  const end = watchEventLoop(
    () => running,
    (blocked) => void heard.push(blocked),
  );
  vi.advanceTimersByTime(600);
  vi.setSystemTime(Date.now() + 900);
  vi.advanceTimersByTime(600);
  expect(heard).toEqual([]);
  vi.setSystemTime(Date.now() + 1_500); // no timer comes while the loop is held
  vi.advanceTimersByTime(250);
  end();
  expect(heard.map(({ ms, steps }) => [ms > 1_000, ms <= 1_750, steps.map(({ run }) => run)])).toEqual([[true, true, ["holding"]]]);
});
